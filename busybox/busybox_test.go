// SPDX-License-Identifier: Apache-2.0

package busybox

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"rules_elixir_vm/tools/internal/elfcheck"
)

var cpus = []string{"x86_64", "aarch64"}

func file(t *testing.T, variable string) string {
	t.Helper()
	path, err := runfiles.Rlocation(os.Getenv(variable))
	if err != nil {
		t.Fatalf("$%s: %v", variable, err)
	}
	return path
}

// busybox returns a command that runs BusyBox for cpu: here, or in an emulator.
func busybox(t *testing.T, cpu string, args ...string) *exec.Cmd {
	t.Helper()
	args = append([]string{file(t, "BUSYBOX_"+cpu)}, args...)
	if cpu == "aarch64" {
		args = append([]string{file(t, "QEMU_aarch64")}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(data))
}

func TestBinary(t *testing.T) {
	for _, cpu := range cpus {
		expect := elfcheck.Expectation{
			Machine:   cpu,
			Static:    true,
			NoPIE:     true,
			NoBuildID: true,
			Stripped:  true,
			Forbid:    elfcheck.HostPaths,
			// Paths that applets have for the guest.
			Allow:   []string{"/tmp/"},
			MaxSize: 1100 * 1000,
		}
		path := file(t, "BUSYBOX_"+cpu)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", cpu, len(data))
		for _, failure := range expect.Check(path, data) {
			t.Error(failure)
		}
	}
}

// The list that rootfs rules make links from is the list that the program knows.
func TestAppletList(t *testing.T) {
	for _, cpu := range cpus {
		out, err := busybox(t, cpu, "--list-full").Output()
		if err != nil {
			t.Fatalf("%s: %v", cpu, err)
		}
		known := strings.Fields(string(out))
		slices.Sort(known)
		listed := lines(t, file(t, "APPLETS_"+cpu))
		if !slices.Equal(known, listed) {
			t.Errorf("%s: the applet list has %d entries, the program knows %d: %v\n%v", cpu, len(listed), len(known), listed, known)
		}
		if len(listed) < 200 {
			t.Errorf("%s: only %d applets", cpu, len(listed))
		}
	}
}

// Every applet starts: asked for help it prints its usage.
func TestEveryApplet(t *testing.T) {
	// POSIX gives these no options, so they have no help.
	silent := map[string]bool{"true": true, "false": true, "test": true, "[": true, "[[": true, "echo": true, "nologin": true}
	for _, cpu := range cpus {
		for _, path := range lines(t, file(t, "APPLETS_"+cpu)) {
			applet := filepath.Base(path)
			out, err := busybox(t, cpu, applet, "--help").CombinedOutput()
			if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() < 0 {
				t.Errorf("%s: %s --help died: %v", cpu, applet, err)
			}
			if !silent[applet] && !bytes.Contains(out, []byte("Usage: "+applet)) {
				t.Errorf("%s: %s --help printed no usage: %v: %q", cpu, applet, err, out)
			}
		}
	}
}

// A few applets do their work together.
func TestScript(t *testing.T) {
	const script = `
set -e
seq 1 100 | awk '{s += $1} END {print "sum", s}'
printf 'b\na\nc\n' | sort | tr '\n' ' '; echo
mkdir -p d/e && echo content > d/e/f
tar cf - d | gzip -c > d.tgz
rm -r d && gunzip -c d.tgz | tar xf - && cat d/e/f
xz -dc hello.xz
printf abc | sha256sum | cut -c 1-16
find d -type f | sed 's,/,.,g'
echo $((1 << 40)) "$(expr 6 \* 7)"
( exit 7 ) || echo "status $?"
`
	const want = `sum 5050
a b c 
content
hello
ba7816bf8f01cfea
d.e.f
1099511627776 42
status 7
`
	// printf 'hello\n' | xz
	hello := "\xfd7zXZ\x00\x00\x01i\"\xde6\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x05hello\n\x00\x00\x00 0:6\x00\x01\x1a\x06\xc5\xea\xc8y\x90B\x99\r\x01\x00\x00\x00\x00\x01YZ"
	for _, cpu := range cpus {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "hello.xz"), []byte(hello), 0o644); err != nil {
			t.Fatal(err)
		}
		// No PATH: every command is an applet that the shell finds in itself.
		cmd := busybox(t, cpu, "sh", "-c", script)
		cmd.Dir = dir
		cmd.Env = []string{"PATH="}
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("%s: %v\n%s\nexpected:\n%s", cpu, err, out, want)
		}
	}
}
