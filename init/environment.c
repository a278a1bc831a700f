// SPDX-License-Identifier: Apache-2.0
#include "environment.h"

#include <string.h>

#include "say.h"
#include "text.h"

char *environment[256];
static size_t count;

bool is_variable(const char *name, size_t length) {
	for (size_t i = 0; i < length; i++) {
		char c = name[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return length > 0;
}

static char **find(const char *name) {
	size_t length = strlen(name);
	for (size_t i = 0; i < count; i++)
		if (strncmp(environment[i], name, length) == 0 && environment[i][length] == '=')
			return &environment[i];
	return NULL;
}

const char *get_variable(const char *name) {
	char **place = find(name);
	return place != NULL ? *place + strlen(name) + 1 : NULL;
}

const char *variable_or(const char *name, const char *fallback) {
	const char *value = get_variable(name);
	return value != NULL && *value != '\0' ? value : fallback;
}

bool set_variable(const char *name, const char *value) {
	if (!is_variable(name, strlen(name)))
		return false;
	char **place = find(name);
	if (place == NULL && count + 1 >= COUNT(environment))
		return false;
	char *entry = keep_joined(name, "=", value, NULL);
	if (entry == NULL)
		return false;
	if (place == NULL)
		place = &environment[count++];
	*place = entry;
	return true;
}

bool default_variable(const char *name, const char *value) {
	return variable_or(name, NULL) != NULL || set_variable(name, value);
}

void read_environment(const char *path, char *text) {
	char line[NUMBER_SIZE];
	for (uint64_t n = 1; *text != '\0'; n++) {
		size_t length = strcspn(text, "\n");
		char *next = text + length + (text[length] == '\n');
		text[length] = '\0';
		char *equals = strchr(text, '=');
		if (*text != '\0' && *text != '#') {
			if (equals == NULL || !is_variable(text, (size_t)(equals - text))) {
				say("warning: ", path, ":", number(line, n), ": expected NAME=VALUE, found: ", text, NULL);
			} else {
				*equals = '\0';
				if (!set_variable(text, equals + 1))
					say("warning: ", path, ":", number(line, n), ": no space for ", text, NULL);
			}
		}
		text = next;
	}
}
