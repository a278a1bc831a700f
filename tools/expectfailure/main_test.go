// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

// The test binary is also the only tool of its builds: one that succeeds.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "succeed" {
		os.Exit(0)
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
		fails               bool
	}{
		{name: "step", program: "none", from: "file", want: `//x:y: step "only": program "none" is not a declared tool`},
		{name: "output", program: "succeed", from: "none", want: "did not make none"},
		{name: "no failure", program: "succeed", from: "file", fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			input := filepath.Join(dir, "input")
			data, err := json.Marshal(foreignbuild.Spec{
				Label:   "//x:y",
				Log:     "x.log",
				Files:   []foreignbuild.File{{Path: input, Dest: "file"}},
				Tools:   []foreignbuild.Tool{{Name: "succeed", Path: program}},
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
			if test.fails {
				if err == nil || !strings.Contains(err.Error(), "//x:y: the build succeeded") {
					t.Errorf("got error %v", err)
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
