// SPDX-License-Identifier: Apache-2.0
// Lists of words, and the languages that they come in.
#ifndef INIT_WORDS_H
#define INIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

// A list of texts that ends with NULL, as execve takes it.
struct words {
	char *at[1024];
	size_t count;
};

// Each returns false when there is no space left.
bool words_add(struct words *list, const char *word);
bool words_add_all(struct words *list, const struct words *more);

// The kernel's command line, which this overwrites: words between spaces; double quotes hold spaces and are dropped.
bool words_of_command_line(struct words *list, char *text);

// Flags of erl as it takes them from a file (with comments from # to the end of the line) or from a variable (without):
// words between white space, 'quotes', "quotes" and \ before any character. Not as in a shell, \ means nothing in quotes.
bool words_of_flags(struct words *list, const char *text, bool comments);

#endif
