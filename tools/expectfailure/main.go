// SPDX-License-Identifier: Apache-2.0

// Expectfailure takes foreignbuild's place in tests of builds that must fail: it runs the same spec, and succeeds
// only if the build fails. Every output then holds the error message.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the build")
	flag.Parse()
	if *spec == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: expectfailure -spec SPEC.json")
		os.Exit(2)
	}
	if err := run(*spec); err != nil {
		fmt.Fprintf(os.Stderr, "expectfailure: %v\n", err)
		os.Exit(1)
	}
}

func run(path string) error {
	spec, failure := foreignbuild.RunFile(path, false)
	if spec == nil || errors.Is(failure, foreignbuild.ErrInterrupted) {
		return failure // not one of the build
	}
	if failure == nil {
		return fmt.Errorf("%s: the build succeeded; the test expects it to fail", spec.Label)
	}
	for _, output := range spec.Outputs {
		if err := os.WriteFile(output.Path, []byte(failure.Error()+"\n"), 0o644); err != nil {
			return fmt.Errorf("%s: writing the error message: %w", spec.Label, err)
		}
	}
	return nil
}
