// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// drive runs a spec of an interactive step and one that is not, on a terminal
// of its own. It returns what was on the screen.
func drive(t *testing.T, argv ...string) string {
	t.Helper()
	execroot(t)
	spec, err := json.Marshal(&Spec{
		Label: "//pkg:name", Log: "out/name.log",
		Tools: tools(t, "ask", "env"),
		Steps: []Step{
			{Name: "ask", Dir: ".", Argv: argv, Interactive: true},
			{Name: "env", Dir: ".", Argv: []string{"env"}},
		},
		Outputs: []Output{{Path: "out/name", From: "name"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, "spec.json", spec, 0o644)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: []string{"drive"}, Env: []string{"TERM=vt${100}", "HOST_SECRET=x"}}
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	// A terminal keeps what is typed ahead.
	if _, err := fmt.Fprint(terminal, "Ada\nover\n"); err != nil {
		t.Fatal(err)
	}
	// Reading ends with an error when the last process has closed the terminal.
	screen, _ := io.ReadAll(terminal)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v, on the screen:\n%s", err, screen)
	}
	return strings.ReplaceAll(string(screen), "\r\n", "\n")
}

func TestInteractive(t *testing.T) {
	screen := drive(t, "ask")
	for _, want := range []string{"TERM vt${100}, HOST_SECRET \"\"\n", "name? ", "done: <nil>\n", "read over, echo true, <nil>\n"} {
		if !strings.Contains(screen, want) {
			t.Errorf("without %q:\n%s", want, screen)
		}
	}
	if got := read(t, "out/name"); got != "Ada" {
		t.Errorf("it read %q", got)
	}
	log := read(t, "out/name.log")
	if strings.Contains(log, "name?") || strings.Contains(log, "TERM=") || !strings.Contains(log, "stdin \"\" <nil>\n") {
		t.Errorf("log: %s", log)
	}
}

func TestInteractiveFailure(t *testing.T) {
	screen := drive(t, "ask", "fail")
	for _, want := range []string{`step "ask" failed: exit status 4`, "what it printed is on the terminal", "read over, echo true, <nil>\n"} {
		if !strings.Contains(screen, want) {
			t.Errorf("without %q:\n%s", want, screen)
		}
	}
	if got := ls(t); got != "name.log" {
		t.Errorf("left in out: %s", got)
	}
}

func TestInteractiveWithoutTerminal(t *testing.T) {
	execroot(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stdin := os.Stdin
	os.Stdin = null
	defer func() { os.Stdin = stdin }()
	err = Run(context.Background(), &Spec{
		Label: "//pkg:name", Log: "out/name.log",
		Tools:   tools(t, "ask"),
		Steps:   []Step{{Name: "ask", Dir: ".", Argv: []string{"ask"}, Interactive: true}},
		Outputs: []Output{{Path: "out/name", From: "name"}},
	}, false)
	if err == nil || !strings.Contains(err.Error(), "it needs a terminal, and standard input is none") {
		t.Errorf("got error %v", err)
	}
}
