// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const kernelLine = "[    0.000000] Linux version 6.12.107"

func TestVerdict(t *testing.T) {
	zero := 0
	for _, test := range []struct {
		name  string
		test  Test
		lines string // separated by "; "
		end   end
		kind  string   // "": passed
		want  []string // parts of the message, the first at its start
	}{
		{name: "passed", test: Test{Expect: []string{"a", "b"}, ExitCode: &zero}, lines: kernelLine + "; a; b", end: end{code: "0\n"}},
		{name: "passed, quiet", test: Test{ExitCode: &zero}, end: end{code: "0\n"}},
		{name: "passed without a code", test: Test{Expect: []string{"a"}}, lines: "a", end: end{stopped: true}},
		{name: "passed, another code does not matter", test: Test{Expect: []string{"a"}}, lines: "a", end: end{code: "7\n"}},
		{name: "passed, nothing expected but an end", test: Test{}, lines: kernelLine},
		{name: "passed, QEMU was ended after the verdict", test: Test{Expect: []string{"a"}}, lines: "a; Kernel panic - not syncing: late", end: end{stopped: true}},

		{
			name: "nothing", test: Test{Expect: []string{"a"}, ExitCode: &zero}, end: end{late: time.Minute},
			kind: KernelNotReached, want: []string{"the machine never reached the kernel", "the deadline of 1m0s passed", "the console is empty"},
		},
		{
			name: "firmware only, reset", test: Test{ExitCode: &zero}, lines: "SeaBIOS (version 1.16.3); Booting from ROM...",
			kind: KernelNotReached, want: []string{"the machine never reached the kernel", "the guest powered off or reset", "| SeaBIOS", "| Booting"},
		},
		{
			name: "panic", test: Test{Expect: []string{"a", "b"}}, lines: kernelLine + "; a; Kernel panic - not syncing: sysrq triggered crash; b",
			kind: KernelPanic, want: []string{"the kernel panicked: sysrq triggered crash", "came: 1 of 2; the next one is `b`", "| b"},
		},
		{
			name: "panic after the code", test: Test{ExitCode: &zero}, lines: "Kernel panic - not syncing: x", end: end{code: "0\n"},
			kind: KernelPanic, want: []string{"the kernel panicked: x"},
		},
		{
			name: "no init", test: Test{Expect: []string{"^a$"}},
			lines: "Failed to execute /init (error -8); Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.",
			kind:  InitFailed, want: []string{"init is missing or died: No working init found.", "said before: Failed to execute /init (error -8)", "next: is /init"},
		},
		{
			name: "init died", test: Test{}, lines: "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
			kind: InitFailed, want: []string{"init is missing or died: Attempted to kill init! exitcode=0x00000100"},
		},
		{
			name: "line missing, reset", test: Test{Expect: []string{"a", "never", "c"}, ExitCode: &zero}, lines: kernelLine + "; a; c", end: end{code: "0\n"},
			kind: LineMissing, want: []string{"expected line 2 of 3 did not come: `never`", "came before it: 1", "the guest powered off or reset"},
		},
		{
			name: "line missing, late", test: Test{Expect: []string{"a"}}, lines: kernelLine, end: end{late: time.Second},
			kind: LineMissing, want: []string{"expected line 1 of 1 did not come: `a`", "the deadline of 1s passed"},
		},
		{
			name: "wrong order", test: Test{Expect: []string{"a", "b"}}, lines: kernelLine + "; b; a",
			kind: LineMissing, want: []string{"expected line 2 of 2 did not come: `b`"},
		},
		{
			name: "one line for two patterns", test: Test{Expect: []string{"a", "b"}}, lines: kernelLine + "; ab",
			kind: LineMissing, want: []string{"expected line 2 of 2 did not come: `b`"},
		},
		{
			name: "rejected", test: Test{Expect: []string{"a"}, Reject: []string{"xx", "WARN"}}, lines: kernelLine + "; WARNING: it; a",
			kind: LineMissing, want: []string{"a line came that must not: it matches `WARN`", "the line: WARNING: it", "came: 0 of 1"},
		},
		{
			name: "did not end", test: Test{Expect: []string{"a"}, ExitCode: &zero}, lines: kernelLine + "; a", end: end{late: time.Second, code: "0\n"},
			kind: LineMissing, want: []string{"all expected lines came, but the guest did not end", "had written its exit code: 0\n", "next: power off"},
		},
		{
			name: "wrong code", test: Test{Expect: []string{"a"}, ExitCode: &zero}, lines: kernelLine, end: end{code: "3\n"},
			kind: ExitCode, want: []string{"the guest's exit code is 3, expected 0", "the next one is `a`"},
		},
		{
			name: "no code", test: Test{ExitCode: &zero}, lines: kernelLine,
			kind: ExitCode, want: []string{"the guest wrote no exit code, expected 0", "org.rules_elixir_vm.exit"},
		},
		{
			name: "no number", test: Test{ExitCode: &zero}, lines: kernelLine, end: end{code: "ok\n"},
			kind: ExitCode, want: []string{`the guest's exit code is "ok\n", expected 0`, "a decimal number from 0 to 255"},
		},
		{
			name: "QEMU cannot start", test: Test{Expect: []string{"a"}}, end: end{qemu: "exit status 1\nqemu: no such machine"},
			kind: QEMUFailed, want: []string{"QEMU failed: exit status 1\nqemu: no such machine"},
		},
		{
			name: "QEMU dies below a client", test: Test{Expect: []string{"a"}, Client: &Client{Program: "x"}}, end: end{qemu: "signal: killed", client: "it did not end, but the machine did"},
			kind: QEMUFailed, want: []string{"QEMU failed: signal: killed"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.test.validate(); err != nil {
				t.Fatal(err)
			}
			w := watcher{test: &test.test}
			if test.lines != "" {
				for _, line := range strings.Split(test.lines, "; ") {
					w.line(line)
				}
			}
			failure := w.verdict("//x:y", test.end)
			if test.kind == "" {
				if failure != nil {
					t.Errorf("got %v", failure)
				}
				return
			}
			if failure == nil || failure.Kind != test.kind {
				t.Fatalf("got %v, expected %s", failure, test.kind)
			}
			if start := test.kind + ": //x:y: " + test.want[0]; !strings.HasPrefix(failure.Error(), start) {
				t.Errorf("got\n%v\nexpected at its start\n%s", failure, start)
			}
			for _, part := range test.want[1:] {
				if !strings.Contains(failure.Error(), part) {
					t.Errorf("got\n%v\nexpected in it\n%s", failure, part)
				}
			}
		})
	}
}

func TestTail(t *testing.T) {
	w := watcher{test: &Test{}}
	for i := range 30 {
		w.line(strings.Repeat("x", i))
	}
	if len(w.tail) != tailLines || w.tail[tailLines-1] != strings.Repeat("x", 29) {
		t.Errorf("got %d lines, the last %q", len(w.tail), w.tail[len(w.tail)-1])
	}
}

func TestParseCode(t *testing.T) {
	for text, want := range map[string]int{"0\n": 0, "255\n": 255, "007\n": 7} {
		if got, err := parseCode(text); got != want || err != nil {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "256\n", "-1\n", "+1\n", "a\n", "0\n0\n", "0\r\n", " 1\n", "0x1\n"} {
		if got, err := parseCode(text); err == nil {
			t.Errorf("%q: got %d", text, got)
		}
	}
}

func TestWantFailure(t *testing.T) {
	test := Test{Failure: &WantFailure{Kind: KernelPanic, Message: []string{"^kernel_panic: //x: .*: boom$"}}}
	if err := test.validate(); err != nil {
		t.Fatal(err)
	}
	other := errors.New("reading the exit channel: it")
	for _, c := range []struct {
		got  error
		want string
	}{
		{&Failure{Kind: KernelPanic, Label: "//x", Summary: "the kernel panicked: boom", Details: []string{"more"}}, ""},
		{&Failure{Kind: KernelPanic, Label: "//x", Summary: "the kernel panicked: boom boom"}, "no line of its message matches `^kernel_panic"},
		{&Failure{Kind: InitFailed, Label: "//x", Summary: "it"}, "//x: expected the failure kernel_panic, found another:\ninit_failed: //x: it"},
		{nil, "//x: the test passed; expected the failure kernel_panic"},
		{other, other.Error()},
	} {
		err := test.Failure.as("//x", c.got)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, expected %q", c.got, err, c.want)
		}
	}
}

func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		seconds int
		env     string
		want    time.Duration
	}{
		{0, "", 5 * time.Minute},
		{7, "", 7 * time.Second},
		{0, "60", 54 * time.Second},
		{0, "300", 285 * time.Second},
		{7, "300", 7 * time.Second},
		{400, "300", 285 * time.Second},
	} {
		if got, err := deadline(&Test{TimeoutSeconds: c.seconds}, c.env); got != c.want || err != nil {
			t.Errorf("%d, %q: got %v, %v, expected %v", c.seconds, c.env, got, err, c.want)
		}
	}
	for _, env := range []string{"x", "0", "-5"} {
		if _, err := deadline(&Test{}, env); err == nil {
			t.Errorf("%q: no error", env)
		}
	}
}
