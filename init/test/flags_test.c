// SPDX-License-Identifier: Apache-2.0
#include "init/flags.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "init/environment.h"
#include "init/text.h"

static struct flag_problem problem;
static struct command command;
static struct words flags, extra;

static const char *shown(const struct words *words) {
	static char text[2][4096];
	static int turn;
	char *out = text[turn = !turn];
	out[0] = '\0';
	for (size_t i = 0; i < words->count; i++) {
		size_t used = strlen(out);
		join(out + used, sizeof text[0] - used, i > 0 ? " " : "", words->at[i], NULL);
	}
	return out;
}

static bool sort(const char *text) {
	flags.count = 0;
	command = (struct command){.distributed = false};
	words_of_flags(&flags, text, true);
	return sort_flags(&command, &flags, &problem);
}

static void test_sort(void) {
	static const char *const cases[][3] = {
		{"", "", ""},
		{"-noshell -s elixir start_cli", "", "-noshell -s elixir start_cli"},
		{"+S 2:2 -boot a +A 5 +sbwt none", "-S 2:2 -A 5 -sbwt none", "-boot a"},
		{"+K true +P 1000 +Q 1000 +t 5 +SDcpu 1:1 +SDio 2 +SP 50:50 +SDPcpu 1:1", "-K true -P 1000 -Q 1000 -t 5 -SDcpu 1:1 -SDio 2 -SP 50:50 -SDPcpu 1:1", ""},
		{"+MBas aobf +MMscs 20 +Mea min +Mulmbcs 512 +MIscs 64", "-MBas aobf -MMscs 20 -Mea min -Mulmbcs 512 -MIscs 64", ""},
		{"+hms 233 +h 1000 +hmaxk true +rg 4 +zdbbl 1024 +pc unicode +IOt 2 +IOPp 50", "-hms 233 -h 1000 -hmaxk true -rg 4 -zdbbl 1024 -pc unicode -IOt 2 -IOPp 50", ""},
		{"+JMsingle true +JPperf false", "-JMsingle true -JPperf false", ""},
		// Without a value, or with it in the same word.
		{"+ssrct a", "-ssrct", "a"},
		{"+L +S2 +fnu +Bd +B -x", "-L -S2 -fnu -Bd -B", "-x"},
		{"+B i +c true +c -x", "-B i -c true -c", "-x"},
		{"+MMfoo bar", "-MMfoo", "bar"},
		{"-noinput", "", "-noshell -noinput"},
		{"-extra +S 1 -env A B", "", "-extra +S 1 -env A B"},
		{"++S x", "", "++S x"},
		{"-- a --", "", "-- a --"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CHECK(sort(cases[i][0]));
		CHECK_TEXT(shown(&command.emulator), cases[i][1]);
		CHECK_TEXT(shown(&command.init), cases[i][2]);
		CHECK(!command.distributed && !command.epmd);
	}
	CHECK(sort("-env A 'b c' -env B --"));
	CHECK_TEXT(get_variable("A"), "b c");
	CHECK(command.init.count == 0);
	CHECK(sort("-sname a") && command.distributed && command.epmd);
	CHECK_TEXT(shown(&command.init), "-sname a");
	CHECK(sort("-name a@b -start_epmd false") && command.distributed && !command.epmd);
	CHECK(sort("-name a@b -no_epmd") && !command.epmd);

	static const char *const bad[][2] = {
		{"+S", "+S"}, {"+S --", "+S"}, {"-x +MBas", "+MBas"}, {"-env A", "-env"}, {"-env", "-env"}, {"-name", "-name"}, {"-sname --", "-sname"},
		{"-env 1A x", "-env"}, {"-detached", "-detached"}, {"-start_epmd", "-start_epmd"},
	};
	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(!sort(bad[i][0]));
		CHECK_TEXT(problem.flag, bad[i][1]);
		CHECK(problem.what != NULL);
	}
}

static char path[3][256];

static void write_flags(int i, const char *text) {
	char name[2] = {(char)('a' + i), '\0'};
	CHECK(join(path[i], sizeof path[i], getenv("TEST_TMPDIR"), "/", name, NULL) && write_file(path[i], text, strlen(text)));
}

static void test_files(void) {
	char text[600];
	write_flags(0, "");
	join(text, sizeof text, "+S 1 # x\n-args_file ", path[0], "\n-b -extra c d", NULL);
	write_flags(1, text);
	join(text, sizeof text, "-a -args_file ", path[1], " -e", NULL);
	write_flags(2, text);
	flags.count = extra.count = 0;
	CHECK(add_flags_of_file(&flags, &extra, path[2], &problem));
	CHECK_TEXT(shown(&flags), "-a +S 1 -b -- -e --");
	CHECK_TEXT(shown(&extra), "c d");

	CHECK(set_variable("ERL_FLAGS", "+A 1 '-x y' -extra z"));
	flags.count = extra.count = 0;
	CHECK(add_flags_of_variable(&flags, &extra, "ERL_FLAGS") && add_flags_of_variable(&flags, &extra, "NO_FLAGS"));
	CHECK_TEXT(shown(&flags), "+A 1 -x y --");
	CHECK_TEXT(shown(&extra), "z");

	// A file that names itself, one that is missing, one without a name.
	join(text, sizeof text, "-args_file ", path[0], NULL);
	write_flags(0, text);
	CHECK(!add_flags_of_file(&flags, &extra, path[0], &problem) && problem.what != NULL);
	CHECK(!add_flags_of_file(&flags, &extra, "/nowhere", &problem) && problem.what == NULL && errno == ENOENT);
	write_flags(0, "-args_file");
	CHECK(!add_flags_of_file(&flags, &extra, path[0], &problem));
	CHECK_TEXT(problem.flag, "-args_file");
}

static void test_arguments(void) {
	static struct words arguments;
	CHECK(sort("+S 1 -boot x -extra --no-halt"));
	CHECK(build_arguments(&arguments, &command, "/app", "/app/erts-1/bin", "/root", "4369"));
	CHECK_TEXT(shown(&arguments), "-S 1 -- -root /app -bindir /app/erts-1/bin -progname erl -- -home /root -epmd_port 4369 -- -boot x -extra --no-halt");
}

static void test_any_input(void) {
	for (int i = 0; i < 3000; i++) {
		char text[64];
		any_text(text, sizeof text, "+-SMBJchenvxtra 1\n#\xff");
		sort(text);
		CHECK(command.emulator.count + command.init.count <= 2 * flags.count);
	}
}

int main(void) {
	test_sort();
	test_files();
	test_arguments();
	test_any_input();
	return failures > 0;
}
