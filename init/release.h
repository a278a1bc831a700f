// SPDX-License-Identifier: Apache-2.0
// A Mix release: what bin/NAME start, releases/VSN/elixir, bin/erl and erlexec do, without a shell.
#ifndef INIT_RELEASE_H
#define INIT_RELEASE_H

#include <stdbool.h>

#include "options.h"
#include "words.h"

// The command, and whether it needs epmd.
struct release {
	struct words arguments; // of the emulator, which is the first
	const char *bindir;
	bool interactive; // IEx is on the console
	bool epmd;
};

// Finds the release, sets the variables of its environment and builds its command. Returns 0, or the exit status
// after it said what is wrong: 127 if something is missing, 126 for anything else.
int release_command(struct release *release, const struct options *options);

#endif
