// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "env.sh"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte("# x\nexport A='b c'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(in, out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); string(got) != "A=b c\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.WriteFile(in, []byte("export A=$B\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(in, filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "env.sh:1: ") {
		t.Errorf("got error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("an output was written after an error: %v", err)
	}
	if err := run(filepath.Join(dir, "missing"), out); err == nil {
		t.Error("a missing file is no error")
	}
}
