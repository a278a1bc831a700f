// SPDX-License-Identifier: Apache-2.0
#include "init/options.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "check.h"
#include "init/environment.h"
#include "init/text.h"

static struct options options;

static void test_good(void) {
	default_options(&options);
	CHECK_TEXT(options.root, "/app");
	CHECK(options.network.mode == NET_DHCP && options.on_exit == POWEROFF && options.stop_timeout == 20);
	static const char *const cases[][2] = {
		{"root", "/srv/app"}, {"cwd", "/tmp"}, {"flags", "+S 2"}, {"pre_start", "/bin/mount /dev/vda"}, {"hostname", "web-1.example"},
		{"net", "10.0.2.15/24,10.0.2.2,10.0.2.3,1.1.1.1"}, {"net.device", "eth1"}, {"net.wait", "0"}, {"on_exit", "halt"},
		{"stop_timeout", "86400"}, {"user", "1000:100"}, {"crash_dump", "/data/dump"}, {"limit.nofile", "1024:unlimited"},
		{"limit.core", "0"}, {"limit.nofile", "10:20"}, {"env.PORT", "80"}, {"command", "start_iex"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK_TEXT(set_option(&options, cases[i][0], cases[i][1]), NULL);
	CHECK_TEXT(options.root, "/srv/app");
	CHECK_TEXT(options.flags, "+S 2");
	CHECK_TEXT(options.hostname, "web-1.example");
	CHECK_TEXT(options.pre_start, "/bin/mount /dev/vda");
	CHECK(options.network.mode == NET_STATIC && options.network.address == 0x0a00020f && options.network.prefix == 24);
	CHECK(options.network.gateway == 0x0a000202 && options.network.nameserver_count == 2 && options.network.nameservers[1] == 0x01010101);
	CHECK(options.net_wait == 0 && options.stop_timeout == 86400 && options.on_exit == HALT && options.iex);
	CHECK(options.uid == 1000 && options.gid == 100);
	CHECK(options.limit_count == 2);
	CHECK(options.limits[0].resource == RLIMIT_NOFILE && options.limits[0].soft == 10 && options.limits[0].hard == 20);
	CHECK(options.limits[1].resource == RLIMIT_CORE && options.limits[1].soft == 0 && options.limits[1].hard == 0);
	CHECK_TEXT(get_variable("PORT"), "80");
	CHECK_TEXT(set_option(&options, "user", "33"), NULL);
	CHECK(options.uid == 33 && options.gid == 33);
	CHECK_TEXT(set_option(&options, "net", "10.0.0.1/8,,9.9.9.9"), NULL);
	CHECK(options.network.gateway == 0 && options.network.nameserver_count == 1 && options.network.nameservers[0] == 0x09090909);
	CHECK_TEXT(set_option(&options, "net", "none"), NULL);
	CHECK(options.network.mode == NET_NONE && options.network.nameserver_count == 0);
}

static void test_bad(void) {
	static const char *const cases[][2] = {
		{"", ""}, {"colour", "red"}, {"root", ""}, {"root", "app"}, {"hostname", ""}, {"hostname", "a b"}, {"hostname", "-a"},
		{"hostname", "a234567890123456789012345678901234567890123456789012345678901234x"}, {"net", ""}, {"net", "dhcp6"}, {"net", "10.0.2.15"},
		{"net", "10.0.2.15/"}, {"net", "10.0.2.15/0"}, {"net", "10.0.2.15/33"}, {"net", "10.0.2/24"}, {"net", "10.0.2.256/24"},
		{"net", "10.0.2.15/24,"}, {"net", "10.0.2.15/24,10.0.2.2,"}, {"net", "0.0.0.0/24"}, {"net", "10.0.2.15/24,,"},
		{"net", "10.0.2.15/24,1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5"}, {"net", "10.0.2.15/24 "}, {"net.wait", "-1"}, {"net.wait", "1s"},
		{"net.wait", ""}, {"stop_timeout", "86401"}, {"stop_timeout", "99999999999999999999999"}, {"on_exit", ""}, {"on_exit", "sleep"},
		{"user", "root"}, {"user", "1000:"}, {"user", ":5"}, {"user", "4294967295"}, {"limit.files", "1"}, {"limit.nofile", ""},
		{"limit.nofile", "2:1"}, {"limit.nofile", "unlimited:1"}, {"limit.nofile", "1:2:3"}, {"limit.nofile", "unlimitedx"}, {"env.", "x"},
		{"env.1A", "x"}, {"env.A B", "x"}, {"command", "daemon"}, {"pre_start", "mount"},
	};
	default_options(&options);
	struct options before = options;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (set_option(&options, cases[i][0], cases[i][1]) == NULL) {
			fprintf(stderr, "%s=%s was taken\n", cases[i][0], cases[i][1]);
			failures++;
		}
	CHECK(memcmp(&before, &options, sizeof options) == 0);
}

static void test_files(void) {
	char text[] = "# comment\n\n  on_exit = reboot \nroot=/a b\r\nno equals\nenv.X =  y = z \nstop_timeout=5";
	default_options(&options);
	read_options(&options, "init.conf", text);
	CHECK(options.on_exit == REBOOT && options.stop_timeout == 5);
	CHECK_TEXT(options.root, "/a b");
	CHECK_TEXT(get_variable("X"), "y = z");

	char line[] = "console=ttyS0 init.root=/b root=/dev/vda init.env.Y=\"a b\" init.hostname initrd=x init.on_exit=halt";
	read_command_line(&options, line);
	CHECK_TEXT(options.root, "/b");
	CHECK_TEXT(get_variable("Y"), "a b");
	CHECK(options.on_exit == HALT && options.hostname == NULL);

	char variables[] = "# x\n\nA=1\nB==2= \n3C=x\nD\nA=2\n=x\nE=\nF=last";
	read_environment("environment", variables);
	CHECK_TEXT(get_variable("A"), "2");
	CHECK_TEXT(get_variable("B"), "=2= ");
	CHECK_TEXT(get_variable("E"), "");
	CHECK_TEXT(get_variable("F"), "last");
	CHECK_TEXT(get_variable("D"), NULL);
	CHECK_TEXT(variable_or("E", "none"), "none");
	CHECK(default_variable("E", "now") && default_variable("A", "never"));
	CHECK_TEXT(get_variable("E"), "now");
	CHECK_TEXT(get_variable("A"), "2");
}

static void test_addresses(void) {
	char text[ADDRESS_SIZE];
	const char *rest;
	uint32_t address;
	CHECK(parse_address("255.255.255.255", "", &address, &rest) && address == UINT32_MAX);
	CHECK_TEXT(format_address(text, address), "255.255.255.255");
	CHECK_TEXT(format_address(text, 0), "0.0.0.0");
	CHECK(parse_address("1.2.3.4/5", "/", &address, &rest) && address == 0x01020304);
	CHECK_TEXT(rest, "/5");
	static const char *const bad[] = {"", ".", "1.2.3", "1.2.3.", "1.2.3.4.5", "1.2.3.4x", "1..2.3", "-1.2.3.4", "1.2.3.999999999999999999999"};
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!parse_address(bad[i], "", &address, &rest));
}

static void test_any_input(void) {
	static const char *const keys[] = {"net", "user", "limit.nofile", "hostname", "stop_timeout", "root", "on_exit"};
	// What is taken is kept, and the space for that ends; nothing else may happen then.
	for (int i = 0; i < 20000; i++) {
		char value[48];
		any_text(value, sizeof value, "0123456789./,:-adhcpunlimted \xff");
		default_options(&options);
		set_option(&options, keys[any_number() % COUNT(keys)], value);
		CHECK(options.network.nameserver_count <= COUNT(options.network.nameservers) && options.network.prefix <= 32);
		CHECK(options.root != NULL);
	}
	for (int i = 0; i < 2000; i++) {
		char text[96];
		any_text(text, sizeof text, "init.=\n# \"netroo/1,AB_");
		default_options(&options);
		if (i % 3 == 0)
			read_command_line(&options, text);
		else if (i % 3 == 1)
			read_options(&options, "f", text);
		else
			read_environment("f", text);
	}
	size_t count = 0;
	while (environment[count] != NULL)
		count++;
	CHECK(count < 256);
}

int main(void) {
	test_good();
	test_bad();
	test_files();
	test_addresses();
	test_any_input();
	return failures > 0;
}
