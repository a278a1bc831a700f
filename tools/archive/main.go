// SPDX-License-Identifier: Apache-2.0

// Archive reduces and unpacks source archives.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"rules_elixir_vm/tools/internal/archive"
)

const usage = `usage:
  archive subset -in SOURCE.tar.* [-strip N] [-include GLOB]... [-exclude GLOB]... -out SUBSET.tar.zst
      copy the members that the globs select, with their times and symlinks
  archive untar -in A.tar [-in B.tar]... [-exclude GLOB]... -out DIR
      unpack archives into one new directory, symlinks replaced by copies
`

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "archive: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	var in, include, exclude list
	flags := flag.NewFlagSet("archive "+command, flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flags.Var(&in, "in", "archive to read")
	flags.Var(&exclude, "exclude", "glob of paths to leave out")
	out := flags.String("out", "", "what to write")
	strip := 0
	switch command {
	case "subset":
		flags.Var(&include, "include", "glob of paths to take")
		flags.IntVar(&strip, "strip", 0, "leading path segments to take off")
	case "untar":
	default:
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("unknown command; expected subset or untar")
	}
	flags.Parse(args)
	if flags.NArg() > 0 || len(in) == 0 || *out == "" || strip < 0 {
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("expected -in and -out, found %q", args)
	}
	if command == "untar" {
		return archive.Merge(in, exclude, *out)
	}

	if len(in) != 1 {
		return fmt.Errorf("expected one -in, found %d", len(in))
	}
	filter, err := archive.NewFilter(include, exclude)
	if err != nil {
		return err
	}
	r, err := archive.Open(in[0])
	if err != nil {
		return err
	}
	defer r.Close()
	err = archive.CreateFile(*out, 0o644, func(w io.Writer) error {
		return archive.Subset(r, strip, filter, w)
	})
	if err != nil {
		return fmt.Errorf("reducing %s to %s: %w", in[0], *out, err)
	}
	return nil
}
