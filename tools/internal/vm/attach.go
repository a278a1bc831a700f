// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// attach puts a screen between the terminal and QEMU, which is not started yet. leave gives the terminal back.
func (m *machine) attach(cmd *exec.Cmd, log io.Writer) (leave func(), err error) {
	if m.Shell == "" {
		return nil, errors.New("the image has no release, and so no IEx; it is for a vm_image with the attribute release")
	}
	module, err := readModule(m.Shell)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", m.shellSocket())
	if err != nil {
		return nil, fmt.Errorf("making a way to the machine: %w", err)
	}
	cmd.Stdin = nil
	console, err := cmd.StdinPipe()
	if err != nil {
		listener.Close()
		return nil, err
	}
	fmt.Fprintln(log, `vm: IEx comes when the release has started; then Ctrl-\ goes from it to the console and back`)
	restore, err := rawTerminal(int(os.Stdin.Fd()))
	if err != nil {
		listener.Close()
		return nil, err
	}
	s := newScreen(os.Stdout, console)
	cmd.Stdout = s
	cmd.WaitDelay = grace
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	resized <- syscall.SIGWINCH
	go func() {
		for range resized {
			if columns, rows, err := term.GetSize(int(os.Stdin.Fd())); err == nil {
				s.resize(columns, rows)
			}
		}
	}()
	go s.serve(listener, module)
	go s.edit()
	go s.typed(os.Stdin)
	return func() {
		signal.Stop(resized)
		listener.Close()
		// The console's last words.
		s.show(false, "the machine has ended")
		restore()
	}, nil
}

// rawTerminal lets all keys through, if there is a terminal; lines are still ended as usual when they are written.
func rawTerminal(fd int) (restore func(), err error) {
	if !term.IsTerminal(fd) {
		return func() {}, nil
	}
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, fmt.Errorf("preparing the terminal: %w", err)
	}
	restore = func() { term.Restore(fd, before) }
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err == nil {
		modes.Oflag |= unix.OPOST | unix.ONLCR
		err = unix.IoctlSetTermios(fd, unix.TCSETS, modes)
	}
	if err != nil {
		restore()
		return nil, fmt.Errorf("preparing the terminal: %w", err)
	}
	return restore, nil
}
