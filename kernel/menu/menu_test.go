// SPDX-License-Identifier: Apache-2.0

// The menus of //kernel, used as a person uses them: keys go into a terminal, text comes out of it.
package menu_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"

	"rules_elixir_vm/tools/built"
)

// person sits at a terminal.
type person struct {
	t        *testing.T
	terminal *os.File
	cmd      *exec.Cmd
	stdout   bytes.Buffer
	stderr   bytes.Buffer
	screen   []byte // what came since the last key
}

// sit starts the program on a terminal; dir is where the person stands.
func sit(t *testing.T, dir, program string, args ...string) *person {
	t.Helper()
	p := &person{t: t, cmd: exec.Command(program, args...)}
	// Its output goes elsewhere: the menu must be on the terminal nevertheless.
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TERMINFO_DIRS=/nowhere", "BUILD_WORKING_DIRECTORY="+dir)
	var err error
	if p.terminal, err = pty.StartWithSize(p.cmd, &pty.Winsize{Rows: 50, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.terminal.Close() })
	return p
}

// Colours, places of the cursor, character sets.
var control = regexp.MustCompile(`\x1b(\[[0-9;?]*[A-Za-z@]|[()][A-Z0-9]|[=>78M])|[\x0e\x0f\r]`)

// sees waits until all of the texts are on the screen.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	buffer := make([]byte, 4096)
	for {
		shown := string(control.ReplaceAll(p.screen, nil))
		missing := ""
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		n, err := p.terminal.Read(buffer)
		p.screen = append(p.screen, buffer[:n]...)
		if err != nil {
			p.cmd.Wait()
			p.t.Fatalf("%q never came: %v\nscreen:\n%s\nerrors:\n%s", missing, err, shown, &p.stderr)
		}
	}
}

const (
	escape = "\x1b\x1b"
	enter  = "\r"
)

func (p *person) presses(keys string) {
	p.t.Helper()
	p.screen = nil
	if _, err := p.terminal.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// looksUp an option that is as it is wanted, and presses a key in the menu that has it.
func (p *person) toggles(option, before, key, after string) {
	p.t.Helper()
	p.presses("/")
	p.sees("Enter (sub)string or regexp to search for")
	p.presses("^" + option + "$" + enter)
	p.sees("Symbol: "+option+" [="+before+"]", "(1)")
	p.presses("1")
	p.sees("Arrow keys navigate the menu")
	p.presses(key + escape)
	p.sees("Symbol: " + option + " [=" + after + "]")
	p.presses(escape)
	p.sees("Arrow keys navigate the menu")
}

// saves ends the menu; the program must then end well.
func (p *person) saves() {
	p.t.Helper()
	p.presses(escape)
	p.sees("Do you wish to save your new configuration?")
	p.presses(enter)
	p.leaves()
}

// leaves waits for the end.
func (p *person) leaves() {
	p.t.Helper()
	for err := error(nil); err == nil; {
		_, err = p.terminal.Read(make([]byte, 4096))
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("%v\n%s", err, &p.stderr)
	}
}

func TestMenuconfig(t *testing.T) {
	p := sit(t, t.TempDir(), built.File(t, "MENUCONFIG"))
	p.sees("Kernel Configuration", "Arrow keys navigate the menu", "General setup")
	p.toggles("IKCONFIG", "n", "y", "y")
	p.saves()
	// What depends on it has no line.
	const want = "# Kernel options on top of //kernel:vm. Written by kernel_savefragment, which keeps no other comments.\nCONFIG_IKCONFIG=y\n"
	if p.stdout.String() != want {
		t.Errorf("got\n%swant\n%s\nerrors:\n%s", &p.stdout, want, &p.stderr)
	}
	if want := "Opening the menu of //kernel:vm"; !strings.Contains(p.stderr.String(), want) {
		t.Errorf("without %q: %s", want, &p.stderr)
	}
}

func TestMenuconfigUnchanged(t *testing.T) {
	p := sit(t, t.TempDir(), built.File(t, "MENUCONFIG"))
	p.sees("Kernel Configuration", "Arrow keys navigate the menu")
	p.presses(escape)
	p.leaves()
	if p.stdout.Len() > 0 || !strings.Contains(p.stderr.String(), "was not changed") {
		t.Errorf("got %q and\n%s", &p.stdout, &p.stderr)
	}
}

// The menu begins with what was saved before; what it writes is the fragment that :saved is configured with.
func TestSavefragment(t *testing.T) {
	dir := t.TempDir()
	saved, err := os.ReadFile(built.File(t, "SAVED"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := bytes.Cut(saved, []byte("CONFIG_IKCONFIG_PROC"))
	if err := os.WriteFile(filepath.Join(dir, "my.config"), before, 0o644); err != nil {
		t.Fatal(err)
	}
	p := sit(t, dir, built.File(t, "SAVEFRAGMENT"), "my.config")
	p.sees("Kernel Configuration", "Arrow keys navigate the menu")
	p.toggles("IKCONFIG_PROC", "n", "y", "y")
	p.saves()
	if got, err := os.ReadFile(filepath.Join(dir, "my.config")); err != nil || !bytes.Equal(got, saved) {
		t.Errorf("got\n%s%v, want\n%s\nerrors:\n%s", got, err, saved, &p.stderr)
	}
}

// What the saved fragment makes of the profile, by the rule.
func TestDiffconfig(t *testing.T) {
	for _, test := range []struct {
		a, b, want string
		status     int
	}{
		{"vm", "vm", "", 0},
		{"vm", "saved", "+CONFIG_IKCONFIG=y\n+CONFIG_IKCONFIG_PROC=y\n", 1},
		{"saved", built.File(t, "CONFIG_VM"), "-CONFIG_IKCONFIG=y\n-CONFIG_IKCONFIG_PROC=y\n", 1},
	} {
		cmd := exec.Command(built.File(t, "DIFFCONFIG"), test.a, test.b)
		got, err := cmd.Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if status := cmd.ProcessState.ExitCode(); status != test.status || string(got) != test.want {
			t.Errorf("%s %s: exit status %d,\n%swant %d,\n%s", test.a, test.b, status, got, test.status, test.want)
		}
	}
}
