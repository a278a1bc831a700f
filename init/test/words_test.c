// SPDX-License-Identifier: Apache-2.0
#include "init/words.h"

#include "check.h"
#include "init/text.h"

static struct words words;

// Words as one text: [a] [b c]
static const char *shown(void) {
	static char text[4096];
	text[0] = '\0';
	for (size_t i = 0; i < words.count; i++) {
		size_t used = strlen(text);
		join(text + used, sizeof text - used, i > 0 ? " [" : "[", words.at[i], "]", NULL);
	}
	return text;
}

static void test_command_line(void) {
	static const char *const cases[][2] = {
		{"", ""},
		{" \n", ""},
		{"a", "[a]"},
		{"console=ttyS0 panic=-1\n", "[console=ttyS0] [panic=-1]"},
		{"init.flags=\"+S 1:1\" b", "[init.flags=+S 1:1] [b]"},
		{"\"init.flags=+S 1:1\" b", "[init.flags=+S 1:1] [b]"},
		{"a=\"b c", "[a=b c]"},
		{"a=\"\" b", "[a=] [b]"},
		{"\"", "[]"},
		{"a\t\tb", "[a] [b]"},
		{"a\\ b", "[a\\] [b]"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[128];
		words.count = 0;
		join(text, sizeof text, cases[i][0], NULL);
		CHECK(words_of_command_line(&words, text));
		CHECK_TEXT(shown(), cases[i][1]);
	}
}

static void test_flags(void) {
	static const struct {
		const char *text;
		bool comments;
		const char *want;
	} cases[] = {
		{"", true, ""},
		{"# only\n#comments", true, ""},
		{"+S 1:1\n\n  -name  a@b \r\n", true, "[+S] [1:1] [-name] [a@b]"},
		{"+S 1 # one\n+A 2", true, "[+S] [1] [+A] [2]"},
		{"+S#one\n+A", true, "[+S] [+A]"},
		{"+S 1 # one", false, "[+S] [1] [#] [one]"},
		{"a#b", false, "[a#b]"},
		{"-env A \"b  c\" -x 'd \"e\"'", true, "[-env] [A] [b  c] [-x] [d \"e\"]"},
		{"a\"b c\"d'e f'g", true, "[ab cde fg]"},
		{"a\\ b \\\"c \\# \\\\", true, "[a b] [\"c] [#] [\\]"},
		{"\"a\\\" b", true, "[a\\] [b]"}, // \ means nothing in quotes
		{"'a # b'", true, "[a # b]"},
		{"\"\" ''", true, "[] []"},
		{"\"open", true, "[open]"},
		{"a\\", true, "[a]"},
		{"\v\f\t a", true, "[a]"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		words.count = 0;
		CHECK(words_of_flags(&words, cases[i].text, cases[i].comments));
		CHECK_TEXT(shown(), cases[i].want);
	}
}

static void test_limits(void) {
	static char longest[8192];
	memset(longest, 'a', 5000);
	words.count = 0;
	CHECK(!words_of_flags(&words, longest, true));
	// More words than there is space for.
	for (size_t i = 0; i < sizeof longest - 1; i++)
		longest[i] = i % 2 == 0 ? 'a' : ' ';
	words.count = 0;
	CHECK(!words_of_flags(&words, longest, true));
	CHECK(words.count == COUNT(words.at) - 1);
	CHECK(words.at[words.count] == NULL);
	words.count = 0;
	CHECK(!words_of_command_line(&words, longest));
}

static void test_any_input(void) {
	for (int i = 0; i < 3000; i++) {
		char text[64], copy[64];
		any_text(text, sizeof text, "ab \t\n\"'\\#+-=\x01\xff");
		size_t length = strlen(text);
		for (int comments = 0; comments < 2; comments++) {
			words.count = 0;
			words_of_flags(&words, text, comments);
			CHECK(words.count <= length);
		}
		join(copy, sizeof copy, text, NULL);
		words.count = 0;
		words_of_command_line(&words, copy);
		for (size_t n = 0; n < words.count; n++)
			CHECK(strchr(words.at[n], '"') == NULL);
	}
}

int main(void) {
	test_command_line();
	test_flags();
	test_limits();
	test_any_input();
	return failures > 0;
}
