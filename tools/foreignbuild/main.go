// SPDX-License-Identifier: Apache-2.0

// Foreignbuild runs a foreign build system as one spec file describes it.
package main

import (
	"flag"
	"fmt"
	"os"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the build")
	keep := flag.Bool("keep", false, "keep the work directory")
	flag.Parse()
	if *spec == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: foreignbuild -spec SPEC.json [-keep]")
		os.Exit(2)
	}
	if _, err := foreignbuild.RunFile(*spec, *keep); err != nil {
		fmt.Fprintf(os.Stderr, "foreignbuild: %v\n", err)
		os.Exit(1)
	}
}
