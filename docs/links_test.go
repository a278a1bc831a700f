// SPDX-License-Identifier: Apache-2.0

// Package docs tests the guides.
package docs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

var (
	// What a link leads to, and the lines of headings.
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
	// What is no part of a heading's anchor.
	dropped = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

func anchor(heading string) string {
	return strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// pages reads the guides and the README, by their paths in the workspace.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Dir(built.Runfile(t, "_main/README.md"))
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = fence.ReplaceAllString(string(data), "")
	}
	return found
}

// dead tells what the links of a page lead to in vain, and calls seen with the pages that they lead to.
func dead(all map[string]string, name string, seen func(string)) []string {
	var errs []string
	for _, match := range link.FindAllStringSubmatch(all[name], -1) {
		target := match[1]
		if strings.Contains(target, "://") {
			continue
		}
		file, fragment, _ := strings.Cut(target, "#")
		to := name
		if file != "" {
			to = path.Join(path.Dir(name), file)
		}
		text, ok := all[to]
		if !ok {
			errs = append(errs, fmt.Sprintf("%s: %s: there is no page %s", name, target, to))
			continue
		}
		seen(to)
		found := fragment == ""
		for _, h := range heading.FindAllStringSubmatch(text, -1) {
			found = found || anchor(h[1]) == fragment
		}
		if !found {
			errs = append(errs, fmt.Sprintf("%s: %s: %s has no such heading", name, target, to))
		}
	}
	return errs
}

func TestLinks(t *testing.T) {
	all := pages(t)
	if len(all) < 10 {
		t.Fatalf("found %d pages", len(all))
	}
	fromReadme := map[string]bool{}
	for name := range all {
		errs := dead(all, name, func(to string) {
			if name == "README.md" {
				fromReadme[to] = true
			}
		})
		for _, err := range errs {
			t.Error(err)
		}
	}
	for name := range all {
		if name != "README.md" && !fromReadme[name] {
			t.Errorf("README.md has no link to %s", name)
		}
	}
}

func TestDead(t *testing.T) {
	all := map[string]string{
		"README.md":   "[a](docs/a.md), [b](docs/a.md#a-b_c-d), [web](https://example.invalid/x#y)",
		"docs/a.md":   "# A\n## `a` b_c, d!\n[up](../README.md) [self](#a)",
		"docs/bad.md": "[x](missing.md) [y](a.md#none) [z](#z)",
	}
	for name, want := range map[string][]string{
		"README.md": nil,
		"docs/a.md": nil,
		"docs/bad.md": {
			"docs/bad.md: missing.md: there is no page docs/missing.md",
			"docs/bad.md: a.md#none: docs/a.md has no such heading",
			"docs/bad.md: #z: docs/bad.md has no such heading",
		},
	} {
		got := dead(all, name, func(string) {})
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
