// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"testing"

	"rules_elixir_vm/tools/built"
)

// cpu is the processor that the programs were built for.
var cpu = os.Getenv("CPU")

// command runs a program that was built for cpu: here, or in an emulator.
func command(t *testing.T, args ...string) *exec.Cmd {
	if cpu == "aarch64" {
		args = append([]string{built.File(t, "QEMU")}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

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
			check := []string{"-machine", cpu, "-no-build-id"}
			if program.pie {
				check = append(check, "-pie")
			} else {
				check = append(check, "-no-pie")
			}
			if program.static {
				check = append(check, "-static")
			} else {
				check = append(check, "-interpreter", "/lib/ld-musl-"+cpu+".so.1", "-needed", "libc.so")
				args = []string{built.File(t, "LOADER"), path}
			}
			if out, err := exec.Command(built.File(t, "ELFCHECK"), append(check, path)...).CombinedOutput(); err != nil {
				t.Errorf("elfcheck: %v\n%s", err, out)
			}

			want, err := os.ReadFile("testdata/" + program.output)
			if err != nil {
				t.Fatal(err)
			}
			got, err := command(t, args...).CombinedOutput()
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
