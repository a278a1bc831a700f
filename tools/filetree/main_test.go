// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The test binary is also filetree itself.
func TestMain(m *testing.M) {
	if os.Args[0] == "filetree" {
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
	for file, entry := range map[string]string{
		"good.json":  `{"path": "/dev/null", "kind": "device", "mode": "0666", "owner": "0:0", "device": "c 1 3", "origin": "//x devices"}`,
		"wrong.json": `{"path": "/f", "kind": "file", "mode": "0666", "owner": "0:0", "source": "none", "origin": "//x files"}`,
	} {
		if err := os.WriteFile(file, []byte(`{"label": "//x", "entries": [`+entry+`]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		args, want string
		code       int
	}{
		{"", "usage: filetree -spec", 2},
		{"-spec good.json", "usage: filetree -spec", 2},
		{"-spec good.json -out out more", "usage: filetree -spec", 2},
		{"-spec none.json -out out", "filetree: reading the spec: open none.json", 1},
		{"-spec wrong.json -out out", "filetree: //x: //x files: stat none: no such file", 1},
		{"-spec good.json -out none/out", "filetree: //x: writing the listing: ", 1},
		{"-spec good.json -out out", "", 0},
	} {
		cmd := &exec.Cmd{Path: self, Args: append([]string{"filetree"}, strings.Fields(test.args)...)}
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.HasPrefix(string(out), test.want) {
			t.Errorf("%s: got %d, %q; want %d, %q", test.args, code, out, test.code, test.want)
		}
		data, err := os.ReadFile("out")
		if (err == nil) != (test.code == 0) || err == nil && string(data) != "d 0755 0:0 - /\nd 0755 0:0 - /dev\nc 0666 0:0 1,3 /dev/null\n" {
			t.Errorf("%s: it wrote %q, %v", test.args, data, err)
		}
	}
}
