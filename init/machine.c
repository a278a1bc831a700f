// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"
#include "text.h"

#define EXIT_PORT "org.rules_elixir_vm.exit"
#define SHELL_PORT "org.rules_elixir_vm.shell"
#define PORTS "/sys/class/virtio-ports"

// An attribute of a netlink message, or of another attribute. NULL when there is none of this type.
static const struct nlattr *find_attribute(const uint8_t *at, const uint8_t *end, int type) {
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)at;
		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > end - at)
			return NULL;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		size_t step = NLA_ALIGN(attribute->nla_len);
		if (step > (size_t)(end - at))
			return NULL;
		at += step;
	}
	return NULL;
}

static const uint8_t *content(const struct nlattr *attribute) { return (const uint8_t *)attribute + NLA_HDRLEN; }
static const uint8_t *content_end(const struct nlattr *attribute) { return (const uint8_t *)attribute + attribute->nla_len; }

// The attributes of a generic netlink message are between *at and *end.
static bool payload(const uint8_t *message, ssize_t size, const uint8_t **at, const uint8_t **end) {
	const struct nlmsghdr *header = (const void *)message;
	if (size < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) || header->nlmsg_len > (size_t)size || header->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ||
	    header->nlmsg_type == NLMSG_ERROR)
		return false;
	*at = message + NLMSG_HDRLEN + GENL_HDRLEN;
	*end = message + header->nlmsg_len;
	return true;
}

// Asks for the family acpi_event and returns the number of its only multicast group; 0 when the kernel has none.
static uint32_t acpi_group(int fd) {
	static const char family[] = "acpi_event";
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		struct nlattr attribute;
		char name[NLA_ALIGN(sizeof family)];
	} request = {
		.header = {.nlmsg_len = sizeof request, .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST},
		.generic = {.cmd = CTRL_CMD_GETFAMILY, .version = 1},
		.attribute = {.nla_len = NLA_HDRLEN + sizeof family, .nla_type = CTRL_ATTR_FAMILY_NAME},
	};
	_Alignas(struct nlmsghdr) uint8_t answer[2048];
	const uint8_t *at, *end;
	memcpy(request.name, family, sizeof family);
	if (send(fd, &request, sizeof request, 0) < 0 || !payload(answer, recv(fd, answer, sizeof answer, 0), &at, &end))
		return 0;
	const struct nlattr *groups = find_attribute(at, end, CTRL_ATTR_MCAST_GROUPS);
	const struct nlattr *group = groups != NULL ? find_attribute(content(groups), content_end(groups), 1) : NULL;
	const struct nlattr *id = group != NULL ? find_attribute(content(group), content_end(group), CTRL_ATTR_MCAST_GRP_ID) : NULL;
	uint32_t number = 0;
	if (id != NULL && id->nla_len == NLA_HDRLEN + sizeof number)
		memcpy(&number, content(id), sizeof number);
	return number;
}

int power_button_open(void) {
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		return -1;
	uint32_t group = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 ? acpi_group(fd) : 0;
	if (group != 0 && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
		return fd;
	close(fd);
	return -1;
}

bool power_button_pressed(int fd) {
	// The kernel's struct acpi_genl_event begins with the class of the device, 20 bytes.
	enum { ACPI_GENL_ATTR_EVENT = 1, CLASS_SIZE = 20 };
	static const char class[] = "button/power";
	_Alignas(struct nlmsghdr) uint8_t message[1024];
	bool pressed = false;
	ssize_t size;
	while ((size = recv(fd, message, sizeof message, MSG_DONTWAIT)) > 0) {
		const uint8_t *at, *end;
		if (!payload(message, size, &at, &end))
			continue;
		const struct nlattr *event = find_attribute(at, end, ACPI_GENL_ATTR_EVENT);
		if (event != NULL && event->nla_len >= NLA_HDRLEN + CLASS_SIZE && memcmp(content(event), class, sizeof class) == 0)
			pressed = true;
	}
	return pressed;
}

bool memory_ran_out(void) {
	char record[1024];
	bool found = false;
	ssize_t n;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	// A record a read; EPIPE tells that some are lost.
	while (!found && ((n = read(fd, record, sizeof record - 1)) >= 0 || errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		found = contains(record, "Out of memory: Killed process");
	}
	close(fd);
	return found;
}

struct port {
	const char *name; // as the host calls it
	char path[64];
};

static bool is_port(const char *name, void *context) {
	struct port *port = context;
	char path[128], content[64];
	const char *rest;
	if (!join(path, sizeof path, PORTS "/", name, "/name", NULL) || read_file(path, content, sizeof content) < 0 ||
	    (rest = after(content, port->name)) == NULL || !same(rest, "\n"))
		return false;
	return join(port->path, sizeof port->path, "/dev/", name, NULL);
}

static bool is_virtio_device(const char *name, void *context) {
	(void)context;
	return starts_with(name, "virtio");
}

// Returns -1 if there is none, and after it said so if there is one that cannot be opened.
static int open_port(const char *name) {
	struct port port = {.name = name};
	// The device announces its ports a moment after the start. Where there is no such device there is nothing to wait for.
	for (int tries = 0; tries < 50; tries++) {
		if (any_entry(PORTS, is_port, &port)) {
			int fd = open(port.path, O_RDWR | O_CLOEXEC);
			if (fd < 0)
				say_errno("warning: opening ", port.path, NULL);
			return fd;
		}
		if (!any_entry("/sys/bus/virtio/drivers/virtio_console", is_virtio_device, NULL))
			break;
		poll(NULL, 0, 10);
	}
	return -1;
}

void shell_open(void) {
	enum { SHELL_FILE = 9 }; // more than init has open
	int fd = open_port(SHELL_PORT);
	if (fd < 0 || dup2(fd, SHELL_FILE) < 0)
		say("warning: init.shell: no way to the host", NULL);
}

void report_status(int status) {
	char text[NUMBER_SIZE];
	int fd = open_port(EXIT_PORT);
	if (fd < 0)
		return;
	number(text, (uint64_t)status);
	join(text + strlen(text), 2, "\n", NULL);
	if (write(fd, text, strlen(text)) < 0)
		say_errno("warning: writing the exit status", NULL);
	close(fd);
}

void end_machine(enum ending ending) {
	static const int commands[] = {[POWEROFF] = RB_POWER_OFF, [REBOOT] = RB_AUTOBOOT, [HALT] = RB_HALT_SYSTEM};
	int command = commands[ending];
#ifdef __x86_64__
	// A PC without ACPI cannot be switched off, but reset; the emulators that have such machines then end.
	if (ending == POWEROFF && access("/sys/firmware/acpi", F_OK) < 0)
		command = RB_AUTOBOOT;
#endif
	sync();
	reboot(command);
	// Only without the right to do so, or where the machine cannot. Init must not end.
	say_errno("error: ending the machine", NULL);
	for (;;)
		pause();
}
