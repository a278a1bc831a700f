// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"rules_elixir_vm/tools/internal/console"
)

const (
	// grace is how long QEMU may go on after the verdict is clear or it was asked to end: the call trace of a panic is
	// worth having. It has no part in the verdict.
	grace = 3 * time.Second
	// maxSocketPath is what a Unix socket's address holds.
	maxSocketPath = 107
)

// ReadSpec reads the spec in the file at path and finds its files.
func ReadSpec(path string) (*Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	spec, err := ParseSpec(data)
	if err != nil {
		return nil, fmt.Errorf("reading the spec %s: %w", path, err)
	}
	if err := spec.locate(); err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Label, err)
	}
	return spec, nil
}

// locate replaces runfiles paths by paths of the disk.
func (s *Spec) locate() error {
	paths := []*string{&s.QEMU, &s.Kernel, &s.Vmlinux, &s.Initrd, &s.Shell}
	for i := range s.Disks {
		paths = append(paths, &s.Disks[i].File)
	}
	if s.Test != nil && s.Test.Client != nil {
		paths = append(paths, &s.Test.Client.Program)
	}
	var files *runfiles.Runfiles
	for _, path := range paths {
		if *path == "" {
			continue
		}
		if !filepath.IsAbs(*path) {
			if files == nil {
				var err error
				if files, err = runfiles.New(); err != nil {
					return fmt.Errorf("finding the runfiles: %w; run this with `bazel run` or `bazel test`", err)
				}
			}
			found, err := files.Rlocation(*path)
			if err != nil {
				return fmt.Errorf("finding %s in the runfiles: %w", *path, err)
			}
			// A test may be started with a relative path.
			if *path, err = filepath.Abs(found); err != nil {
				return err
			}
		}
		if _, err := os.Stat(*path); err != nil {
			return fmt.Errorf("a file of the machine is missing: %w", err)
		}
	}
	return nil
}

// prepare makes the work directory and all that QEMU finds outside of it.
func prepare(spec *Spec, interactive bool, log io.Writer) (m *machine, cleanUp func(), err error) {
	m = &machine{Spec: spec, interactive: interactive}
	var why string
	m.accelerator, why = thisHost().accelerator(spec.CPU)
	fmt.Fprintf(log, "vm: accelerator: %s (%s)\n", m.accelerator, why)

	if m.work, err = workDir(); err != nil {
		return nil, nil, fmt.Errorf("making a work directory: %w", err)
	}
	var echo net.Listener
	cleanUp = func() {
		if echo != nil {
			echo.Close()
		}
		os.RemoveAll(m.work)
	}
	defer func() {
		if err != nil {
			cleanUp()
		}
	}()
	for i, disk := range spec.Disks {
		if disk.ScratchMB == 0 {
			continue
		}
		f, err := os.OpenFile(m.scratch(i), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			err = errors.Join(f.Truncate(int64(disk.ScratchMB)<<20), f.Close())
		}
		if err != nil {
			return nil, nil, fmt.Errorf("making scratch disk %d of %d MB: %w", i, disk.ScratchMB, err)
		}
	}
	if spec.Network == nil {
		return m, cleanUp, nil
	}
	for i := range spec.Network.Forwards {
		f := &spec.Network.Forwards[i]
		if f.Host == 0 {
			if f.Host, err = freePort(); err != nil {
				return nil, nil, fmt.Errorf("finding a free port: %w", err)
			}
		}
		fmt.Fprintf(log, "vm: 127.0.0.1:%d leads to port %d of the guest\n", f.Host, f.Guest)
	}
	if spec.Network.Echo != "" {
		if echo, err = net.Listen("unix", m.echoSocket()); err != nil {
			return nil, nil, fmt.Errorf("starting the echo service: %w", err)
		}
		go serveEcho(echo)
	}
	return m, cleanUp, nil
}

// workDir makes a directory whose files can be Unix sockets.
func workDir() (string, error) {
	for _, parent := range []string{os.Getenv("TEST_TMPDIR"), os.TempDir()} {
		if parent != "" && len(parent)+len("/vm-1234567890/shell") <= maxSocketPath {
			return os.MkdirTemp(parent, "vm-")
		}
	}
	return os.MkdirTemp("/tmp", "vm-")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func serveEcho(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			io.Copy(conn, conn)
		}()
	}
}

// process builds QEMU's process. It dies with the thread that starts it.
func (m *machine) process() *exec.Cmd {
	argv := m.command()
	cmd := exec.Command(argv[0], argv[1:]...)
	// Where snapshots go.
	cmd.Env = []string{"TMPDIR=" + m.work}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// signals returns what asks us to end.
func signals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// Run boots the machine on the terminal and returns the exit code of the
// guest or, if it gave none, of QEMU. With iex the terminal is IEx in the
// machine, too.
func Run(spec *Spec, iex bool, log io.Writer) (int, error) {
	runtime.LockOSThread() // Pdeathsig is about this thread
	defer runtime.UnlockOSThread()
	caught, stop := signals()
	defer stop()

	m, cleanUp, err := prepare(spec, true, log)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", spec.Label, err)
	}
	defer cleanUp()
	m.shell = iex
	fmt.Fprintf(log, "%svm: Ctrl-A X leaves, Ctrl-A C is QEMU's monitor and back\n", m.script())

	// In our process group: it is the one that may use the terminal.
	cmd := m.process()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if iex {
		leave, err := m.attach(cmd, log)
		if err != nil {
			return 0, fmt.Errorf("%s: --iex: %w", spec.Label, err)
		}
		defer leave()
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%s: starting QEMU: %w", spec.Label, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	var interrupted os.Signal
	select {
	case err = <-done:
	case interrupted = <-caught:
		// It gives the terminal back as it was.
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(grace):
			cmd.Process.Kill()
			<-done
		}
		return 0, fmt.Errorf("%s: interrupted by signal: %s", spec.Label, interrupted)
	}
	if text, readErr := os.ReadFile(m.exitFile()); readErr == nil && len(text) > 0 {
		return parseCode(string(text))
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: QEMU failed: %w", spec.Label, err)
	}
	return 0, nil
}

// RunTest boots the machine without a terminal and returns nil, a *Failure,
// or an error of another kind. The console goes to out as lines and, as it
// is, to console.log in dir, if there is one.
func RunTest(spec *Spec, dir string, out io.Writer) error {
	if spec.Test == nil {
		return fmt.Errorf(`%s: the spec has no "test"`, spec.Label)
	}
	err := runTest(spec, dir, out)
	if spec.Test.Failure == nil {
		return err
	}
	if err != nil {
		fmt.Fprintf(out, "vm: the test ended with this:\n%v\n", err)
	}
	return spec.Test.Failure.as(spec.Label, err)
}

func runTest(spec *Spec, dir string, out io.Writer) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	caught, stop := signals()
	defer stop()

	timeout, err := deadline(spec.Test, os.Getenv("TEST_TIMEOUT"))
	if err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	late := time.NewTimer(timeout)
	defer late.Stop()

	if spec.Test.Report {
		if err := spec.tell(); err != nil {
			return fmt.Errorf("%s: %w", spec.Label, err)
		}
	}
	m, cleanUp, err := prepare(spec, false, out)
	if err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	defer cleanUp()
	fmt.Fprint(out, m.script())
	raw := io.Discard
	if dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "qemu.sh"), []byte(m.script()), 0o644); err != nil {
			return fmt.Errorf("%s: %w", spec.Label, err)
		}
		f, err := os.Create(filepath.Join(dir, "console.log"))
		if err != nil {
			return fmt.Errorf("%s: %w", spec.Label, err)
		}
		defer f.Close()
		raw = f
	}

	follow := newFollower(spec.Test, raw, out)
	var stderr bytes.Buffer
	cmd := m.process()
	cmd.Stdout, cmd.Stderr = follow, &stderr
	cmd.SysProcAttr.Setpgid = true
	cmd.WaitDelay = grace // for a process that QEMU has left behind with its output open
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: starting QEMU: %w", spec.Label, err)
	}
	kill := func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()

	var e end
	var client clientRun
	defer client.kill()
	log := follow.clientOutput(out)
	for running := true; running; {
		select {
		case err = <-done:
			kill() // what it has left behind
			running = false
		case <-follow.ready:
			follow.ready = nil
			if err := client.start(m.client(log)); err != nil {
				kill()
				<-done
				return fmt.Errorf("%s: starting the client: %w", spec.Label, err)
			}
		case failed := <-client.done:
			client = clientRun{}
			log.Close()
			if failed == nil {
				follow.clientDone()
				continue
			}
			e.client = failed.Error()
			kill()
			<-done
			e.stopped, running = true, false
		case <-follow.clear:
			e.stopped, running = true, false
			if !follow.complete() {
				select {
				case err = <-done:
					done <- err
				case <-time.After(grace):
				}
			}
			kill()
			<-done
		case <-late.C:
			e.late, running = timeout, false
			kill()
			<-done
		case s := <-caught:
			kill()
			<-done
			return fmt.Errorf("%s: interrupted by signal: %s", spec.Label, s)
		}
	}
	// Its machine is gone: what it does not say now it will not say.
	if client.cmd != nil {
		select {
		case failed := <-client.done:
			client = clientRun{}
			if failed != nil {
				e.client = failed.Error()
			} else {
				follow.clientDone()
			}
		case <-time.After(grace):
			client.kill()
			e.client = "it did not end, but the machine did"
			if e.late > 0 {
				e.client = fmt.Sprintf("it did not end within %v", e.late)
			}
		}
		log.Close()
	}
	if !e.stopped && e.late == 0 && err != nil {
		e.qemu = strings.TrimSpace(err.Error() + "\n" + stderr.String())
	} else if stderr.Len() > 0 {
		fmt.Fprintf(out, "vm: QEMU says: %s\n", strings.TrimSpace(stderr.String()))
	}
	if spec.Test.Report {
		if err := m.saveReport(os.Getenv("XML_OUTPUT_FILE")); err != nil {
			return fmt.Errorf("%s: saving the guest's report: %w", spec.Label, err)
		}
	}
	code, err := os.ReadFile(m.exitFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: reading the exit channel: %w", spec.Label, err)
	}
	e.code = string(code)
	if failure := follow.end().verdict(spec.Label, e); failure != nil {
		if dir != "" {
			failure.Details = append(failure.Details, "the whole console: "+filepath.Join(dir, "console.log"))
		}
		return failure
	}
	return nil
}

// told are the variables in which Bazel tells a test what to run.
var told = []string{"TESTBRIDGE_TEST_ONLY", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS"}

// tell passes them on, to the release that init starts.
func (s *Spec) tell() error {
	for _, name := range told {
		value := os.Getenv(name)
		if strings.ContainsAny(value, "\"\n\x00") {
			return fmt.Errorf("$%s is %q; the kernel's command line has no place for quotes and line ends", name, value)
		}
		if value != "" {
			s.Cmdline = append(s.Cmdline, fmt.Sprintf(`init.env.%s="%s"`, name, value))
		}
	}
	if file := os.Getenv("TEST_SHARD_STATUS_FILE"); file != "" {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			return fmt.Errorf("telling that the test has shards: %w", err)
		}
	}
	return nil
}

// saveReport copies what the guest has reported to a file, if both are there.
// A guest that was stopped may have written a part of it: that is none.
func (m *machine) saveReport(to string) error {
	report, err := os.ReadFile(m.reportFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if to == "" || len(report) == 0 || xml.Unmarshal(report, new(struct{})) != nil {
		return nil
	}
	if err := os.WriteFile(to+".part", report, 0o644); err != nil {
		return err
	}
	return os.Rename(to+".part", to)
}

// deadline is when a test ends by itself: before Bazel ends it, so that there
// is a message.
func deadline(t *Test, testTimeout string) (time.Duration, error) {
	limit := time.Duration(1<<63 - 1)
	if testTimeout != "" {
		seconds, err := strconv.Atoi(testTimeout)
		if err != nil || seconds <= 0 {
			return 0, fmt.Errorf("$TEST_TIMEOUT is %q; expected seconds", testTimeout)
		}
		limit = time.Duration(seconds) * time.Second
		limit -= min(limit/10, 15*time.Second)
	}
	if t.TimeoutSeconds > 0 {
		return min(limit, time.Duration(t.TimeoutSeconds)*time.Second), nil
	}
	if testTimeout == "" {
		return 5 * time.Minute, nil
	}
	return limit, nil
}

// follower takes QEMU's output, which is the console.
type follower struct {
	raw   io.Writer
	clear chan struct{} // closed when the verdict is clear
	ready chan struct{} // closed when it is the client's turn

	mu      sync.Mutex
	parser  *console.Parser
	watcher watcher
	decided bool
}

func newFollower(test *Test, raw, out io.Writer) *follower {
	f := &follower{raw: raw, clear: make(chan struct{}), watcher: watcher{test: test}}
	var ready chan struct{}
	if test.Client != nil {
		ready = make(chan struct{})
		f.ready = ready
	}
	start := time.Now()
	f.parser = console.NewParser(func(line string) {
		fmt.Fprintln(out, line)
		matched := f.watcher.matched
		clear := f.watcher.line(line)
		if f.watcher.matched > matched {
			fmt.Fprintf(out, "vm: expected line %d of %d came after %.2f s\n", f.watcher.matched, len(test.expect), time.Since(start).Seconds())
		}
		if clear && !f.decided {
			f.decided = true
			close(f.clear)
		}
		if ready != nil && f.watcher.ready() {
			close(ready)
			ready = nil
		}
	})
	return f
}

func (f *follower) Write(data []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := f.raw.Write(data); err != nil {
		return 0, fmt.Errorf("keeping the console: %w", err)
	}
	return f.parser.Write(data)
}

// clientDone takes the good end of the client.
func (f *follower) clientDone() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watcher.served = true
	if f.watcher.decided() && !f.decided {
		f.decided = true
		close(f.clear)
	}
}

func (f *follower) complete() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.watcher.complete()
}

func (f *follower) end() *watcher {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parser.Close()
	return &f.watcher
}
