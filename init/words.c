// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <string.h>

#include "text.h"

static bool add(struct words *list, char *word) {
	if (word == NULL || list->count + 1 >= COUNT(list->at))
		return false;
	list->at[list->count++] = word;
	list->at[list->count] = NULL;
	return true;
}

bool words_add(struct words *list, const char *word) { return add(list, keep(word, strlen(word))); }

bool words_add_all(struct words *list, const struct words *more) {
	for (size_t i = 0; i < more->count; i++)
		if (!add(list, more->at[i]))
			return false;
	return true;
}

bool words_of_command_line(struct words *list, char *text) {
	while (*text != '\0') {
		while (is_space(*text))
			text++;
		if (*text == '\0')
			break;
		char *word = text, *end = text;
		for (bool quoted = false; *text != '\0' && (quoted || !is_space(*text)); text++) {
			if (*text == '"')
				quoted = !quoted;
			else
				*end++ = *text;
		}
		bool last = *text == '\0';
		*end = '\0';
		if (!words_add(list, word))
			return false;
		if (!last)
			text++;
	}
	return true;
}

bool words_of_flags(struct words *list, const char *text, bool comments) {
	char word[4096];
	for (;;) {
		while (is_space(*text))
			text++;
		if (comments && *text == '#') {
			text += strcspn(text, "\n");
			continue;
		}
		if (*text == '\0')
			return true;
		size_t used = 0;
		char quote = '\0';
		for (; *text != '\0'; text++) {
			if (quote == '\0' && (is_space(*text) || (comments && *text == '#')))
				break;
			if (quote != '\0' ? *text == quote : (*text == '"' || *text == '\'')) {
				quote = quote != '\0' ? '\0' : *text;
				continue;
			}
			if (quote == '\0' && *text == '\\') {
				if (text[1] == '\0')
					continue;
				text++;
			}
			if (used == sizeof word - 1)
				return false;
			word[used++] = *text;
		}
		word[used] = '\0';
		if (!words_add(list, word))
			return false;
	}
}
