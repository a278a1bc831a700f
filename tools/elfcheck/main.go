// SPDX-License-Identifier: Apache-2.0

// Elfcheck asserts what ELF programs, libraries, objects and archives of objects are like.
//
//	elfcheck -machine x86_64|aarch64 [-static] [-interpreter PATH] [-needed LIB]… [-pie|-no-pie] [-no-build-id] [-stripped]
//	         [-forbid STRING]… [-no-default-forbid] [-allow STRING]… [-max-size N] FILE…
//
// Exit status: 0 if every file is as expected, 1 if not, 2 for wrong usage or unreadable files.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"rules_elixir_vm/tools/internal/elfcheck"
)

func main() {
	status, err := run(os.Args[1:], os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "elfcheck:", err)
		status = 2
	}
	os.Exit(status)
}

func run(args []string, stderr io.Writer) (int, error) {
	var e elfcheck.Expectation
	flags := flag.NewFlagSet("elfcheck", flag.ContinueOnError)
	flags.SetOutput(stderr)
	list := func(name, usage string, to *[]string) {
		flags.Func(name, usage, func(s string) error { *to = append(*to, s); return nil })
	}
	flags.StringVar(&e.Machine, "machine", "", "built for `x86_64|aarch64`")
	flags.BoolVar(&e.Static, "static", false, "no interpreter, no needed libraries")
	flags.StringVar(&e.Interpreter, "interpreter", "", "the `path` of the program interpreter")
	list("needed", "a needed `library`; may be repeated; no others are needed", &e.Needed)
	flags.BoolVar(&e.PIE, "pie", false, "a position independent program")
	flags.BoolVar(&e.NoPIE, "no-pie", false, "a program with fixed addresses")
	flags.BoolVar(&e.NoBuildID, "no-build-id", false, "no GNU build ID")
	flags.BoolVar(&e.Stripped, "stripped", false, "no symbol table and no debug sections (objects: no debug sections)")
	list("forbid", "a `string` that must not occur in the file; may be repeated", &e.Forbid)
	noDefault := flags.Bool("no-default-forbid", false, fmt.Sprintf("do not forbid the paths of a building machine, %q", elfcheck.HostPaths))
	list("allow", "a longer `string` in which a forbidden one is fine; may be repeated", &e.Allow)
	flags.Int64Var(&e.MaxSize, "max-size", 0, "the file has at most this many `bytes`")
	if err := flags.Parse(args); err != nil {
		return 2, errors.New("wrong usage")
	}
	if flags.NArg() == 0 {
		return 2, errors.New("no file given")
	}
	if err := e.Validate(); err != nil {
		return 2, err
	}
	if !*noDefault {
		e.Forbid = append(e.Forbid, elfcheck.HostPaths...)
	}
	var errs []error
	failures := 0
	for _, file := range flags.Args() {
		data, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, f := range e.Check(file, data) {
			fmt.Fprintln(stderr, f)
			failures++
		}
	}
	if errs != nil {
		return 2, errors.Join(errs...)
	}
	if failures > 0 {
		fmt.Fprintf(stderr, "elfcheck: %d expectations not met: correct the flags of the build; "+
			"a forbidden string that belongs there can be allowed with -allow\n", failures)
		return 1, nil
	}
	return 0, nil
}
