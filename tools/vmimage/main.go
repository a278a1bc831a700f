// SPDX-License-Identifier: Apache-2.0

// Vmimage writes what goes with the files of a machine: the kernel's command line, a script that boots it in QEMU, a
// configuration for Firecracker, and the manifest vm.json.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/vmimage"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the image")
	out := flag.String("out", "", "the directory for cmdline, firecracker.json, run and vm.json")
	flag.Parse()
	if *spec == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: vmimage -spec SPEC.json -out DIRECTORY")
		os.Exit(2)
	}
	if err := run(*spec, *out); err != nil {
		fmt.Fprintf(os.Stderr, "vmimage: %v\n", err)
		os.Exit(1)
	}
}

func run(specFile, out string) error {
	spec, err := vmimage.ReadSpec(specFile)
	if err != nil {
		return err
	}
	files, err := spec.Generate()
	if err != nil {
		return fmt.Errorf("%s: %w", spec.Machine.Label, err)
	}
	for name, data := range files {
		mode := os.FileMode(0o644)
		if name == "run" {
			mode = 0o755
		}
		err := archive.CreateFile(filepath.Join(out, name), mode, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: writing %s: %w", spec.Machine.Label, name, err)
		}
	}
	return nil
}
