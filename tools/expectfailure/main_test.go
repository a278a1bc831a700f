// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

// The test binary is also the tools of its builds.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "succeed":
		os.Exit(0)
	case "interrupt": // its parent, and stays
		syscall.Kill(os.Getppid(), syscall.SIGTERM)
		for {
			time.Sleep(time.Hour)
		}
	}
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, program, from string
		want                string // in the output
		err                 string
	}{
		{name: "step", program: "none", from: "file", want: `//x:y: step "only": program "none" is not a declared tool`},
		{name: "output", program: "succeed", from: "none", want: "did not make none"},
		{name: "no failure", program: "succeed", from: "file", err: "//x:y: the build succeeded"},
		{name: "signal", program: "interrupt", from: "file", err: "interrupted by signal: terminated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			input := filepath.Join(dir, "input")
			data, err := json.Marshal(foreignbuild.Spec{
				Label:   "//x:y",
				Log:     "x.log",
				Files:   []foreignbuild.File{{Path: input, Dest: "file"}},
				Tools:   []foreignbuild.Tool{{Name: "succeed", Path: program}, {Name: "interrupt", Path: program}},
				Steps:   []foreignbuild.Step{{Name: "only", Dir: ".", Argv: []string{test.program}}},
				Outputs: []foreignbuild.Output{{Path: "out", From: test.from}},
			})
			if err != nil {
				t.Fatal(err)
			}
			for file, content := range map[string][]byte{"spec.json": data, input: nil} {
				if err := os.WriteFile(file, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err = run("spec.json")
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got error %v, want one with %q", err, test.err)
				}
				if _, err := os.Lstat("out"); test.name == "signal" && !os.IsNotExist(err) {
					t.Errorf("the output is there: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if out, err := os.ReadFile("out"); err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("expected %q in the output, found %q, %v", test.want, out, err)
			}
		})
	}
}
