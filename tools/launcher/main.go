// SPDX-License-Identifier: Apache-2.0

// Launcher runs a program of another libc through that libc's own loader. It
// is always started through a symlink that names the tool: see package launch.
package main

import (
	"os"
	"syscall"

	"rules_elixir_vm/tools/internal/launch"
)

func main() {
	env := syscall.Environ()
	c, err := launch.Resolve(os.Args, env)
	if err == nil {
		err = syscall.Exec(c.Path, c.Argv, c.Env)
		os.Stderr.WriteString("launcher: cannot start " + c.Path + " for " + os.Args[0] + ": " + err.Error() + "\n")
	} else {
		os.Stderr.WriteString("launcher: " + err.Error() + "\n")
	}
	os.Exit(127) // as a shell does for a command that cannot be started
}
