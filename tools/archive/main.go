// SPDX-License-Identifier: Apache-2.0

// Archive reduces and unpacks source archives.
package main

import (
	"errors"
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
	err := run(os.Args[1:])
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		fmt.Print(usage)
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "%sarchive: %v\n", usage, err)
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "archive: %v\n", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong usage")

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: no command given", errUsage)
	}
	command, args := args[0], args[1:]
	var in, include, exclude list
	flags := flag.NewFlagSet("archive "+command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
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
		return fmt.Errorf("%w: unknown command %q; expected subset or untar", errUsage, command)
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: %s: %w", errUsage, command, err)
	}
	wrong := ""
	switch {
	case flags.NArg() > 0:
		wrong = fmt.Sprintf("%q is not expected after the flags", flags.Args())
	case len(in) == 0:
		wrong = "-in is missing"
	case command == "subset" && len(in) > 1:
		wrong = fmt.Sprintf("expected one -in, found %d", len(in))
	case *out == "":
		wrong = "-out is missing"
	case strip < 0:
		wrong = fmt.Sprintf("-strip is %d; expected 0 or more", strip)
	}
	if wrong != "" {
		return fmt.Errorf("%w: %s: %s", errUsage, command, wrong)
	}
	var err error
	if command == "untar" {
		err = archive.Merge(in, exclude, *out)
	} else {
		err = subset(in[0], strip, include, exclude, *out)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return nil
}

func subset(in string, strip int, include, exclude []string, out string) error {
	filter, err := archive.NewFilter(include, exclude)
	if err != nil {
		return err
	}
	r, err := archive.Open(in)
	if err != nil {
		return err
	}
	defer r.Close()
	err = archive.CreateFile(out, 0o644, func(w io.Writer) error {
		return archive.Subset(r, strip, filter, w)
	})
	if err != nil {
		return fmt.Errorf("reducing %s to %s: %w", in, out, err)
	}
	return nil
}
