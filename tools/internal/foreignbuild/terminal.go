// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminalVariables are all of the caller's environment that an interactive
// step gets.
var terminalVariables = []string{"TERM", "TERMINFO", "TERMINFO_DIRS"}

// onTerminal runs cmd, which leads a process group, in the foreground of our
// terminal. However it ends, the terminal is then ours again, as it was.
func onTerminal(cmd *exec.Cmd) error {
	terminal := int(os.Stdin.Fd())
	state, err := unix.IoctlGetTermios(terminal, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("it needs a terminal, and standard input is none (%w): run it in a shell, without redirecting its input", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr.Foreground = true
	cmd.SysProcAttr.Ctty = terminal
	defer func() {
		// The kernel stops who takes the terminal from the background, unless this signal is ignored.
		signal.Ignore(syscall.SIGTTOU)
		defer signal.Reset(syscall.SIGTTOU)
		unix.IoctlSetPointerInt(terminal, unix.TIOCSPGRP, unix.Getpgrp())
		unix.IoctlSetTermios(terminal, unix.TCSETSW, state)
	}()
	return runGroup(cmd)
}
