// SPDX-License-Identifier: Apache-2.0

// Starlarkdoc writes the reference of the rules from what starlark_doc_extract has found.
//
//	starlarkdoc -write DIR PUBLIC MODULE…   writes rules.md, providers.md and extensions.md
//	starlarkdoc -check DIR PUBLIC MODULE…   fails if they are not what would be written
//
// PUBLIC is the module that has all rules, macros and providers, each MODULE one with some of them, in the order of the
// reference. Both are runfiles (.binaryproto).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"rules_elixir_vm/tools/internal/starlarkdoc"
)

func main() {
	write := flag.String("write", "", "the `directory` to write pages to")
	check := flag.String("check", "", "the `directory` with pages to compare")
	flag.Parse()
	if (*write == "") == (*check == "") || flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: starlarkdoc -write|-check DIR PUBLIC MODULE…")
		os.Exit(2)
	}
	if err := run(*write, *check, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "starlarkdoc: %v\n", err)
		os.Exit(1)
	}
}

func run(write, check string, names []string) error {
	var modules []*starlarkdoc.Module
	for _, name := range names {
		file, err := runfiles.Rlocation(name)
		if err != nil {
			return fmt.Errorf("finding %s in the runfiles: %w", name, err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		module, err := starlarkdoc.Decode(data)
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		modules = append(modules, module)
	}
	pages, err := starlarkdoc.Pages(modules[0], modules[1:])
	if err != nil {
		return err
	}
	if write != "" {
		return writePages(write, pages)
	}
	return checkPages(check, pages)
}

func writePages(dir string, pages map[string]string) error {
	for _, name := range sorted(pages) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pages[name]), 0o644); err != nil {
			return fmt.Errorf("writing a page: %w", err)
		}
	}
	return nil
}

func checkPages(dir string, pages map[string]string) error {
	var errs []error
	for _, name := range sorted(pages) {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("reading a page: %w", err)
		}
		if difference := compare(string(data), pages[name]); difference != "" {
			errs = append(errs, fmt.Errorf("%s:%s", path, difference))
		}
	}
	return errors.Join(errs...)
}

// compare shows the first line in which two texts differ.
func compare(found, want string) string {
	if found == want {
		return ""
	}
	a, b := strings.SplitAfter(found, "\n"), strings.SplitAfter(want, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("%d: the page has %s, the docstrings give %s", i+1, line(a, i), line(b, i))
		}
	}
	return ""
}

func line(lines []string, i int) string {
	if i >= len(lines) || lines[i] == "" {
		return "no line there"
	}
	return fmt.Sprintf("%q", lines[i])
}

func sorted(pages map[string]string) []string {
	return slices.Sorted(maps.Keys(pages))
}
