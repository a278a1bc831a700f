// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

// The test binary is also foreignbuild itself and the tool that its steps run.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "foreignbuild":
		main()
		os.Exit(0)
	case "hang": // starts another of its kind that holds the pipe, and stays
		pipe, err := os.OpenFile(os.Args[1], os.O_WRONLY, 0)
		if err != nil {
			panic(err)
		}
		self, err := os.Executable()
		if err != nil {
			panic(err)
		}
		_, err = os.StartProcess(self, []string{"sleep"}, &os.ProcAttr{Files: []*os.File{nil, nil, nil, pipe}})
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(pipe, "started")
		fallthrough
	case "sleep":
		for {
			time.Sleep(time.Hour)
		}
	case "true":
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// start runs foreignbuild in a new current directory on a spec of one step.
func start(t *testing.T, argv []string, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	spec, err := json.Marshal(foreignbuild.Spec{
		Label: "//pkg:name", Log: "name.log",
		Tools:   []foreignbuild.Tool{{Name: argv[0], Path: self}},
		Steps:   []foreignbuild.Step{{Name: "it", Dir: ".", Argv: argv}},
		Outputs: []foreignbuild.Output{{Path: "x", From: "x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("spec.json", spec, 0o644); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd := &exec.Cmd{Path: self, Args: append([]string{"foreignbuild"}, args...), Stderr: &errs}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &errs
}

// SIGTERM and SIGINT end the step with all its processes and clean up.
func TestSignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(name, 0o644); err != nil {
				t.Fatal(err)
			}
			cmd, errs := start(t, []string{"hang", name}, "-spec", "spec.json")
			pipe, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			started := make([]byte, len("started\n"))
			if _, err := io.ReadFull(pipe, started); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			// The end of the pipe comes when no process has it open any more.
			if rest, err := io.ReadAll(pipe); len(rest) > 0 || err != nil {
				t.Errorf("the pipe gave %q, %v", rest, err)
			}
			err = cmd.Wait()
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(errs.String(), `foreignbuild: //pkg:name: step "it" failed: interrupted by signal: `+sig.String()) {
				t.Errorf("got %v and %q", err, errs)
			}
			if _, err := os.Lstat("name.work"); !os.IsNotExist(err) {
				t.Errorf("the work directory is still there: %v", err)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	for _, test := range []struct {
		args []string
		kept bool
	}{{[]string{"-spec", "spec.json"}, false}, {[]string{"-spec", "spec.json", "-keep"}, true}} {
		cmd, errs := start(t, []string{"true"}, test.args...)
		cmd.Wait()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(errs.String(), "output x: the steps succeeded but did not make x") {
			t.Errorf("%v: got %v and %q", test.args, cmd.ProcessState, errs)
		}
		if _, err := os.Stat("name.work/.tools/true"); (err == nil) != test.kept {
			t.Errorf("%v: the work directory: %v", test.args, err)
		}
	}
}

func TestUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"usage: foreignbuild":              {},
		"reading the spec: open none.json": {"-spec", "none.json"},
	} {
		cmd, errs := start(t, []string{"true"}, args...)
		cmd.Wait()
		if cmd.ProcessState.ExitCode() == 0 || !strings.Contains(errs.String(), want) {
			t.Errorf("%v: got %v and %q", args, cmd.ProcessState, errs)
		}
	}
}
