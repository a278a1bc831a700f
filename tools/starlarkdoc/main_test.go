// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"
)

func TestWriteAndCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	pages := map[string]string{"a.md": "one\ntwo\n", "b.md": "three\n"}
	err := checkPages(".", pages)
	if err == nil || !strings.Contains(err.Error(), `a.md:1: the page has no line there, the docstrings give "one\n"`) || !strings.Contains(err.Error(), "b.md:1:") {
		t.Errorf("without pages: %v", err)
	}
	if err := writePages(".", pages); err != nil {
		t.Fatal(err)
	}
	if err := checkPages(".", pages); err != nil {
		t.Errorf("after they were written: %v", err)
	}
	if err := os.WriteFile("b.md", []byte("four\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err = checkPages(".", pages)
	if want := `b.md:1: the page has "four\n", the docstrings give "three\n"`; err == nil || err.Error() != want {
		t.Errorf("after an edit: %v, want %s", err, want)
	}
	if err := writePages("missing", pages); err == nil || !strings.Contains(err.Error(), "writing a page: open missing/a.md") {
		t.Errorf("into a directory that is not there: %v", err)
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct{ found, want, difference string }{
		{"", "", ""},
		{"a\nb\n", "a\nb\n", ""},
		{"a\nb\n", "a\nc\n", `2: the page has "b\n", the docstrings give "c\n"`},
		{"a\n", "a\nb\n", `2: the page has no line there, the docstrings give "b\n"`},
		{"a\nb\n", "a\n", `2: the page has "b\n", the docstrings give no line there`},
		{"a", "a\n", `1: the page has "a", the docstrings give "a\n"`},
	} {
		if got := compare(test.found, test.want); got != test.difference {
			t.Errorf("compare(%q, %q) = %q, want %q", test.found, test.want, got, test.difference)
		}
	}
}

func TestRunfilesThatAreMissing(t *testing.T) {
	err := run("", ".", []string{"_main/docs/nothing.binaryproto", "_main/docs/nothing.binaryproto"})
	if err == nil || !strings.Contains(err.Error(), "nothing.binaryproto") {
		t.Errorf("got %v", err)
	}
}
