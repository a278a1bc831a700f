// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dhcp.h"
#include "say.h"
#include "text.h"

enum { SERVER_PORT = 67, CLIENT_PORT = 68 };
#define SECOND 1000000U

// Of the client, as RFC 2131 calls them.
enum state { OFF, SELECTING, REQUESTING, BOUND, RENEWING };

static struct {
	enum state state;
	int fd;
	struct dhcp_query query;
	struct lease lease;
	uint64_t begun_us, due_us, expires_us;
	unsigned tries;
} client = {.fd = -1};

static const struct options *options;
static char device[IFNAMSIZ];
static int control = -1; // a socket for requests to the kernel

static bool set_request(struct ifreq *request, const char *name) {
	memset(request, 0, sizeof *request);
	return join(request->ifr_name, sizeof request->ifr_name, name, NULL);
}

static bool bring_up(const char *name) {
	struct ifreq request;
	if (!set_request(&request, name) || ioctl(control, SIOCGIFFLAGS, &request) < 0)
		return false;
	request.ifr_flags |= IFF_UP;
	return ioctl(control, SIOCSIFFLAGS, &request) == 0;
}

static struct sockaddr socket_address(uint32_t address) {
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
	struct sockaddr out;
	memcpy(&out, &in, sizeof out);
	return out;
}

static bool set_address(unsigned long what, uint32_t address) {
	struct ifreq request;
	set_request(&request, device);
	request.ifr_addr = socket_address(address);
	return ioctl(control, what, &request) == 0;
}

static bool add_default_route(uint32_t gateway) {
	struct rtentry route = {
		.rt_dst = socket_address(0),
		.rt_genmask = socket_address(0),
		.rt_gateway = socket_address(gateway),
		.rt_flags = RTF_UP | RTF_GATEWAY,
		.rt_dev = device,
	};
	return ioctl(control, SIOCADDRT, &route) == 0 || errno == EEXIST;
}

static void write_resolv_conf(const uint32_t *nameservers, size_t count, const char *domain) {
	char text[256] = "", address[ADDRESS_SIZE];
	size_t used = 0;
	for (size_t i = 0; i < count; i++) {
		join(text + used, sizeof text - used, "nameserver ", format_address(address, nameservers[i]), "\n", NULL);
		used = strlen(text);
	}
	if (domain[0] != '\0')
		join(text + used, sizeof text - used, "search ", domain, "\n", NULL);
	if (text[0] != '\0' && !write_file("/etc/resolv.conf", text, strlen(text)))
		say_errno("warning: writing /etc/resolv.conf", NULL);
}

// Gives the card an address, and says so.
static void configure(uint32_t address, unsigned prefix, uint32_t gateway, const char *how) {
	char dotted[ADDRESS_SIZE], length[NUMBER_SIZE];
	format_address(dotted, address);
	uint32_t mask = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
	if (!set_address(SIOCSIFADDR, address) || !set_address(SIOCSIFNETMASK, mask)) {
		say_errno("warning: ", device, ": setting the address ", dotted, NULL);
		return;
	}
	say("network: ", device, " has ", dotted, "/", number(length, prefix), how, NULL);
	if (gateway != 0 && !add_default_route(gateway))
		say_errno("warning: ", device, ": adding the route through ", format_address(dotted, gateway), NULL);
}

// The name's part before the first dot.
static void short_name(char out[65], const char *name) {
	size_t length = strcspn(name, ".");
	memcpy(out, name, length);
	out[length] = '\0';
}

// A line in /etc/hosts for the host's name: whoever looks it up must not ask a name server.
static void write_hosts(const char *name, uint32_t address) {
	// What the file has of its own, and then the line, which another address replaces.
	static char text[32 * 1024];
	static size_t own;
	char dotted[ADDRESS_SIZE] = "127.0.1.1", alone[65];
	if (own == 0) {
		ssize_t size = read_file("/etc/hosts", text, sizeof text);
		if (size < 0 && errno != ENOENT) {
			say_errno("warning: reading /etc/hosts", NULL);
			return;
		}
		if (size <= 0)
			join(text, sizeof text, "127.0.0.1 localhost\n::1 localhost", NULL);
		if (contains(text, name))
			return;
		own = strlen(text);
	}
	if (address != 0)
		format_address(dotted, address);
	short_name(alone, name);
	if (!join(text + own, sizeof text - own, "\n", dotted, " ", name, " ", alone, "\n", NULL) || !write_file("/etc/hosts", text, strlen(text)))
		say_errno("warning: writing /etc/hosts", NULL);
}

// The host's name has a domain: of one without, Erlang looks for the domain when it starts, with a program of its own.
static void set_name(uint32_t address) {
	char current[65] = "", full[65];
	const char *name = options->hostname, *domain = client.lease.domain;
	if (name == NULL && gethostname(current, sizeof current - 1) == 0 && current[0] != '\0' && !same(current, "(none)"))
		name = current;
	if (name == NULL && client.lease.hostname[0] != '\0')
		name = client.lease.hostname;
	if (name == NULL)
		name = "vm";
	if (contains(name, ".") || !join(full, sizeof full, name, ".", domain[0] != '\0' ? domain : "localdomain", NULL))
		join(full, sizeof full, name, NULL);
	if (!same(full, current) && sethostname(full, strlen(full)) < 0)
		say_errno("warning: setting the host's name ", full, NULL);
	write_hosts(full, address);
}

static void client_stop(void) {
	if (client.fd >= 0)
		close(client.fd);
	client.fd = -1;
	client.state = OFF;
	client.due_us = UINT64_MAX;
}

// Sends the message of the state, and sets the time for the next one.
static void client_send(void) {
	uint8_t message[DHCP_MESSAGE_SIZE];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(SERVER_PORT), .sin_addr.s_addr = htonl(INADDR_BROADCAST)};
	uint64_t now = now_us(), elapsed = (now - client.begun_us) / SECOND;
	client.query.type = client.state == SELECTING ? DHCP_DISCOVER : DHCP_REQUEST;
	client.query.renew = client.state == RENEWING;
	client.query.lease = &client.lease;
	client.query.seconds = (uint16_t)(elapsed < UINT16_MAX ? elapsed : UINT16_MAX);
	dhcp_write(message, &client.query);
	// A message that is not sent is like one that is lost.
	(void)sendto(client.fd, message, sizeof message, 0, (struct sockaddr *)&to, sizeof to);
	if (client.state == RENEWING)
		client.due_us = earlier_us(now + 60 * SECOND, client.expires_us);
	else // half a second, twice as long each time, 16 seconds at most
		client.due_us = now + (SECOND / 2 << (client.tries < 5 ? client.tries : 5));
	client.tries++;
}

static void client_enter(enum state state) {
	client.state = state;
	client.tries = 0;
	if (state == SELECTING || state == RENEWING) {
		client.begun_us = now_us();
		if (getrandom(&client.query.transaction, sizeof client.query.transaction, GRND_NONBLOCK) < 0)
			client.query.transaction = (uint32_t)client.begun_us;
	}
	client_send();
}

static void client_bound(const struct lease *lease) {
	bool renewed = client.state == RENEWING && lease->address == client.lease.address;
	uint64_t now = now_us();
	client.lease = *lease;
	client.state = BOUND;
	bool for_ever = lease->seconds == UINT32_MAX;
	client.due_us = for_ever ? UINT64_MAX : now + (uint64_t)lease->renew_seconds * SECOND;
	client.expires_us = for_ever ? UINT64_MAX : now + (uint64_t)lease->seconds * SECOND;
	if (renewed)
		return;
	configure(lease->address, lease->prefix, lease->gateway, ", by DHCP");
	write_resolv_conf(lease->nameservers, lease->nameserver_count, lease->domain);
	set_name(lease->address);
}

static void client_receive(void) {
	uint8_t message[1500];
	struct lease lease;
	ssize_t size;
	while ((size = recv(client.fd, message, sizeof message, MSG_DONTWAIT)) >= 0) {
		enum dhcp_type type = dhcp_read(message, (size_t)size, &client.query, &lease);
		if (client.state == SELECTING && type == DHCP_OFFER) {
			client.lease = lease;
			client_enter(REQUESTING);
		} else if ((client.state == REQUESTING || client.state == RENEWING) && type == DHCP_ACK) {
			client_bound(&lease);
		} else if ((client.state == REQUESTING || client.state == RENEWING) && type == DHCP_NAK) {
			// An address that is refused may be another's by now.
			if (client.state == RENEWING)
				set_address(SIOCSIFADDR, 0);
			client_enter(SELECTING);
		}
	}
}

int network_socket(void) { return client.fd; }

uint64_t network_due_us(void) { return client.fd >= 0 ? client.due_us : UINT64_MAX; }

void network_step(void) {
	if (client.fd < 0)
		return;
	client_receive();
	uint64_t now = now_us();
	if (now < client.due_us)
		return;
	if ((client.state == BOUND || client.state == RENEWING) && now >= client.expires_us) {
		say("warning: ", device, ": the lease of the address ended, and no DHCP server renewed it", NULL);
		set_address(SIOCSIFADDR, 0);
		client_enter(SELECTING);
	} else if (client.state == BOUND) {
		client_enter(RENEWING);
	} else if (client.state == REQUESTING && client.tries > 4) {
		client_enter(SELECTING);
	} else {
		client_send();
	}
}

static bool client_open(void) {
	struct ifreq request;
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(CLIENT_PORT)};
	int on = 1;
	if (!set_request(&request, device) || ioctl(control, SIOCGIFHWADDR, &request) < 0)
		return false;
	memcpy(client.query.mac, request.ifr_hwaddr.sa_data, MAC_SIZE);
	client.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return client.fd >= 0 && setsockopt(client.fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
	       setsockopt(client.fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) == 0 &&
	       bind(client.fd, (struct sockaddr *)&from, sizeof from) == 0;
}

static void get_lease(void) {
	char seconds[NUMBER_SIZE];
	if (!client_open()) {
		say_errno("warning: ", device, ": starting DHCP", NULL);
		client_stop();
		return;
	}
	client_enter(SELECTING);
	uint64_t end = now_us() + options->net_wait * SECOND;
	while (client.state != BOUND) {
		uint64_t now = now_us(), due = earlier_us(client.due_us, end);
		if (now >= end) {
			say("warning: ", device, ": no DHCP server answered in ", number(seconds, options->net_wait),
			    " s (init.net.wait); going on without an address, and still asking", NULL);
			return;
		}
		struct pollfd wait = {.fd = client.fd, .events = POLLIN};
		if (poll(&wait, 1, (int)((due > now ? due - now : 0) / 1000) + 1) < 0 && errno != EINTR)
			return;
		network_step();
	}
}

// Finds the first card, eth0 before eth1 before eth10: directories have no order.
static bool find_card(const char *name, void *context) {
	(void)context;
	// Not the tunnels that a kernel may have without being asked.
	if (same(name, "lo") || starts_with(name, "sit") || starts_with(name, "tun") || starts_with(name, "ip6"))
		return false;
	size_t length = strlen(name), best = strlen(device);
	if (best == 0 || length < best || (length == best && strcmp(name, device) < 0))
		join(device, sizeof device, name, NULL);
	return false;
}

void network_start(const struct options *chosen) {
	options = chosen;
	const struct network *network = &options->network;
	uint32_t address = 0;
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (control < 0) {
		say_errno("warning: no network: the kernel has none", NULL);
	}
	if (control >= 0 && !bring_up("lo"))
		say_errno("warning: bringing lo up", NULL);
	if (options->device != NULL)
		join(device, sizeof device, options->device, NULL);
	else
		any_entry("/sys/class/net", find_card, NULL);
	bool found = device[0] != '\0';
	if (control >= 0 && network->mode != NET_NONE && (found || network->mode == NET_STATIC)) {
		if (!found) {
			say("warning: init.net: there is no network card", NULL);
		} else if (!bring_up(device)) {
			say_errno("warning: ", device, ": bringing it up", NULL);
		} else if (network->mode == NET_STATIC) {
			address = network->address;
			configure(address, network->prefix, network->gateway, "");
			write_resolv_conf(network->nameservers, network->nameserver_count, "");
		} else {
			get_lease();
		}
	}
	// With a lease this is done.
	if (client.state != BOUND)
		set_name(address);
}
