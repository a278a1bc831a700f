// SPDX-License-Identifier: Apache-2.0
// Programs that init starts.
#ifndef INIT_CHILD_H
#define INIT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "options.h"

struct program {
	char *const *arguments; // the program itself first; NULL at the end
	const char *cwd;
	bool owns_console; // Ctrl-C on the console is a signal for it, not for init
};

// Starts a program with the limits and the user of the options. Returns its process, or -1 after it said why not;
// *status then is what a shell would exit with: 127 if there is no such program, 126 if it cannot be run.
pid_t start_program(const struct program *program, const struct options *options, int *status);

#endif
