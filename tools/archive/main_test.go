// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	var source bytes.Buffer
	w := tar.NewWriter(&source)
	for _, name := range []string{"top/keep/a", "top/keep/b", "top/drop"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("in.tar", source.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}

	err := run("subset", []string{"-in", "in.tar", "-strip", "1", "-include", "keep/**", "-exclude", "keep/b", "-out", "out.tar.zst"})
	if err != nil {
		t.Fatal(err)
	}
	if err := run("untar", []string{"-in", "out.tar.zst", "-out", "dir"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"dir/keep/a": true, "dir/keep/b": false, "dir/drop": false} {
		if _, err := os.Stat(name); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRunErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	for want, args := range map[string][]string{
		"unknown command":                {"pack"},
		"expected -in and -out":          {"untar", "-in", "a"},
		"expected one -in, found 2":      {"subset", "-in", "a", "-in", "b", "-out", "c"},
		`glob "/x"`:                      {"subset", "-in", "a", "-include", "/x", "-out", "c"},
		"opening archive: open none.tar": {"subset", "-in", "none.tar", "-out", "c"},
	} {
		err := run(args[0], args[1:])
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", args, err, want)
		}
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}
