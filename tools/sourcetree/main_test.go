// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test binary is also the program that is run: it writes down where, and fails if told.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "program" {
		os.Exit(m.Run())
	}
	dir, err := os.Getwd()
	if err == nil {
		err = os.WriteFile(os.Args[1], []byte(dir), 0o644)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(99)
	}
	os.Exit(len(os.Args) - 2)
}

func TestRun(t *testing.T) {
	source, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	execroot, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(execroot, "bazel-out/x.runfiles")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(source, "marker"), filepath.Join(execroot, "copy")} {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// As Bazel has it: the runfiles lead to the exec root, and that to the source tree.
	for link, to := range map[string]string{
		filepath.Join(dir, "copy"):        filepath.Join(execroot, "copy"),
		filepath.Join(dir, "marker"):      filepath.Join(execroot, "marker"),
		filepath.Join(dir, "program"):     program,
		filepath.Join(execroot, "marker"): filepath.Join(source, "marker"),
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TEST_SRCDIR", dir)
	t.Setenv("RUNFILES_DIR", dir)

	for _, test := range []struct {
		marker, program string
		args            []string
		status          int
	}{
		{"marker", "program", nil, 0},
		{"marker", "program", []string{"x"}, 1},
		{"marker", "program", []string{"x", "y", "z"}, 3},
		{"copy", "program", nil, 2},
		{"none", "program", nil, 2},
		{"marker", "none", nil, 2},
	} {
		out := filepath.Join(t.TempDir(), "out")
		name := strings.Join([]string{test.marker, test.program, fmt.Sprint(test.args)}, " ")
		if status := run("fix", test.marker, test.program, append([]string{out}, test.args...)); status != test.status {
			t.Errorf("%s: exit status %d, expected %d", name, status, test.status)
		}
		if test.status == 2 {
			continue
		}
		if got, err := os.ReadFile(out); string(got) != source {
			t.Errorf("%s: it ran in %q, expected %q: %v", name, got, source, err)
		}
	}
}
