// SPDX-License-Identifier: Apache-2.0
#include "init/text.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"

static void test_numbers(void) {
	char digits[NUMBER_SIZE];
	uint64_t value;
	CHECK_TEXT(number(digits, 0), "0");
	CHECK_TEXT(number(digits, UINT64_MAX), "18446744073709551615");
	CHECK(parse_number("18446744073709551615", UINT64_MAX, &value) && value == UINT64_MAX);
	CHECK(parse_number("007", 7, &value) && value == 7);
	static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "0x1", "18446744073709551616", "99999999999999999999999"};
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!parse_number(bad[i], UINT64_MAX, &value));
	CHECK(!parse_number("8", 7, &value) && !parse_number("10", 9, &value) && parse_number("9", 9, &value));
}

static void test_joins(void) {
	char text[4];
	CHECK(join(text, sizeof text, "a", "bc", NULL));
	CHECK_TEXT(text, "abc");
	CHECK(!join(text, sizeof text, "abc", "d", NULL));
	CHECK_TEXT(text, "");
	CHECK(join(text, sizeof text, NULL));
	CHECK(contains("abc", "bc") && contains("abc", "") && !contains("abc", "bd") && !contains("", "a"));
	CHECK(ends_with("a.rel", ".rel") && !ends_with("rel", ".rel"));
}

static bool is_two(const char *name, void *context) {
	++*(int *)context;
	return same(name, "two");
}

static void test_files(void) {
	char path[256], text[4];
	int seen = 0;
	const char *directory = getenv("TEST_TMPDIR");
	CHECK(join(path, sizeof path, directory, "/two", NULL));
	CHECK(write_file(path, "abcdef", 6) && write_file(path, "abc", 3));
	CHECK(read_file(path, text, sizeof text) == 3);
	CHECK_TEXT(text, "abc");
	CHECK(read_file(path, text, 3) == -1 && errno == EFBIG);
	CHECK(read_file("/nowhere", text, sizeof text) == -1 && errno == ENOENT);
	CHECK(!write_file("/nowhere/x", "a", 1));
	CHECK(any_entry(directory, is_two, &seen) && seen >= 1);
	CHECK(!any_entry("/nowhere", is_two, &seen));
}

static void test_space(void) {
	char *first = keep("a", 1);
	int kept = 0;
	while (keep("0123456789", 10) != NULL)
		kept++;
	CHECK(kept > 10000);
	CHECK(keep_joined("0123456789", "0123456789", NULL) == NULL);
	CHECK_TEXT(first, "a");
}

int main(void) {
	test_numbers();
	test_joins();
	test_files();
	test_space();
	return failures > 0;
}
