// SPDX-License-Identifier: Apache-2.0

// Expectfailure takes foreignbuild's place in tests of builds that must fail: it runs the same spec, and succeeds
// only if the build fails. Every output then holds the error message.
package main

import (
	"context"
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
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	spec, err := foreignbuild.ParseSpec(data)
	if err != nil {
		return fmt.Errorf("reading the spec %s: %w", path, err)
	}
	failure := foreignbuild.Run(context.Background(), spec, false)
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
