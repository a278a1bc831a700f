// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
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

	err := run([]string{"subset", "-in", "in.tar", "-strip", "1", "-include", "keep/**", "-exclude", "keep/b", "-out", "out.tar.zst"})
	if err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"untar", "-in", "out.tar.zst", "-out", "dir"}); err != nil {
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
	for _, test := range []struct {
		args  string
		want  string
		usage bool
	}{
		{"", "no command given", true},
		{"pack", `unknown command "pack"`, true},
		{"untar -in a", "untar: -out is missing", true},
		{"untar -out a", "untar: -in is missing", true},
		{"untar -in a -out b -strip 1", "flag provided but not defined: -strip", true},
		{"untar -in a -out b c", `["c"] is not expected`, true},
		{"subset -in a -out b -strip -1", "-strip is -1", true},
		{"subset -in a -in b -out c", "subset: expected one -in, found 2", true},
		{"subset -h", flag.ErrHelp.Error(), false},
		{"subset -in a -include /x -out c", `glob "/x"`, false},
		{"subset -in none.tar -out c", "subset: opening archive: open none.tar", false},
	} {
		err := run(strings.Fields(test.args))
		if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, errUsage) != test.usage {
			t.Errorf("%q: got %v, want an error with %q, of usage: %t", test.args, err, test.want, test.usage)
		}
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}
