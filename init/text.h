// SPDX-License-Identifier: Apache-2.0
// Text, numbers and small files, without the heap.
#ifndef INIT_TEXT_H
#define INIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Digits of a number, with the ending NUL.
#define NUMBER_SIZE 24

bool same(const char *a, const char *b);
// Returns what follows the prefix, or NULL.
const char *after(const char *text, const char *prefix);
bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);
bool is_space(char c);
// Whether part is in text; one loop, where strstr is a kilobyte and a half.
bool contains(const char *text, const char *part);

// Writes the number's digits and returns buffer.
char *number(char buffer[NUMBER_SIZE], uint64_t value);
// Reads a decimal number of digits only, at most max. Returns false for anything else.
bool parse_number(const char *text, uint64_t max, uint64_t *value);
// The same, up to one of the characters in ends or the end of the text; *rest is what follows the digits.
bool parse_number_until(const char *text, const char *ends, uint64_t max, uint64_t *value, const char **rest);

// Joins the parts, of which the last is NULL. Returns false if they do not fit; the result then is empty.
bool join(char *out, size_t size, ...);

// Keeps a text for as long as the program runs. NULL when the space for that, 128 KB, is used up.
char *keep(const char *text, size_t length);
// join, and keep.
char *keep_joined(const char *part, ...);

// Reads a file that fits in the buffer with an ending NUL. Returns its length; -1 with errno (EFBIG: it does not fit).
ssize_t read_file(const char *path, char *buffer, size_t size);
// Writes a file whose name is there or not. Returns false with errno.
bool write_file(const char *path, const char *data, size_t length);

// Calls visit with each name in a directory until it returns true. Returns whether one did.
bool any_entry(const char *directory, bool (*visit)(const char *name, void *context), void *context);

#endif
