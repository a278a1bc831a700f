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

	"rules_elixir_vm/tools/built"
)

func busybox(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return built.Command(t, built.File(t, "BUSYBOX"), args...)
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
	// Allowed: places in the guest that applets know.
	built.CheckELF(t, "-static", "-no-pie", "-stripped", "-max-size", "1100000", "-allow", "/tmp/", "-allow", "/home/%s", built.File(t, "BUSYBOX"))
}

// The list that rootfs rules make links from is the list that the program knows.
func TestAppletList(t *testing.T) {
	out, err := busybox(t, "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(string(out))
	var listed []string
	for _, path := range lines(t, built.File(t, "APPLETS")) {
		listed = append(listed, filepath.Base(path))
	}
	slices.Sort(known)
	slices.Sort(listed)
	if !slices.Equal(known, listed) {
		t.Errorf("the applet list has:\n%v\nthe program knows:\n%v", listed, known)
	}
	if len(listed) < 200 {
		t.Errorf("only %d applets", len(listed))
	}
}

// Every applet starts: asked for help it prints its usage, or that it has none.
func TestEveryApplet(t *testing.T) {
	// To these --help is an operand like any other.
	silent := map[string]bool{"true": true, "false": true, "test": true, "[": true, "[[": true, "echo": true}
	for _, path := range lines(t, built.File(t, "APPLETS")) {
		applet := filepath.Base(path)
		out, err := busybox(t, applet, "--help").CombinedOutput()
		if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() < 0 {
			t.Errorf("%s --help died: %v", applet, err)
		}
		helps := bytes.Contains(out, []byte("Usage: "+applet)) || bytes.Contains(out, []byte("No help available"))
		if !silent[applet] && !helps {
			t.Errorf("%s --help printed no usage: %v: %q", applet, err, out)
		}
	}
}

// A few applets do their work together, linked as in a root file system.
func TestScript(t *testing.T) {
	if built.CPU == "aarch64" {
		t.Skip("the emulator runs one process: no links, no pipes")
	}
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
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hello.xz"), []byte(hello), 0o644); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for _, path := range lines(t, built.File(t, "APPLETS")) {
		if err := os.Symlink(built.File(t, "BUSYBOX"), filepath.Join(bin, filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(filepath.Join(bin, "sh"), "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin}
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != want {
		t.Errorf("%v\n%s\nexpected:\n%s", err, out, want)
	}
}

// Applets that need no others, in the emulator too.
func TestSingleApplets(t *testing.T) {
	for _, c := range []struct {
		args        []string
		stdin, want string
	}{
		{[]string{"sh", "-c", "echo $((1 << 40))"}, "", "1099511627776\n"},
		{[]string{"sha256sum"}, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n"},
		{[]string{"awk", "{s += $1} END {print s / 8}"}, "1\n2\n", "0.375\n"},
		{[]string{"sort", "-n"}, "10\n9\n", "9\n10\n"},
	} {
		cmd := busybox(t, c.args...)
		cmd.Stdin = strings.NewReader(c.stdin)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != c.want {
			t.Errorf("%v: %v: got %q, expected %q", c.args, err, out, c.want)
		}
	}
}
