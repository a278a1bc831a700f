// SPDX-License-Identifier: Apache-2.0

// Mixrun runs Mix, or IEx, in the source tree. A link to it with a spec beside it, `<link>.mixrun.json`, does that for one
// project.
//
// Erlang/OTP, Elixir, the compiled dependencies and what Mix builds are in a directory of the user's cache, one for each
// project of a workspace.
package main

import (
	"fmt"
	"os"
	"syscall"
)

// sidecar is what a link's spec is called: the link's name and this.
const sidecar = ".mixrun.json"

func main() {
	c, err := prepare(os.Args[0]+sidecar, os.Args[1:], os.Environ(), isTerminal(os.Stdout))
	if err == nil {
		if err = os.Chdir(c.dir); err == nil {
			err = syscall.Exec(c.argv[0], c.argv, c.env)
		}
	}
	fmt.Fprintf(os.Stderr, "mixrun: %v\n", err)
	os.Exit(1)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
