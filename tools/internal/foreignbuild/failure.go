// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"

	"rules_elixir_vm/tools/internal/nearest"
)

const (
	tailLines = 40
	tailBytes = 64 << 10
	lineBytes = 1000
	nearNames = 5
)

// StepError tells all that a person needs who did not watch the step.
type StepError struct {
	Label string
	Step  *Step
	Err   error
	// Placeholders says what those in the command stand for, a line each.
	Placeholders []string
	Tail         []string // the last lines of the step's output
	TailErr      error    // why they are not known
	Log          string
}

func (e *StepError) Unwrap() error { return e.Err }

func (e *StepError) Error() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: step %q failed: %s\n", e.Label, e.Step.Name, status(e.Err))
	fmt.Fprintf(&out, "  command: %s\n", quoteArgv(e.Step.Argv))
	for _, line := range e.Placeholders {
		fmt.Fprintf(&out, "           %s\n", line)
	}
	fmt.Fprintf(&out, "  in:      %s\n", e.Step.Dir)
	switch {
	case e.Step.Interactive:
		out.WriteString("  what it printed is on the terminal, not in the log\n")
	case e.TailErr != nil:
		fmt.Fprintf(&out, "  what it printed could not be read: %v\n", e.TailErr)
	case len(e.Tail) == 0:
		out.WriteString("  it printed nothing\n")
	default:
		fmt.Fprintf(&out, "  the last lines that it printed (%d at most):\n", tailLines)
		for _, line := range e.Tail {
			fmt.Fprintf(&out, "  | %s\n", line)
		}
	}
	fmt.Fprintf(&out, "  next: build again with --sandbox_debug, which keeps the log (%s), "+
		"and run the printed command with -keep added, which keeps the work directory", e.Log)
	return out.String()
}

// status puts an exit status or a signal into words.
func status(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			return fmt.Sprintf("killed by signal %d (%s)", ws.Signal(), ws.Signal())
		}
		return fmt.Sprintf("exit status %d", exit.ExitCode())
	}
	return err.Error()
}

// tail returns the last lines of log after the offset start.
func tail(log *os.File, start int64) ([]string, error) {
	end, err := log.Seek(0, io.SeekEnd)
	if err != nil || end == start {
		return nil, err
	}
	if end < start {
		return nil, fmt.Errorf("the log has shrunk from %d to %d bytes", start, end)
	}
	from := max(start, end-tailBytes)
	data := make([]byte, end-from)
	if _, err := log.ReadAt(data, from); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if from > start && len(lines) > 1 {
		lines = lines[1:] // cut in the middle
	}
	lines = lines[max(0, len(lines)-tailLines):]
	for i, line := range lines {
		if len(line) > lineBytes {
			lines[i] = line[:lineBytes] + "[…]"
		}
	}
	return lines, nil
}

// quoteArgv writes a command as a shell would take it.
func quoteArgv(argv []string) string {
	var quoted []string
	for _, arg := range argv {
		if arg == "" || strings.ContainsAny(arg, " \t\n\"'`$\\|&;<>()*?[]#~!{}") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		quoted = append(quoted, arg)
	}
	return strings.Join(quoted, " ")
}

// near describes what is there instead of root/name: the names most like the
// missing one in the deepest directory that exists.
func near(root, name string) string {
	dir, missing := root, ""
	for _, segment := range strings.Split(filepath.Clean(name), "/") {
		next := filepath.Join(dir, segment)
		if _, err := os.Stat(next); err != nil {
			missing = segment
			break
		}
		dir = next
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	where, err := filepath.Rel(root, dir)
	if err != nil || where == "." {
		where = filepath.Base(root)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if len(names) == 0 {
		return fmt.Sprintf("; %s is empty", where)
	}
	rank := func(name string) int {
		if strings.HasPrefix(name, missing) || strings.HasPrefix(missing, name) {
			return 0
		}
		return nearest.Distance(name, missing)
	}
	sort.SliceStable(names, func(i, j int) bool { return rank(names[i]) < rank(names[j]) })
	more := ""
	if len(names) > nearNames {
		more = fmt.Sprintf(" and %d more", len(names)-nearNames)
		names = names[:nearNames]
	}
	return fmt.Sprintf("; %s has %s%s", where, strings.Join(names, ", "), more)
}
