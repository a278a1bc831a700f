// SPDX-License-Identifier: Apache-2.0
// Flags of erl, made into the arguments of the emulator, as OTP 27's erlexec does.
#ifndef INIT_FLAGS_H
#define INIT_FLAGS_H

#include <stdbool.h>

#include "words.h"

// What is wrong with a flag.
struct flag_problem {
	const char *flag;
	const char *what;
};

// Adds the flags of a file and of those that it names with -args_file; what comes after -extra goes to extra.
// Returns false with errno, or with a problem whose what is not NULL.
bool add_flags_of_file(struct words *flags, struct words *extra, const char *path, struct flag_problem *problem);
// Adds the flags of a variable, such as ERL_FLAGS. Returns false when there is no space left.
bool add_flags_of_variable(struct words *flags, struct words *extra, const char *name);

struct command {
	struct words emulator; // what comes before --, the program's name first
	struct words init;     // what the Erlang module init gets, after the last --
	bool distributed;      // -name or -sname
	bool epmd;             // and epmd is wanted
};

// Sorts flags into a command; -env sets variables. Returns false with a problem.
bool sort_flags(struct command *command, const struct words *flags, struct flag_problem *problem);

// Builds the whole list: program name, emulator's flags, -root, -bindir, -progname, -home, init's flags.
bool build_arguments(struct words *arguments, const struct command *command, const char *root, const char *bindir,
                     const char *home, const char *epmd_port);

#endif
