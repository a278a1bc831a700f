// SPDX-License-Identifier: Apache-2.0

// Package built finds, runs and checks, for a test, what Bazel has built.
package built

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"rules_elixir_vm/tools/internal/archive"
)

// Runfile returns the path of a runfile. A test that Bazel does not run is
// skipped.
func Runfile(t testing.TB, name string) string {
	t.Helper()
	skipWithout(t)
	path, err := runfiles.Rlocation(name)
	if err != nil {
		t.Fatalf("runfile %q: %v", name, err)
	}
	return path
}

func skipWithout(t testing.TB) {
	t.Helper()
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs what Bazel builds: run it with bazel test")
	}
}

// File returns the path of the runfile that an environment variable names, as
// $(rlocationpath) does.
func File(t testing.TB, variable string) string {
	t.Helper()
	skipWithout(t)
	path, err := runfiles.Rlocation(os.Getenv(variable))
	if err != nil {
		t.Fatalf("$%s: %v", variable, err)
	}
	return path
}

// Files returns the paths of the runfiles that an environment variable names,
// as $(rlocationpaths) does.
func Files(t testing.TB, variable string) []string {
	t.Helper()
	skipWithout(t)
	var paths []string
	for _, name := range strings.Fields(os.Getenv(variable)) {
		paths = append(paths, Runfile(t, name))
	}
	if len(paths) == 0 {
		t.Fatalf("$%s is not set", variable)
	}
	return paths
}

// Read returns what is in the runfile that an environment variable names.
func Read(t testing.TB, variable string) []byte {
	t.Helper()
	data, err := os.ReadFile(File(t, variable))
	if err != nil {
		t.Fatalf("$%s: %v", variable, err)
	}
	return data
}

// CPU is the processor that a test's programs were built for, as cpu_go_tests
// says.
var CPU = os.Getenv("CPU")

// Command returns one that runs a program for CPU: here, or in an emulator.
func Command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Getenv("QEMU") != "" {
		return exec.Command(File(t, "QEMU"), append([]string{program}, args...)...)
	}
	return exec.Command(program, args...)
}

// CheckELF checks that programs are for CPU, have no build ID, and are as the
// arguments of //tools/elfcheck say, the last of which are paths.
func CheckELF(t testing.TB, args ...string) {
	t.Helper()
	out, err := exec.Command(File(t, "ELFCHECK"), append([]string{"-machine", CPU, "-no-build-id"}, args...)...).CombinedOutput()
	if err != nil {
		t.Errorf("elfcheck: %v\n%s", err, out)
	}
}

// Messages checks what failing builds said: parts has for each its name and what
// stands in the file that the environment variable ERROR_<name> names first.
func Messages(t *testing.T, parts map[string][]string) {
	t.Helper()
	for name, parts := range parts {
		t.Run(name, func(t *testing.T) {
			message, err := os.ReadFile(Files(t, "ERROR_"+name)[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range parts {
				if !strings.Contains(string(message), part) {
					t.Errorf("expected %q in the message:\n%s", part, message)
				}
			}
		})
	}
}

// Unpack extracts the tar in a file, of any common compression, into a
// directory, without the first strip segments of the members' names.
func Unpack(file, dir string, strip int) error {
	in, err := archive.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	tree, err := archive.NewTree(dir)
	if err != nil {
		return err
	}
	if err := tree.Extract(in.Reader, strip, nil); err != nil {
		return fmt.Errorf("unpacking %s: %w", file, err)
	}
	return nil
}
