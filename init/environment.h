// SPDX-License-Identifier: Apache-2.0
// The environment of what init starts.
#ifndef INIT_ENVIRONMENT_H
#define INIT_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

// NAME=VALUE each; ends with NULL.
extern char *environment[];

// Letters, digits and _, no digit first.
bool is_variable(const char *name, size_t length);
// The value, or NULL.
const char *get_variable(const char *name);
// As above, but an empty value counts as none: ${NAME:-fallback}.
const char *variable_or(const char *name, const char *fallback);
// Returns false when there is no space left, or name is no name of a variable.
bool set_variable(const char *name, const char *value);
// Sets it unless it has a value, as a shell's ${NAME:=value} does.
bool default_variable(const char *name, const char *value);

// Reads lines of NAME=VALUE; blank ones and those with # are passed over. The value is all that follows =. Tells path
// and line of what is none. Overwrites text.
void read_environment(const char *path, char *text);

#endif
