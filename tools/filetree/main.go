// SPDX-License-Identifier: Apache-2.0

// Filetree checks the file tree that a spec describes, and lists it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/filetree"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the file tree")
	out := flag.String("out", "", "the listing to write: type, mode, owner, size or device number and path of everything")
	flag.Parse()
	if *spec == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: filetree -spec SPEC.json -out LISTING")
		os.Exit(2)
	}
	if err := run(*spec, *out); err != nil {
		fmt.Fprintf(os.Stderr, "filetree: %v\n", err)
		os.Exit(1)
	}
}

func run(specFile, out string) error {
	spec, err := filetree.ReadSpec(specFile)
	if err != nil {
		return err
	}
	tree, err := spec.Load(filepath.Dir(out))
	if err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	defer tree.Close()
	if err := archive.CreateFile(out, 0o644, tree.WriteListing); err != nil {
		return fmt.Errorf("%s: writing the listing: %w", spec.Label, err)
	}
	return nil
}
