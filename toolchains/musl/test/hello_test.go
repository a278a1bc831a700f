// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"testing"

	"rules_elixir_vm/tools/built"
)

func TestPrograms(t *testing.T) {
	for _, program := range []struct {
		name, output string
		static, pie  bool
	}{
		{name: "hello_c", output: "hello.c.txt", static: true},
		{name: "hello_c_static_pie", output: "hello.c.txt", static: true, pie: true},
		{name: "hello_c_dynamic", output: "hello.c.txt", pie: true},
		{name: "hello_cc", output: "hello.cc.txt", static: true},
		{name: "hello_cc_dynamic", output: "hello.cc.txt", pie: true},
	} {
		t.Run(program.name, func(t *testing.T) {
			path := built.File(t, program.name)
			args := []string{path}
			var check []string
			if program.pie {
				check = append(check, "-pie")
			} else {
				check = append(check, "-no-pie")
			}
			if program.static {
				check = append(check, "-static")
			} else {
				check = append(check, "-interpreter", "/lib/ld-musl-"+built.CPU+".so.1", "-needed", "libc.so")
				args = []string{built.File(t, "LOADER"), path}
			}
			built.CheckELF(t, append(check, path)...)

			want, err := os.ReadFile("testdata/" + program.output)
			if err != nil {
				t.Fatal(err)
			}
			got, err := built.Command(t, args[0], args[1:]...).CombinedOutput()
			if err != nil {
				t.Errorf("%v: %v", args, err)
			}
			if string(got) != string(want) {
				t.Errorf("%v printed:\n%s\nexpected:\n%s", args, got, want)
			}
		})
	}
}

// The same toolchain builds programs for the platform that builds.
func TestExecPlatform(t *testing.T) {
	want, err := os.ReadFile("testdata/hello.cc.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(built.File(t, "hello_cc_exec")).CombinedOutput()
	if err != nil || string(got) != string(want) {
		t.Errorf("%v: printed:\n%s\nexpected:\n%s", err, got, want)
	}
}
