// SPDX-License-Identifier: Apache-2.0

// Hermeticity compares the host paths in Bazel actions with the list of known ones.
//
//	bazel aquery --output=jsonproto 'deps(//...)' | hermeticity -allow docs/hermeticity.md
//
// Exit status: 0 if they agree, 1 if not, 2 for wrong usage or input.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"rules_elixir_vm/tools/internal/hermeticity"
)

func main() {
	status, err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hermeticity:", err)
		status = 2
	}
	os.Exit(status)
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("hermeticity", flag.ContinueOnError)
	flags.SetOutput(stderr)
	list := flags.String("allow", "", fmt.Sprintf("a Markdown `file` with a table of known host paths under %q", hermeticity.Heading))
	if err := flags.Parse(args); err != nil {
		return 2, errors.New("wrong usage")
	}
	if *list == "" || flags.NArg() > 0 {
		return 2, errors.New("usage: hermeticity -allow docs/hermeticity.md < the output of bazel aquery --output=jsonproto")
	}
	text, err := os.ReadFile(*list)
	if err != nil {
		return 2, fmt.Errorf("read the list of known host paths: %w", err)
	}
	rules, err := hermeticity.ParseAllowed(*list, string(text))
	if err != nil {
		return 2, err
	}
	report, err := hermeticity.Check(bufio.NewReader(stdin), rules)
	if err != nil {
		return 2, err
	}
	ok, err := report.Write(stdout, *list)
	if err != nil {
		return 2, err
	}
	if !ok {
		return 1, nil
	}
	return 0, nil
}
