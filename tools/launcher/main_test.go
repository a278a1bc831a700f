// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/internal/launch"
)

// The test binary stands in for the launcher: started through a link with a
// sidecar, it is main.
func TestMain(m *testing.M) {
	if _, err := os.Stat(os.Args[0] + launch.Suffix); err == nil {
		main()
	}
	os.Exit(m.Run())
}

// hostProgram is a dynamically linked program of the host with the parts that
// start it.
type hostProgram struct{ program, loader, libc string }

func findHostProgram(t *testing.T, name string) hostProgram {
	t.Helper()
	first := func(patterns ...string) string {
		for _, pattern := range patterns {
			if found, _ := filepath.Glob(pattern); len(found) > 0 {
				return found[0]
			}
		}
		return ""
	}
	p := hostProgram{
		program: first("/bin/"+name, "/usr/bin/"+name),
		loader:  first("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"),
		libc:    first("/lib/*-linux-gnu/libc.so.6", "/usr/lib/*-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/usr/lib64/libc.so.6"),
	}
	if p.program == "" || p.loader == "" || p.libc == "" {
		t.Skipf("the host has no glibc program to launch: found %+v", p)
	}
	return p
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// tool makes bin/<name> and its sidecar below the current directory.
func tool(t *testing.T, name string, s launch.Sidecar) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("bin", 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("bin/"+name+launch.Suffix, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, "bin/"+name); err != nil {
		t.Fatal(err)
	}
}

// lay copies a host program with its loader and libc into a tree of its own.
func lay(t *testing.T, name string) launch.Sidecar {
	t.Helper()
	p := findHostProgram(t, name)
	t.Chdir(t.TempDir())
	copyFile(t, p.loader, "tree/lib/ld.so")
	copyFile(t, p.libc, "tree/lib/libc.so.6")
	copyFile(t, p.program, "tree/bin/"+name)
	return launch.Sidecar{
		Tree: []string{"../elsewhere", "../tree"}, Loader: "lib/ld.so",
		LibraryPath: []string{"lib"}, Program: "bin/" + name,
	}
}

func run(t *testing.T, name string, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			t.Fatal(err)
		}
		code = exit.ExitCode()
	}
	return out.String(), errs.String(), code
}

func TestLaunchHostProgram(t *testing.T) {
	s := lay(t, "echo")
	s.Args = []string{"tree=${TREE}", "bin=${BIN}"}
	s.NoArgsIfFirst = []string{"-n"}
	tool(t, "echo", s)

	out, errs, code := run(t, "bin/echo", []string{}, "a b", "c")
	if want := "tree=bin/../tree bin=bin a b c\n"; out != want || code != 0 {
		t.Errorf("got %q, exit status %d, %s; want %q", out, code, errs, want)
	}
	if out, _, _ := run(t, "bin/echo", []string{}, "-n", "x"); out != "x" {
		t.Errorf("with -n first: got %q, want %q", out, "x")
	}
}

func TestLaunchEnvironment(t *testing.T) {
	s := lay(t, "env")
	s.Env = map[string]string{"HERE": "${TREE}/here"}
	tool(t, "env", s)
	out, errs, code := run(t, "bin/env", []string{"KEPT=1", "HERE=host", "LD_LIBRARY_PATH=/nowhere", "LD_PRELOAD="})
	if want := "KEPT=1\nHERE=bin/../tree/here\n"; out != want || code != 0 {
		t.Errorf("got %q, exit status %d, %s; want %q", out, code, errs, want)
	}
}

// The name that a program prints is the one that the sidecar gives, or that
// it was invoked by; exit statuses pass through.
func TestLaunchName(t *testing.T) {
	s := lay(t, "cat")
	tool(t, "cat", s)
	s.Argv0 = "tiger"
	tool(t, "renamed", s)
	for name, want := range map[string]string{"bin/cat": "cat: ", "bin/renamed": "tiger: "} {
		_, errs, code := run(t, name, []string{}, "missing file")
		// Some versions of cat print all of the name, some its last part.
		if !strings.Contains(errs, want) || code != 1 {
			t.Errorf("%s: got %q, exit status %d; want a message of %q and 1", name, errs, code, want)
		}
	}
}

func TestLaunchAliasFromPath(t *testing.T) {
	s := lay(t, "echo")
	s.Args = []string{"own"}
	tool(t, "echo", s)
	tool(t, "say", launch.Sidecar{Alias: "echo", Args: []string{"alias", "${x}"}})
	bin, err := filepath.Abs("bin")
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: "bin/say", Args: []string{"bin/say", "user"}, Env: []string{"PATH=" + bin}}
	out, err := cmd.Output()
	if want := "own alias ${x} user\n"; string(out) != want || err != nil {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
}

func TestLaunchFails(t *testing.T) {
	t.Chdir(t.TempDir())
	tool(t, "gone", launch.Sidecar{Tree: []string{"../tree"}, Loader: "lib/ld.so", Program: "p"})
	_, errs, code := run(t, "bin/gone", []string{})
	if code != 127 || !strings.HasPrefix(errs, "launcher: ") || !strings.Contains(errs, "bin/../tree/lib/ld.so") {
		t.Errorf("got %q, exit status %d; want 127 and the missing file", errs, code)
	}
}
