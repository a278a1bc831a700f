// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The test binary is also initramfs itself.
func TestMain(m *testing.M) {
	if os.Args[0] == "initramfs" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestCommandLine(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	spec := `{"label": "//x", "entries": [{"path": "/dev/null", "kind": "device", "mode": "0666", "owner": "0:0", "device": "c 1 3", "origin": "//x"}]}`
	if err := os.WriteFile("spec.json", []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args, want string
		code       int
	}{
		{"", "usage: initramfs -spec", 2},
		{"-spec spec.json", "usage: initramfs -spec", 2},
		{"-spec spec.json -out out more", "usage: initramfs -spec", 2},
		{"-spec none.json -out out", "initramfs: reading the spec: open none.json", 1},
		{"-spec spec.json -out out -compression lzma", `initramfs: //x: making the initramfs: compression "lzma" is unknown`, 1},
		{"-spec spec.json -out none/out", "initramfs: //x: making the initramfs: ", 1},
		{"-spec spec.json -out out", "", 0},
	} {
		cmd := &exec.Cmd{Path: self, Args: append([]string{"initramfs"}, strings.Fields(test.args)...)}
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.HasPrefix(string(out), test.want) {
			t.Errorf("%s: got %d, %q; want %d, %q", test.args, code, out, test.code, test.want)
		}
		if data, err := os.ReadFile("out"); (err == nil) != (test.code == 0) || err == nil && !strings.HasPrefix(string(data), "070701") {
			t.Errorf("%s: it wrote %q, %v", test.args, data, err)
		}
	}
}
