// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"regexp"
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern string
		yes, no string // names, separated by spaces
	}{
		{"a", "a", "b a/b aa"},
		{"*", "a .b", "a/b"},
		{"**", "a a/b a/b/c", ""},
		{"a/**", "a a/b a/b/c", "b ab/c b/a"},
		{"**/a", "a b/a c/b/a", "a/b ba"},
		{"a/**/b", "a/b a/x/b a/x/y/b", "a b a/bx xa/b"},
		{"**/a/**/b/**", "a/b x/a/y/b/z a/a/b/b", "b/a a x/b"},
		{"**/*.h", "x.h a/b/x.h", "x.hh x.h/a"},
		{"a?c/[a-c]*", "abc/bx axc/a", "ac/b abc/d abc"},
		{`a\*`, "a*", "ab"},
	} {
		g, err := ParseGlob(test.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(test.yes) {
			if !g.Match(name) {
				t.Errorf("%q does not match %q", test.pattern, name)
			}
		}
		for _, name := range strings.Fields(test.no) {
			if g.Match(name) {
				t.Errorf("%q matches %q", test.pattern, name)
			}
		}
	}
}

func TestParseGlobErrors(t *testing.T) {
	for _, pattern := range []string{"", "/a", "../a", "..", "a/", "./a", "a//b", "a**", "**b/c", "[a"} {
		if _, err := ParseGlob(pattern); err == nil {
			t.Errorf("ParseGlob(%q) takes it", pattern)
		}
	}
}

// Globs of letters, "*", "?" and "**" mean the same as a regular expression.
func FuzzGlob(f *testing.F) {
	f.Add("a/**/b*", "a/x/bc")
	f.Add("**/a/**", "b/a")
	f.Add("?/**/*/a", "a/a/a/a")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		g, err := ParseGlob(pattern)
		if err != nil {
			return
		}
		got := g.Match(name)
		for _, c := range pattern + name {
			if !strings.ContainsRune("ab*?/.", c) {
				return
			}
		}
		// Each segment ends in a slash, so that "**" is any number of those.
		expr := "^"
		for _, segment := range strings.Split(pattern, "/") {
			if segment == "**" {
				expr += "(?:[^/]*/)*"
				continue
			}
			segment = regexp.QuoteMeta(segment)
			segment = strings.ReplaceAll(segment, `\*`, "[^/]*")
			segment = strings.ReplaceAll(segment, `\?`, "[^/]")
			expr += segment + "/"
		}
		if want := regexp.MustCompile(expr + "$").MatchString(name + "/"); got != want {
			t.Errorf("%q, %q: got %v, want %v by %s", pattern, name, got, want, expr)
		}
	})
}

func TestFilter(t *testing.T) {
	f, err := NewFilter([]string{"a/**", "b/*.c", "none/*"}, []string{"**/x"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a/b": true, "a/x": false, "b/x.c": true, "b/x.h": false, "x": false} {
		if f.Match(name) != want {
			t.Errorf("Match(%q) is not %v", name, want)
		}
	}
	if err := f.Unused(); err == nil || !strings.Contains(err.Error(), `"none/*"`) || strings.Contains(err.Error(), "b/*.c") {
		t.Errorf("got %v, want an error that names none/* only", err)
	}
}
