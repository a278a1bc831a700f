// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/nearest"
)

// Symbols is the set of the names (without CONFIG_) that Kconfig sources define.
type Symbols map[string]struct{}

var (
	definition = regexp.MustCompile(`(?m)^[ \t]*(?:menu)?config[ \t]+([A-Za-z0-9_]+)[ \t]*\r?(?:#.*)?$`)
	// BusyBox keeps the Kconfig of an applet in comments of its C file.
	inComment = regexp.MustCompile(`(?m)^//config:[ \t]*(?:menu)?config[ \t]+([A-Za-z0-9_]+)[ \t]*\r?(?:#.*)?$`)
	symbol    = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
)

// Scan adds the symbols of one source file. It reads "config NAME" lines and knows no more of the language; a line of a
// help text that looks just like one only makes a hint less sharp.
func (s Symbols) Scan(source []byte) {
	for _, m := range definition.FindAllSubmatch(source, -1) {
		s[string(m[1])] = struct{}{}
	}
	s.scanComments(source)
}

func (s Symbols) scanComments(source []byte) {
	for _, m := range inComment.FindAllSubmatch(source, -1) {
		s[string(m[1])] = struct{}{}
	}
}

// ScanDir adds the symbols of a source tree: Kconfig*, Config.in*, Config.src and Kbuild.src files and, where the tree is
// BusyBox's (it has a Config.in or Config.src at its root), the //config: comments in *.c files.
func (s Symbols) ScanDir(tree fs.FS) error {
	busybox := false
	for _, name := range []string{"Config.in", "Config.src"} {
		if _, err := fs.Stat(tree, name); err == nil {
			busybox = true
		}
	}
	found := Symbols{}
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path == "scripts/kconfig/tests" { // made-up symbols
				return fs.SkipDir
			}
			return nil
		}
		kconfig := strings.HasPrefix(d.Name(), "Kconfig") || strings.HasPrefix(d.Name(), "Config.in") ||
			d.Name() == "Config.src" || d.Name() == "Kbuild.src"
		comments := busybox && strings.HasSuffix(d.Name(), ".c")
		if !d.Type().IsRegular() || !kconfig && !comments {
			return nil
		}
		source, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		if kconfig {
			found.Scan(source)
		} else {
			found.scanComments(source)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("scan for Kconfig files: %w", err)
	}
	if len(found) == 0 {
		return errors.New("scan for Kconfig files: no symbol found: is this the root of a kernel or BusyBox source tree?")
	}
	maps.Copy(s, found)
	return nil
}

// ParseSymbols adds the names of a list as Format writes it: one a line, without CONFIG_.
func (s Symbols) ParseSymbols(file string, data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if !symbol.MatchString(lines.Text()) {
			return fmt.Errorf("%s:%d: %q is not the name of an option: expected a list made by \"kconfig symbols\"", file, n, lines.Text())
		}
		s[lines.Text()] = struct{}{}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// Format returns the list, sorted, one name a line.
func (s Symbols) Format() []byte {
	var b bytes.Buffer
	for _, n := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintln(&b, n)
	}
	return b.Bytes()
}

// Nearest returns the known name that was most likely meant, or "" when none is near: one that has the same last words
// (FEATURE_X for X), or differs in at most a third of the letters.
func (s Symbols) Nearest(name string) string {
	best, bestCost := "", 0
	for n := range s {
		cost := 1
		if !sameEnd(name, n) {
			if max(len(n)-len(name), len(name)-len(n)) > len(name)/3 {
				continue
			}
			if cost = nearest.Distance(name, n); cost > len(name)/3 {
				continue
			}
		}
		// Of equally near names the shortest, then the first, so that the answer is always the same.
		if best == "" || cmp.Or(cost-bestCost, len(n)-len(best), strings.Compare(n, best)) < 0 {
			best, bestCost = n, cost
		}
	}
	return best
}

// sameEnd reports whether the known name is the wanted one with more words before it, or the wanted one has a few more.
func sameEnd(wanted, known string) bool {
	return strings.HasSuffix(known, "_"+wanted) ||
		strings.HasSuffix(wanted, "_"+known) && len(known) >= len(wanted)/2
}
