// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rules_elixir_vm/tools/internal/console"
)

// The ways in which a test fails.
const (
	KernelNotReached = "kernel_not_reached"
	KernelPanic      = "kernel_panic"
	InitFailed       = "init_failed"
	LineMissing      = "line_missing"
	ExitCode         = "exit_code"
	QEMUFailed       = "qemu_failed"
	ClientFailed     = "client_failed"
)

// kinds maps each to the exit status of `vm test`.
var kinds = map[string]int{
	KernelNotReached: 11,
	KernelPanic:      12,
	InitFailed:       13,
	LineMissing:      14,
	ExitCode:         15,
	QEMUFailed:       16,
	ClientFailed:     17,
}

const tailLines = 20

// Failure is the verdict on a test that failed.
type Failure struct {
	Kind    string
	Label   string
	Summary string
	Details []string // name: value lines
	Tail    []string // the last lines of the console
}

// Status is the exit status of `vm test`.
func (f *Failure) Status() int { return kinds[f.Kind] }

func (f *Failure) Error() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s: %s\n", f.Kind, f.Label, f.Summary)
	for _, detail := range f.Details {
		fmt.Fprintf(&out, "  %s\n", detail)
	}
	if len(f.Tail) == 0 {
		out.WriteString("  the console is empty")
		return out.String()
	}
	fmt.Fprintf(&out, "  the last lines of the console (%d at most):", tailLines)
	for _, line := range f.Tail {
		fmt.Fprintf(&out, "\n  | %s", line)
	}
	return out.String()
}

// watcher follows the console of a test.
type watcher struct {
	test     *Test
	matched  int    // how many of the expected lines have come
	served   bool   // the client ended well
	rejected string // the line, and
	reject   string // the pattern
	status   console.Status
	tail     []string
}

// line takes the next line of the console. It reports whether the verdict is
// clear, whatever else comes: what decides is in the console, in its order.
func (w *watcher) line(line string) bool {
	w.tail = append(w.tail, line)
	if len(w.tail) > tailLines {
		w.tail = w.tail[1:]
	}
	if w.decided() {
		return true
	}
	w.status.Line(line)
	for i, pattern := range w.test.reject {
		if pattern.MatchString(line) {
			w.rejected, w.reject = line, w.test.Reject[i]
			return true
		}
	}
	if w.matched < len(w.test.expect) && w.test.expect[w.matched].MatchString(line) {
		w.matched++
	}
	return w.decided()
}

func (w *watcher) decided() bool {
	return w.status.Panic != "" || w.reject != "" || w.complete()
}

// complete says that all came that the test waits for.
func (w *watcher) complete() bool {
	return w.test.ExitCode == nil && w.ready() && (w.test.Client == nil || w.served)
}

// ready says that all expected lines came: it is the client's turn.
func (w *watcher) ready() bool {
	return len(w.test.expect) > 0 && w.matched == len(w.test.expect)
}

// end tells how a run ended.
type end struct {
	late    time.Duration // the deadline that passed
	qemu    string        // how QEMU failed, in its own words
	code    string        // what the exit channel got
	client  string        // how the client failed
	stopped bool          // we ended QEMU, after the verdict was clear
}

// verdict returns nil for a test that passed.
func (w *watcher) verdict(label string, e end) *Failure {
	fail := func(kind, summary string, details ...string) *Failure {
		return &Failure{Kind: kind, Label: label, Summary: summary, Details: details, Tail: w.tail}
	}
	ended := "how it ended: the guest powered off or reset the machine"
	switch {
	case e.late > 0:
		ended = fmt.Sprintf("how it ended: the deadline of %s passed", e.late)
	case e.stopped:
		ended = "how it ended: the test stopped the machine"
	}
	missing := func() []string {
		if w.matched == len(w.test.Expect) {
			return nil
		}
		return []string{fmt.Sprintf("expected lines that came: %d of %d; the next one is `%s`", w.matched, len(w.test.Expect), w.test.Expect[w.matched])}
	}
	code, codeErr := parseCode(e.code)

	switch {
	case w.status.Init != "":
		details := []string{"expected: an init that runs until it powers off or resets the machine"}
		if w.status.InitHint != "" {
			details = append(details, "the kernel said before: "+w.status.InitHint)
		}
		return fail(InitFailed, "init is missing or died: "+w.status.Init, append(details,
			"next: is /init in the initramfs, executable, static or with its interpreter and libraries? Did it exit?")...)
	case w.status.Panic != "":
		return fail(KernelPanic, "the kernel panicked: "+w.status.Panic, missing()...)
	case w.reject != "":
		return fail(LineMissing, fmt.Sprintf("a line came that must not: it matches `%s`", w.reject),
			append([]string{"the line: " + w.rejected}, missing()...)...)
	case w.complete():
		return nil
	case e.qemu != "":
		return fail(QEMUFailed, "QEMU failed: "+e.qemu, missing()...)
	case e.client != "":
		return fail(ClientFailed, "the client failed: "+e.client, ended, "its output is in the test log, with \"client: \" before each line")
	case e.code != "" && codeErr != nil && w.test.ExitCode != nil:
		return fail(ExitCode, fmt.Sprintf("the guest's exit code is %q, expected %d", e.code, *w.test.ExitCode),
			append([]string{"the exit channel takes a decimal number from 0 to 255 and a line end: " + codeErr.Error()}, missing()...)...)
	case e.code != "" && w.test.ExitCode != nil && code != *w.test.ExitCode:
		return fail(ExitCode, fmt.Sprintf("the guest's exit code is %d, expected %d", code, *w.test.ExitCode), append(missing(), ended)...)
	case w.status.Kernel == "" && w.matched == 0 && e.code == "":
		return fail(KernelNotReached, "the machine never reached the kernel", ended,
			"expected: a line of the kernel (\"Linux version …\", or one with the kernel's time)",
			"next: is the kernel for this processor and machine, with a driver for the serial console? With \"quiet\" on its command line it says nothing")
	case w.matched < len(w.test.Expect):
		return fail(LineMissing, fmt.Sprintf("expected line %d of %d did not come: `%s`", w.matched+1, len(w.test.Expect), w.test.Expect[w.matched]),
			fmt.Sprintf("expected lines that came before it: %d", w.matched), ended)
	case e.late > 0:
		details := []string{ended}
		if e.code != "" {
			details = append(details, "the guest had written its exit code: "+strings.TrimSpace(e.code))
		}
		return fail(LineMissing, "all expected lines came, but the guest did not end", append(details,
			"next: power off after the exit code is written; on a machine without ACPI (microvm) reboot")...)
	case w.test.ExitCode != nil && e.code == "":
		return fail(ExitCode, fmt.Sprintf("the guest wrote no exit code, expected %d", *w.test.ExitCode), ended,
			"next: write the code and a line end to the virtio port "+ExitPort+", then power off")
	case w.test.Client != nil && !w.served:
		return fail(ClientFailed, "the client was not started: the machine ended with the last expected line", ended,
			"next: let the guest run until the client has spoken to it")
	}
	return nil
}

// parseCode reads what the guest wrote to its exit channel.
func parseCode(text string) (int, error) {
	digits, found := strings.CutSuffix(text, "\n")
	if !found {
		return 0, fmt.Errorf("%q has no line end", text)
	}
	code, err := strconv.ParseUint(digits, 10, 8)
	if err != nil {
		return 0, err
	}
	return int(code), nil
}

// as compares a verdict with the failure that a test asks for.
func (f *WantFailure) as(label string, got error) error {
	if got == nil {
		return fmt.Errorf("%s: the test passed; expected the failure %s", label, f.Kind)
	}
	failure, ok := got.(*Failure)
	if !ok {
		return got
	}
	if failure.Kind != f.Kind {
		return fmt.Errorf("%s: expected the failure %s, found another:\n%w", label, f.Kind, got)
	}
	for i, pattern := range f.message {
		found := false
		for line := range strings.Lines(failure.Error()) {
			found = found || pattern.MatchString(strings.TrimSuffix(line, "\n"))
		}
		if !found {
			return fmt.Errorf("%s: the failure %s came as expected, but no line of its message matches `%s`:\n%w", label, f.Kind, f.Message[i], got)
		}
	}
	return nil
}
