// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunUsage(t *testing.T) {
	for _, test := range []struct {
		args []string
		want error
	}{
		{nil, errUsage},
		{[]string{"chek"}, errUsage},
		{[]string{"update", "-offline"}, errUsage}, // only check has it
		{[]string{"check", "-mirror"}, errUsage},
		{[]string{"check", "lock.json"}, errUsage},
		{[]string{"help"}, nil},
		{[]string{"check", "-h"}, flag.ErrHelp},
	} {
		if err := run(t.Context(), test.args); !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%q: got %v, expected %v", test.args, err, test.want)
		}
	}
}

// TestRunFindsTheFiles: without flags the files are those of the workspace.
func TestRunFindsTheFiles(t *testing.T) {
	root := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", "")
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", root)
	err := run(t.Context(), []string{"check", "-offline"})
	want := filepath.Join(root, "third_party", "debian", "packages.json")
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, expected that %s is not there", err, want)
	}
	other := filepath.Join(root, "other.json")
	err = run(t.Context(), []string{"check", "-offline", "-packages", other})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), other) {
		t.Errorf("got %v, expected that %s is not there", err, other)
	}
}

// TestRunFromCaller: relative paths begin where `bazel run` was called.
func TestRunFromCaller(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	intent := `{"trees":{"t":{"suite":"s","packages":["pkg"]}}}`
	if err := os.WriteFile(filepath.Join(dir, "p.json"), []byte(intent), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"check", "-offline", "-packages", "sub/none.json", "-lock", "l.json"}, filepath.Join(dir, "sub", "none.json")},
		{[]string{"check", "-offline", "-packages", "p.json", "-lock", "l.json"}, filepath.Join(dir, "l.json")},
		{[]string{"update", "-mirror", "file:///none", "-packages", "p.json", "-lock", "l.json", "-keyring", "k.gpg"}, filepath.Join(dir, "k.gpg")},
		{[]string{"check", "-offline", "-packages", "/none/p.json", "-lock", "l.json"}, "open /none/p.json"},
	} {
		err := run(t.Context(), test.args)
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, expected that %s is not there", test.args, err, test.want)
		}
	}
}
