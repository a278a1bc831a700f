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
	spec := `{"machine": {"label": "//x:y", "cpu": "x86_64", "machine": "pc", "memory_mb": 64, "cpus": 1, "qemu": "q", "kernel": "bzImage"},
		"files": {"bzImage": "` + dir + `/k"}, "kernel_release": "` + dir + `/k", "kernel_config": "` + dir + `/k"}`
	for name, text := range map[string]string{"k": "x", "spec.json": spec} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(filepath.Join(dir, "spec.json"), dir); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"run": 0o755, "cmdline": 0o644, "firecracker.json": 0o644, "vm.json": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode || info.Size() == 0 {
			t.Errorf("%s: got %v, %v", name, info, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "k")); err != nil {
		t.Fatal(err)
	}
	if err := run(filepath.Join(dir, "spec.json"), dir); err == nil || !strings.HasPrefix(err.Error(), "//x:y: bzImage: open ") {
		t.Errorf("got %v", err)
	}
	if err := run(filepath.Join(dir, "none.json"), dir); err == nil {
		t.Error("no error for a spec that is missing")
	}
}
