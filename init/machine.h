// SPDX-License-Identifier: Apache-2.0
// The machine around init: its power button, the host that wants to know how it went, its end.
#ifndef INIT_MACHINE_H
#define INIT_MACHINE_H

#include <stdbool.h>

#include "options.h"

// A socket that is readable when the power button was pressed, or -1: the kernel's ACPI events.
int power_button_open(void);
// Takes what there is to read. Returns whether the button was pressed.
bool power_button_pressed(int fd);

// Whether the kernel's log tells that it killed a process for want of memory.
bool memory_ran_out(void);

// Writes the exit status to the exit channel, the virtio port org.rules_elixir_vm.exit, if there is one.
void report_status(int status);

// Opens the virtio port org.rules_elixir_vm.shell as file 9, for this process and those that it starts. Tells if it cannot.
void shell_open(void);

// Ends the machine.
_Noreturn void end_machine(enum ending ending);

#endif
