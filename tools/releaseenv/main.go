// SPDX-License-Identifier: Apache-2.0

// Releaseenv turns the env.sh of a release into lines NAME=VALUE, for systems that have no shell.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/releaseenv"
)

func main() {
	label := flag.String("label", "", "the target of the release, for messages")
	in := flag.String("in", "", "the release's env.sh")
	out := flag.String("out", "", "the file to write")
	flag.Parse()
	if *label == "" || *in == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: releaseenv -label LABEL -in ENV.SH -out FILE")
		os.Exit(2)
	}
	if err := run(*in, *out); err != nil {
		fmt.Fprintf(os.Stderr, "releaseenv: %s: %v\n", *label, err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	// Lines are those of the template rel/env.sh.eex, unless that inserts some.
	variables, err := releaseenv.Parse("env.sh", data)
	if err != nil {
		return err
	}
	return archive.CreateFile(out, 0o644, func(w io.Writer) error {
		_, err := w.Write(releaseenv.Format(variables))
		return err
	})
}
