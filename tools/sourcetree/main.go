// SPDX-License-Identifier: Apache-2.0

// Sourcetree runs a program in the source tree of the workspace, for checkers that find their files by themselves.
//
//	sourcetree [-fix COMMAND] MARKER PROGRAM [ARG…]
//
// MARKER and PROGRAM are runfiles; MARKER is a file in the top directory of the source tree. The exit status is that
// of the program; if it is not 0, COMMAND is recommended.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

func main() {
	fix := flag.String("fix", "", "the command to recommend if the program fails")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: sourcetree [-fix COMMAND] MARKER PROGRAM [ARG…]")
		os.Exit(2)
	}
	os.Exit(run(*fix, flag.Arg(0), flag.Arg(1), flag.Args()[2:]))
}

func run(fix, marker, program string, args []string) int {
	cmd, err := command(marker, program, args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "sourcetree: %v\n", err)
		return 2
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		fmt.Fprintf(os.Stderr, "sourcetree: running %s in %s: %v\n", cmd.Path, cmd.Dir, err)
		return 2
	}
	fmt.Fprintf(os.Stderr, "sourcetree: %s in %s: %v\n", filepath.Base(cmd.Path), cmd.Dir, err)
	if fix != "" {
		fmt.Fprintf(os.Stderr, "next: %s\n", fix)
	}
	return max(exit.ExitCode(), 1)
}

func command(marker, program string, args []string) (*exec.Cmd, error) {
	file, err := runfiles.Rlocation(marker)
	if err != nil {
		return nil, fmt.Errorf("finding %s in the runfiles: %w", marker, err)
	}
	path, err := runfiles.Rlocation(program)
	if err != nil {
		return nil, fmt.Errorf("finding %s in the runfiles: %w", program, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	source, err := filepath.EvalSymlinks(file)
	if err != nil {
		return nil, fmt.Errorf("finding the source tree: %w", err)
	}
	// A sandbox that copies has the marker, but nothing to check.
	if execroot, _, ok := strings.Cut(os.Getenv("TEST_SRCDIR"), "/bazel-out/"); ok && strings.HasPrefix(source, execroot+"/") {
		return nil, fmt.Errorf("finding the source tree: %s is no link into it; run the test locally, with no sandbox that copies files", source)
	}
	// The program may have runfiles among its arguments.
	env, err := runfiles.Env()
	if err != nil {
		return nil, fmt.Errorf("finding the runfiles: %w", err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = filepath.Dir(source)
	cmd.Env = append(os.Environ(), env...)
	return cmd, nil
}
