// SPDX-License-Identifier: Apache-2.0
// What init tells: messages on the console, the times of its stages in the kernel's log.
#ifndef INIT_SAY_H
#define INIT_SAY_H

#include <stdint.h>

// Opens the kernel's log. Before that nothing is said.
void say_open(void);
// Opens the console as standard input, output and error, for init and what it starts.
void say_open_console(void);

// A line on the console: "init: " and the parts, of which the last is NULL.
void say(const char *part, ...);
// The same, and what errno means.
void say_errno(const char *part, ...);

// The time that the first stage begins at.
void say_begin(void);
// "init: stage=NAME at_us=MICROSECONDS took_us=MICROSECONDS" in the kernel's log: how long the kernel has run, and how
// long ago the stage before ended.
void say_stage(const char *name);

// Microseconds since the kernel started.
uint64_t now_us(void);
// Of two such times the earlier one.
static inline uint64_t earlier_us(uint64_t a, uint64_t b) { return a < b ? a : b; }

#endif
