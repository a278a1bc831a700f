// SPDX-License-Identifier: Apache-2.0

// Treetar writes the file tree that a spec describes as a tar archive, and checks such an archive.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/filetree"
	"rules_elixir_vm/tools/internal/treetar"
)

const usage = `usage:
  treetar -spec SPEC.json -out TAR
        writes the tree, without its devices
  treetar -check TAR
        fails if the archive would be another one in the next build
`

func main() {
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	spec := flag.String("spec", "", "")
	out := flag.String("out", "", "")
	check := flag.String("check", "", "")
	flag.Parse()
	var err error
	switch {
	case *spec != "" && *out != "" && *check == "" && flag.NArg() == 0:
		err = write(*spec, *out)
	case *check != "" && *spec == "" && *out == "" && flag.NArg() == 0:
		err = checkFile(*check)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "treetar: %v\n", err)
		os.Exit(1)
	}
}

func write(specFile, out string) error {
	spec, err := filetree.ReadSpec(specFile)
	if err != nil {
		return err
	}
	tree, err := spec.Load(filepath.Dir(out))
	if err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	defer tree.Close()
	if err := archive.CreateFile(out, 0o644, func(w io.Writer) error { return treetar.Write(w, tree) }); err != nil {
		return fmt.Errorf("%s: writing the tree: %w", spec.Label, err)
	}
	return nil
}

func checkFile(path string) error {
	r, err := archive.Open(path)
	if err != nil {
		return fmt.Errorf("the archive that was made: %w", err)
	}
	defer r.Close()
	if err := treetar.Check(r.Reader); err != nil {
		return fmt.Errorf("the archive that was made: %w", err)
	}
	return nil
}
