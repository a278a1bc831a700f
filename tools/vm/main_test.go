// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The test binary is also vm itself, under any name, and the QEMU that it starts.
func TestMain(m *testing.M) {
	switch name := filepath.Base(os.Args[0]); {
	case name == "qemu":
		fmt.Println("arguments:", strings.Join(os.Args[len(os.Args)-2:], " "))
		if os.Args[len(os.Args)-1] == "panic" {
			fmt.Println("Kernel panic - not syncing: it")
		}
		os.Exit(0)
	case name == "vm", strings.HasSuffix(name, "_vm"):
		main()
	}
	os.Exit(m.Run())
}

const spec = `{
	"label": "//x:y", "cpu": "x86_64", "machine": "pc", "memory_mb": 64, "cpus": 1,
	"qemu": "%[1]s/qemu", "kernel": "%[1]s/qemu", "qemu_args": ["-name", "%[2]s"]%[3]s
}`

func TestMainProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"vm", "run_vm", "test_vm", "qemu"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"run.json":        fmt.Sprintf(spec, dir, "good", ""),
		"test.json":       fmt.Sprintf(spec, dir, "good", `, "test": {"expect": ["-name good"]}`),
		"panic.json":      fmt.Sprintf(spec, dir, "panic", `, "test": {"expect": ["never"]}`),
		"expected.json":   fmt.Sprintf(spec, dir, "panic", `, "test": {"expect": ["never"], "failure": {"kind": "kernel_panic"}}`),
		"unexpected.json": fmt.Sprintf(spec, dir, "good", `, "test": {"expect": ["-name good"], "failure": {"kind": "kernel_panic"}}`),
		"missing.json":    fmt.Sprintf(spec, "/nowhere", "good", ""),
		"runfile.json":    fmt.Sprintf(spec, "nowhere", "good", ""),
		"bad.json":        `{"label": 1}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"run_vm.vm.json": "run.json", "test_vm.vm.json": "test.json"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		command string
		status  int
		want    string
	}{
		{"vm run -spec run.json", 0, "arguments: -name good"},
		{"vm run -spec run.json -- -d int", 0, "arguments: -d int"},
		{"vm test -spec test.json", 0, "arguments: -name good"},
		{"run_vm", 0, "Ctrl-A X"},
		{"run_vm -d int", 0, "arguments: -d int"},
		{"test_vm", 0, "arguments: -name good"},
		{"test_vm more", 2, `vm: //x:y: a test takes no arguments, found ["more"]`},
		{"vm test -spec test.json more", 2, "takes no arguments"},
		{"vm test -spec panic.json", 12, "vm: kernel_panic: //x:y: the kernel panicked: it"},
		{"vm test -spec expected.json", 0, "kernel_panic: //x:y: the kernel panicked: it"},
		{"vm test -spec unexpected.json", 1, "vm: //x:y: the test passed; expected the failure kernel_panic"},
		{"vm test -spec run.json", 1, `//x:y: the spec has no "test"`},
		{"vm run -spec missing.json", 1, "vm: //x:y: a file of the machine is missing: stat /nowhere/qemu: no such file"},
		{"vm run -spec runfile.json", 1, "vm: //x:y: finding "},
		{"vm run -spec bad.json", 1, "vm: reading the spec bad.json: json: cannot unmarshal"},
		{"vm run -spec none.json", 1, "vm: reading the spec: open none.json"},
		{"vm", 2, "usage:"},
		{"vm boot -spec run.json", 2, "expected run or test"},
		{"vm run", 2, "expected run or test, and -spec"},
		{"vm run -specs x", 2, "usage:"},
	} {
		t.Run(test.command, func(t *testing.T) {
			words := strings.Fields(test.command)
			var out bytes.Buffer
			cmd := exec.Command(filepath.Join(dir, words[0]), words[1:]...)
			cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
			cmd.Env = []string{"TEST_TMPDIR=" + t.TempDir()}
			cmd.Run()
			if cmd.ProcessState.ExitCode() != test.status || !strings.Contains(out.String(), test.want) {
				t.Errorf("got %v and\n%s\nexpected status %d and\n%s", cmd.ProcessState, &out, test.status, test.want)
			}
		})
	}
}
