// SPDX-License-Identifier: Apache-2.0
// Checks for tests: each tells where it failed, and the program then exits with 1.
#ifndef INIT_CHECK_H
#define INIT_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition) check((condition), __FILE__, __LINE__, #condition)
#define CHECK_TEXT(got, want) check_text((got), (want), __FILE__, __LINE__)

static inline void check(int good, const char *file, int line, const char *what) {
	if (good)
		return;
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	failures++;
}

static inline void check_text(const char *got, const char *want, const char *file, int line) {
	if ((got == NULL) == (want == NULL) && (got == NULL || strcmp(got, want) == 0))
		return;
	fprintf(stderr, "%s:%d: got \"%s\", expected \"%s\"\n", file, line, got ? got : "(null)", want ? want : "(null)");
	failures++;
}

// The same numbers in every run (xorshift64).
static inline uint32_t any_number(void) {
	static uint64_t state = 88172645463325252U;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

// A text of the characters in alphabet, shorter than size.
static inline void any_text(char *text, size_t size, const char *alphabet) {
	size_t length = any_number() % size;
	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[any_number() % strlen(alphabet)];
	text[length] = '\0';
}

#endif
