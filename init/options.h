// SPDX-License-Identifier: Apache-2.0
// What can be chosen, on the kernel's command line (init.KEY=VALUE) and in /etc/init.conf (KEY=VALUE). docs/init.md has
// the same table.
#ifndef INIT_OPTIONS_H
#define INIT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ending { POWEROFF, REBOOT, HALT };

// IPv4 addresses here and in dhcp.h are in the host's byte order; 0 is none.
struct network {
	enum { NET_DHCP, NET_STATIC, NET_NONE } mode;
	uint32_t address, gateway;
	unsigned prefix;
	uint32_t nameservers[3];
	size_t nameserver_count;
};

struct limit {
	int resource;
	uint64_t soft, hard; // UINT64_MAX: unlimited
};

struct options {
	const char *root;         // of the release
	const char *cwd;          // NULL: root
	const char *flags;        // of erl, before those of vm.args; NULL: init's own
	const char *pre_start;    // NULL: none
	const char *hostname;     // NULL: that of the kernel, of DHCP or vm
	const char *device;       // of the network; NULL: the first one
	const char *crash_dump;   // file; NULL: none
	const char *shell;        // an Erlang expression, for a host that talks to it; NULL: none
	struct network network;
	bool iex;                  // command=start_iex
	uint64_t net_wait;        // seconds
	uint64_t stop_timeout;    // seconds
	enum ending on_exit;
	uint32_t uid, gid;
	struct limit limits[16];
	size_t limit_count;
};

void default_options(struct options *options);

// Sets an option, or with env.NAME a variable of the environment. Returns NULL, or what is wrong with it.
const char *set_option(struct options *options, const char *key, const char *value);

// The words init.KEY=VALUE of the kernel's command line, which this overwrites. Tells what is wrong.
void read_command_line(struct options *options, char *text);
// Lines KEY=VALUE, with spaces around = or without; blank ones and those with # are passed over. Tells what is wrong,
// with path and line. Overwrites text.
void read_options(struct options *options, const char *path, char *text);

// A.B.C.D, up to one of the characters in ends; *rest is what follows. Returns false for anything else.
bool parse_address(const char *text, const char *ends, uint32_t *address, const char **rest);
#define ADDRESS_SIZE 16
char *format_address(char buffer[ADDRESS_SIZE], uint32_t address);

#endif
