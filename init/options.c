// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <string.h>
#include <sys/resource.h>

#include "environment.h"
#include "say.h"
#include "text.h"
#include "words.h"

void default_options(struct options *options) {
	*options = (struct options){
		.root = "/app",
		.net_wait = 10,
		.stop_timeout = 20,
	};
}

bool parse_address(const char *text, const char *ends, uint32_t *address, const char **rest) {
	uint32_t sum = 0;
	for (int i = 0; i < 4; i++) {
		uint64_t part;
		if (!parse_number_until(text, i < 3 ? "." : ends, 255, &part, rest) || (i < 3 && **rest != '.'))
			return false;
		sum = sum << 8 | (uint32_t)part;
		text = *rest + 1;
	}
	*address = sum;
	return true;
}

char *format_address(char buffer[ADDRESS_SIZE], uint32_t address) {
	char a[NUMBER_SIZE], b[NUMBER_SIZE], c[NUMBER_SIZE], d[NUMBER_SIZE];
	join(buffer, ADDRESS_SIZE, number(a, address >> 24), ".", number(b, address >> 16 & 255), ".", number(c, address >> 8 & 255), ".",
	     number(d, address & 255), NULL);
	return buffer;
}

static const char bad_network[] = "expected dhcp, none or ADDRESS/PREFIX[,GATEWAY[,NAMESERVER…]] (at most three name servers)";

static const char *set_network(struct network *network, const char *value) {
	struct network parsed = {.mode = NET_STATIC};
	const char *rest;
	uint64_t prefix;
	if (same(value, "dhcp") || same(value, "none")) {
		parsed.mode = same(value, "none") ? NET_NONE : NET_DHCP;
		*network = parsed;
		return NULL;
	}
	if (!parse_address(value, "/", &parsed.address, &rest) || *rest != '/' || parsed.address == 0 ||
	    !parse_number_until(rest + 1, ",", 32, &prefix, &rest) || prefix == 0)
		return bad_network;
	parsed.prefix = (unsigned)prefix;
	// No gateway, but name servers: "ADDRESS/PREFIX,,NAMESERVER".
	if (*rest == ',' && rest[1] == ',')
		rest++;
	else if (*rest == ',' && !parse_address(rest + 1, ",", &parsed.gateway, &rest))
		return bad_network;
	while (*rest == ',') {
		if (parsed.nameserver_count == COUNT(parsed.nameservers) ||
		    !parse_address(rest + 1, ",", &parsed.nameservers[parsed.nameserver_count++], &rest))
			return bad_network;
	}
	*network = parsed;
	return NULL;
}

static const char *set_user(struct options *options, const char *value) {
	uint64_t uid, gid;
	const char *rest;
	// The last number means "do not change" to the kernel.
	if (!parse_number_until(value, ":", UINT32_MAX - 1, &uid, &rest))
		return "expected numbers: UID or UID:GID";
	gid = uid;
	if (*rest == ':' && !parse_number(rest + 1, UINT32_MAX - 1, &gid))
		return "expected numbers: UID or UID:GID";
	options->uid = (uint32_t)uid;
	options->gid = (uint32_t)gid;
	return NULL;
}

static const struct {
	const char *name;
	int resource;
} resources[] = {
	{"as", RLIMIT_AS},           {"core", RLIMIT_CORE},     {"cpu", RLIMIT_CPU},         {"data", RLIMIT_DATA},
	{"fsize", RLIMIT_FSIZE},     {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},   {"rss", RLIMIT_RSS},         {"rtprio", RLIMIT_RTPRIO},
	{"sigpending", RLIMIT_SIGPENDING}, {"stack", RLIMIT_STACK},
};

static bool parse_limit(const char *text, uint64_t *value, const char **rest) {
	const char *unlimited = after(text, "unlimited");
	if (unlimited == NULL || (*unlimited != '\0' && *unlimited != ':'))
		return parse_number_until(text, ":", UINT64_MAX - 1, value, rest);
	*value = UINT64_MAX;
	*rest = unlimited;
	return true;
}

static const char *set_limit(struct options *options, const char *name, const char *value) {
	struct limit limit = {.resource = -1};
	const char *rest;
	for (size_t i = 0; i < COUNT(resources); i++)
		if (same(resources[i].name, name))
			limit.resource = resources[i].resource;
	if (limit.resource < 0)
		return "no limit of this name; there are as, core, cpu, data, fsize, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, sigpending, stack";
	if (!parse_limit(value, &limit.soft, &rest))
		return "expected SOFT or SOFT:HARD, numbers or unlimited";
	limit.hard = limit.soft;
	if (*rest == ':' && (!parse_limit(rest + 1, &limit.hard, &rest) || *rest != '\0'))
		return "expected SOFT or SOFT:HARD, numbers or unlimited";
	if (limit.soft > limit.hard)
		return "the soft limit is above the hard one";
	size_t i = 0;
	while (i < options->limit_count && options->limits[i].resource != limit.resource)
		i++;
	options->limits[i] = limit; // as many as there are resources fit
	if (i == options->limit_count)
		options->limit_count++;
	return NULL;
}

static const char *set_ending(enum ending *ending, const char *value) {
	static const char *const names[] = {[POWEROFF] = "poweroff", [REBOOT] = "reboot", [HALT] = "halt"};
	for (size_t i = 0; i < COUNT(names); i++)
		if (same(value, names[i])) {
			*ending = (enum ending)i;
			return NULL;
		}
	return "expected poweroff, reboot or halt";
}

static const char *set_seconds(uint64_t *seconds, const char *value) {
	return parse_number(value, 86400, seconds) ? NULL : "expected seconds, 0 to 86400";
}

static const char *set_path(const char **path, const char *value) {
	if (value[0] != '/')
		return "expected an absolute path";
	*path = keep(value, strlen(value));
	return *path != NULL ? NULL : "no space left for it";
}

static const char *set_text(const char **text, const char *value) {
	*text = keep(value, strlen(value));
	return *text != NULL ? NULL : "no space left for it";
}

static const char *set_hostname(const char **hostname, const char *value) {
	size_t length = strlen(value);
	bool good = length > 0 && length <= 64 && value[0] != '-' && value[0] != '.';
	for (size_t i = 0; i < length && good; i++) {
		char c = value[i];
		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
	}
	return good ? set_text(hostname, value) : "expected 1 to 64 letters, digits, - and .";
}

const char *set_option(struct options *options, const char *key, const char *value) {
	const char *name;
	if ((name = after(key, "env.")) != NULL)
		return set_variable(name, value) ? NULL : "no name of a variable, or no space left";
	if ((name = after(key, "limit.")) != NULL)
		return set_limit(options, name, value);
	if (same(key, "command")) {
		options->iex = same(value, "start_iex");
		return options->iex || same(value, "start") ? NULL : "expected start or start_iex";
	}
	if (same(key, "shell"))
		return set_text(&options->shell, value);
	if (same(key, "root"))
		return set_path(&options->root, value);
	if (same(key, "cwd"))
		return set_path(&options->cwd, value);
	if (same(key, "crash_dump"))
		return set_path(&options->crash_dump, value);
	if (same(key, "flags"))
		return set_text(&options->flags, value);
	if (same(key, "pre_start"))
		return set_path(&options->pre_start, value);
	if (same(key, "hostname"))
		return set_hostname(&options->hostname, value);
	if (same(key, "net"))
		return set_network(&options->network, value);
	if (same(key, "net.device"))
		return set_text(&options->device, value);
	if (same(key, "net.wait"))
		return set_seconds(&options->net_wait, value);
	if (same(key, "on_exit"))
		return set_ending(&options->on_exit, value);
	if (same(key, "stop_timeout"))
		return set_seconds(&options->stop_timeout, value);
	if (same(key, "user"))
		return set_user(options, value);
	return "no such key";
}

void read_command_line(struct options *options, char *text) {
	static struct words words;
	words = (struct words){.count = 0};
	if (!words_of_command_line(&words, text))
		say("warning: the kernel's command line is too long; the rest of it is not read", NULL);
	for (size_t i = 0; i < words.count; i++) {
		char *key = (char *)after(words.at[i], "init.");
		if (key == NULL)
			continue;
		char *equals = strchr(key, '=');
		if (equals != NULL)
			*equals = '\0';
		const char *problem = equals != NULL ? set_option(options, key, equals + 1) : "expected =VALUE after it";
		if (problem != NULL)
			say("warning: kernel command line: init.", key, equals != NULL ? "=" : "", equals != NULL ? equals + 1 : "", ": ", problem, NULL);
	}
}

// Cuts white space off both ends.
static char *trim(char *text) {
	while (is_space(*text))
		text++;
	size_t length = strlen(text);
	while (length > 0 && is_space(text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

void read_options(struct options *options, const char *path, char *text) {
	char line[NUMBER_SIZE];
	for (uint64_t n = 1; *text != '\0'; n++) {
		size_t length = strcspn(text, "\n");
		char *next = text + length + (text[length] == '\n');
		text[length] = '\0';
		char *key = trim(text), *equals = strchr(key, '=');
		if (*key != '\0' && *key != '#') {
			const char *problem = "expected KEY=VALUE", *value = "";
			if (equals != NULL) {
				*equals = '\0';
				key = trim(key);
				value = trim(equals + 1);
				problem = set_option(options, key, value);
			}
			if (problem != NULL)
				say("warning: ", path, ":", number(line, n), ": ", key, equals != NULL ? "=" : "", value, ": ", problem, NULL);
		}
		text = next;
	}
}
