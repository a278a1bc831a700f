// SPDX-License-Identifier: Apache-2.0

// Initramfs writes the file tree that a spec describes as a cpio archive for the kernel.
package main

import (
	"flag"
	"fmt"
	"os"

	"rules_elixir_vm/tools/internal/filetree"
	"rules_elixir_vm/tools/internal/initramfs"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the file tree")
	out := flag.String("out", "", "the archive to write")
	compression := flag.String("compression", "none", "none, gzip, zstd or xz")
	compressor := flag.String("compressor", "", "the program that compresses: GNU gzip, zstd or xz")
	var packed []string
	flag.Func("packed", "an archive of this program's with the members of one of the spec's tars; one for each, in their order, or none", func(file string) error {
		packed = append(packed, file)
		return nil
	})
	flag.Parse()
	if *spec == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: initramfs -spec SPEC.json -out FILE [-compression gzip|zstd|xz -compressor PROGRAM] [-packed FILE]...")
		os.Exit(2)
	}
	if err := run(*spec, *out, initramfs.Compression{Kind: *compression, Program: *compressor}, packed); err != nil {
		fmt.Fprintf(os.Stderr, "initramfs: %v\n", err)
		os.Exit(1)
	}
}

func run(specFile, out string, compression initramfs.Compression, packed []string) error {
	spec, err := filetree.ReadSpec(specFile)
	if err != nil {
		return err
	}
	return initramfs.WriteFile(spec, out, compression, packed...)
}
