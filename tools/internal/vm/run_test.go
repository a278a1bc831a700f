// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary also plays QEMU, as `-play` tells it, and a launcher of
// RunTest or Run. What a real machine does, //e2e tests.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "qemu":
		playQEMU(os.Args)
	case "launcher":
		spec, err := ReadSpec(os.Args[1])
		if err == nil && spec.Test != nil {
			err = RunTest(spec, "", os.Stdout)
		} else if err == nil {
			var code int
			if code, err = Run(spec, false, os.Stderr); err == nil {
				os.Exit(code)
			}
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	case "client":
		playClient(os.Args[1:])
	case "sleep":
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

// playClient tells a play of QEMU to go on, and does what it is told.
func playClient(args []string) {
	fmt.Println("forward", os.Getenv("VM_FORWARD_80") != "", "qmp", filepath.Base(os.Getenv("VM_QMP")))
	if err := os.WriteFile(filepath.Join(filepath.Dir(os.Getenv("VM_QMP")), "go"), nil, 0o600); err != nil {
		panic(err)
	}
	switch args[0] {
	case "fail":
		os.Exit(5)
	case "hang":
		time.Sleep(time.Hour)
	}
	os.Exit(0)
}

// playQEMU does what the arguments after -play say, one by one.
func playQEMU(args []string) {
	value := func(prefix string) string {
		for _, arg := range args {
			if rest, ok := strings.CutPrefix(arg, prefix); ok {
				return rest
			}
		}
		panic("no argument " + prefix)
	}
	play := args
	for len(play) > 0 && play[0] != "-play" {
		play = play[1:]
	}
	for _, action := range play[1:] {
		verb, rest, _ := strings.Cut(action, ":")
		switch verb {
		case "print":
			fmt.Print(rest)
		case "stderr":
			fmt.Fprint(os.Stderr, rest)
		case "code":
			if err := os.WriteFile(value("file,id=exit,path="), []byte(rest), 0o644); err != nil {
				panic(err)
			}
		case "report":
			if err := os.WriteFile(value("file,id=report,path="), []byte(rest), 0o644); err != nil {
				panic(err)
			}
		case "echo": // through the echo service
			conn, err := net.Dial("unix", value("socket,id=echo,path="))
			if err != nil {
				panic(err)
			}
			fmt.Fprintln(conn, rest)
			if _, err := io.CopyN(os.Stdout, conn, int64(len(rest)+1)); err != nil {
				panic(err)
			}
		case "size": // of a scratch disk
			info, err := os.Stat(value("if=none,id=disk" + rest + ",format=raw,file="))
			if err != nil {
				panic(err)
			}
			fmt.Println("size", info.Size())
		case "env":
			fmt.Println("environment", len(os.Environ()))
		case "hold", "share": // keeps a pipe open, "share" together with a process of its own
			pipe, err := os.OpenFile(rest, os.O_WRONLY, 0)
			if err != nil {
				panic(err)
			}
			if verb == "share" {
				self, err := os.Executable()
				if err != nil {
					panic(err)
				}
				if _, err := os.StartProcess(self, []string{"sleep"}, &os.ProcAttr{Files: []*os.File{nil, nil, nil, pipe}}); err != nil {
					panic(err)
				}
			}
			fmt.Fprintln(pipe, "started")
		case "client": // waits for it
			for {
				if _, err := os.Stat(filepath.Join(filepath.Dir(value("file,id=exit,path=")), "go")); err == nil {
					break
				}
				time.Sleep(time.Millisecond)
			}
		case "hang":
			time.Sleep(time.Hour)
		case "exit":
			var status int
			fmt.Sscan(rest, &status)
			os.Exit(status)
		}
	}
	os.Exit(0)
}

// newSpec is a small machine whose QEMU plays.
func newSpec(t *testing.T, test *Test, play ...string) *Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	qemu := filepath.Join(dir, "qemu")
	if err := os.Symlink(self, qemu); err != nil {
		t.Fatal(err)
	}
	return &Spec{
		Label: "//x:y", CPU: "x86_64", Machine: "q35", MemoryMB: 64, CPUs: 1, QEMU: qemu, Kernel: qemu,
		QEMUArgs: append([]string{"-play"}, play...), Test: test,
	}
}

func writeSpec(t *testing.T, spec *Spec) string {
	t.Helper()
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func log(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../console/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A whole report of the guest becomes that of the test, whether it passes or fails.
func TestReport(t *testing.T) {
	const report = "<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"a\"/></testsuites>\n"
	zero := 0
	for _, c := range []struct{ play, code, want string }{
		{"report:" + report, "0", report},
		{"report:" + report, "2", report},
		{"report:" + report[:40], "0", ""},
		{"report:", "0", ""},
		{"print:silent", "0", ""},
	} {
		file := filepath.Join(t.TempDir(), "test.xml")
		t.Setenv("XML_OUTPUT_FILE", file)
		spec := newSpec(t, &Test{ExitCode: &zero, Report: true}, "print:"+log(t, "boot.log"), c.play, "code:"+c.code+"\n")
		if err := RunTest(spec, "", io.Discard); (err == nil) != (c.code == "0") {
			t.Errorf("%q: %v", c.play, err)
		}
		got, err := os.ReadFile(file)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: got %q and %v, expected %q", c.play, got, err, c.want)
		}
	}
}

// The guest is told what of its tests to run.
func TestTell(t *testing.T) {
	zero := 0
	dir := t.TempDir()
	status := filepath.Join(dir, "status")
	for name, value := range map[string]string{
		"TESTBRIDGE_TEST_ONLY": "a (b|c)$", "TEST_SHARD_INDEX": "1", "TEST_TOTAL_SHARDS": "3", "TEST_SHARD_STATUS_FILE": status,
	} {
		t.Setenv(name, value)
	}
	for _, reports := range []bool{false, true} {
		spec := newSpec(t, &Test{ExitCode: &zero, Report: reports}, "print:"+log(t, "boot.log"), "code:0\n")
		if err := RunTest(spec, dir, io.Discard); err != nil {
			t.Fatal(err)
		}
		command, err := os.ReadFile(filepath.Join(dir, "qemu.sh"))
		if err != nil {
			t.Fatal(err)
		}
		words := `panic=-1 init.env.TESTBRIDGE_TEST_ONLY="a (b|c)$" init.env.TEST_SHARD_INDEX="1" init.env.TEST_TOTAL_SHARDS="3"'`
		_, err = os.Stat(status)
		if strings.Contains(string(command), words) != reports || (err == nil) != reports {
			t.Errorf("report %v: status file: %v, command:\n%s", reports, err, command)
		}
	}
	t.Setenv("TESTBRIDGE_TEST_ONLY", `a "b"`)
	spec := newSpec(t, &Test{ExitCode: &zero, Report: true})
	if err := RunTest(spec, dir, io.Discard); err == nil || !strings.Contains(err.Error(), `$TESTBRIDGE_TEST_ONLY is "a \"b\""`) {
		t.Errorf("got %v", err)
	}
}

func TestRunTest(t *testing.T) {
	zero := 0
	for _, test := range []struct {
		name string
		test Test
		play []string
		disk int
		echo string
		kind string
		want []string // parts of the message, or of what is printed
	}{
		{
			name: "passed", test: Test{Expect: []string{"Linux version", "^E2E: random: ok$"}, ExitCode: &zero},
			play: []string{"print:" + log(t, "boot.log"), "code:0\n"}, want: []string{"E2E: random: ok\n", "accelerator: ", "-append 'console=ttyS0 panic=-1'"},
		},
		{
			name: "passed and stopped", test: Test{Expect: []string{"^E2E: random: ok$"}},
			play: []string{"print:" + log(t, "boot.log"), "hang:"},
		},
		{
			name: "the surroundings", test: Test{Expect: []string{"size 3145728", "environment 1", "ping"}},
			play: []string{"size:0", "env:", "echo:ping"}, disk: 3, echo: "10.0.2.100:7",
		},
		{
			name: "an unfinished line counts", test: Test{Expect: []string{"^/ # $"}},
			play: []string{"print:/ # "},
		},
		{
			name: "panic, and QEMU stays", test: Test{Expect: []string{"never"}, ExitCode: &zero},
			play: []string{"print:" + log(t, "panic.log"), "hang:"}, kind: KernelPanic, want: []string{"sysrq triggered crash"},
		},
		{
			name: "no init", test: Test{ExitCode: &zero},
			play: []string{"print:" + log(t, "noinit.log")}, kind: InitFailed, want: []string{"Unable to mount root fs"},
		},
		{
			name: "silent until the deadline", test: Test{ExitCode: &zero, TimeoutSeconds: 1},
			play: []string{"hang:"}, kind: KernelNotReached, want: []string{"the deadline of 1s passed", "the console is empty"},
		},
		{
			name: "QEMU fails", test: Test{ExitCode: &zero},
			play: []string{"stderr:qemu: no such device\n", "exit:1"}, kind: QEMUFailed, want: []string{"exit status 1\nqemu: no such device"},
		},
		{
			name: "exit code", test: Test{ExitCode: &zero},
			play: []string{"print:" + log(t, "boot.log"), "code:9\n"}, kind: ExitCode, want: []string{"is 9, expected 0"},
		},
		{
			name: "expected failure", test: Test{ExitCode: &zero, Failure: &WantFailure{Kind: ExitCode, Message: []string{"is 9, expected 0$"}}},
			play: []string{"print:" + log(t, "boot.log"), "code:9\n"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TEST_TIMEOUT", "60")
			spec := newSpec(t, &test.test, test.play...)
			if test.disk > 0 {
				spec.Disks = []Disk{{ScratchMB: test.disk}}
			}
			if test.echo != "" {
				spec.Network = &Network{Echo: test.echo}
			}
			if err := spec.validate(); err != nil {
				t.Fatal(err)
			}
			tmp := t.TempDir()
			t.Setenv("TEST_TMPDIR", tmp)
			dir := t.TempDir()
			var out bytes.Buffer
			err := RunTest(spec, dir, &out)
			message := out.String()
			if err != nil {
				message = err.Error()
			}
			var failure *Failure
			if errors.As(err, &failure) && failure.Kind != test.kind || failure == nil && (test.kind != "" || err != nil) {
				t.Fatalf("got %v, expected %q; printed\n%s", err, test.kind, &out)
			}
			for _, part := range test.want {
				if !strings.Contains(message, part) {
					t.Errorf("got\n%s\nexpected in it\n%s", message, part)
				}
			}
			console, err := os.ReadFile(filepath.Join(dir, "console.log"))
			if first, ok := strings.CutPrefix(test.play[0], "print:"); err != nil || ok && string(console) != first {
				t.Errorf("the console is kept as %q, %v", console, err)
			}
			if command, err := os.ReadFile(filepath.Join(dir, "qemu.sh")); err != nil || !strings.Contains(string(command), spec.QEMU) {
				t.Errorf("the command is kept as %q, %v", command, err)
			}
			if left, _ := filepath.Glob(tmp + "/*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		play []string
		want int
	}{
		{[]string{"code:42\n"}, 42},
		{[]string{"exit:3"}, 3},
		{nil, 0},
	} {
		spec := newSpec(t, nil, test.play...)
		spec.Network = &Network{Forwards: []Forward{{Guest: 80}}}
		var log bytes.Buffer
		code, err := Run(spec, false, &log)
		if code != test.want || err != nil {
			t.Errorf("%v: got %d, %v", test.play, code, err)
		}
		port := spec.Network.Forwards[0].Host
		for _, part := range []string{fmt.Sprintf("127.0.0.1:%d leads to port 80", port), fmt.Sprintf("hostfwd=tcp:127.0.0.1:%d-:80", port), "mux=on", "Ctrl-A X"} {
			if port == 0 || !strings.Contains(log.String(), part) {
				t.Errorf("printed\n%s\nexpected in it\n%s", &log, part)
			}
		}
	}
}

// QEMU ends with its launcher, whatever ends that.
func TestQEMUNeverSurvives(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	zero := 0
	for _, c := range []struct {
		mode, play string
		signal     syscall.Signal
	}{
		{"test", "share", syscall.SIGTERM},
		{"test", "share", syscall.SIGINT},
		{"test", "share", syscall.SIGHUP},
		{"test", "hold", syscall.SIGKILL},
		{"run", "hold", syscall.SIGTERM},
		{"run", "hold", syscall.SIGKILL},
	} {
		t.Run(c.mode+" "+c.signal.String(), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(name, 0o644); err != nil {
				t.Fatal(err)
			}
			spec := newSpec(t, nil, c.play+":"+name, "hang:")
			if c.mode == "test" {
				spec.Test = &Test{ExitCode: &zero}
			}
			tmp := t.TempDir()
			launcher := &exec.Cmd{Path: self, Args: []string{"launcher", writeSpec(t, spec)}, Env: []string{"TEST_TMPDIR=" + tmp}}
			var out bytes.Buffer
			launcher.Stdout = &out
			if err := launcher.Start(); err != nil {
				t.Fatal(err)
			}
			pipe, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			if _, err := io.ReadFull(pipe, make([]byte, len("started\n"))); err != nil {
				t.Fatal(err)
			}
			if err := launcher.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			// The end of the pipe comes when no process has it open any more.
			if rest, err := io.ReadAll(pipe); len(rest) > 0 || err != nil {
				t.Errorf("the pipe gave %q, %v", rest, err)
			}
			launcher.Wait()
			if c.signal == syscall.SIGKILL {
				return
			}
			if want := "//x:y: interrupted by signal: " + c.signal.String(); launcher.ProcessState.ExitCode() != 1 || !strings.Contains(out.String(), want) {
				t.Errorf("got %v and %q", launcher.ProcessState, &out)
			}
			if left, _ := filepath.Glob(tmp + "/*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestClient(t *testing.T) {
	zero := 0
	for _, test := range []struct {
		name, client string
		code         *int
		play         []string
		want         string // part of the error; "": none
	}{
		{"the guest ends after it", "good", &zero, []string{"print:ready\n", "client", "code:0\n"}, ""},
		{"the test ends after it", "good", nil, []string{"print:ready\n", "hang"}, ""},
		{"it fails", "fail", &zero, []string{"print:ready\n", "hang"}, "client_failed: //x:y: the client failed: exit status 5"},
		{"it fails, and no code matters", "fail", nil, []string{"print:ready\n", "hang"}, "client_failed: "},
		{"it hangs", "hang", &zero, []string{"print:ready\n", "client", "code:0\n"}, "the client failed: it did not end, but the machine did"},
		{"it never starts", "good", &zero, []string{"print:no\n", "code:0\n"}, "line_missing: //x:y: expected line 1 of 1 did not come"},
		{"the machine ends with the line", "good", &zero, []string{"print:ready", "code:0\n"}, "client_failed: //x:y: the client was not started"},
		{"another code", "good", &zero, []string{"print:ready\n", "client", "code:3\n"}, "exit_code: //x:y: the guest's exit code is 3, expected 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := newSpec(t, &Test{Expect: []string{"^ready$"}, ExitCode: test.code}, test.play...)
			spec.Test.Client = &Client{Program: filepath.Join(filepath.Dir(spec.QEMU), "client"), Args: []string{test.client}}
			spec.Network = &Network{Forwards: []Forward{{Guest: 80}}}
			if err := os.Symlink(spec.QEMU, spec.Test.Client.Program); err != nil {
				t.Fatal(err)
			}
			if err := spec.validate(); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err := RunTest(spec, "", &out)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, expected %q", err, test.want)
			}
			started := !strings.Contains(test.want, "line_missing") && !strings.Contains(test.want, "not started")
			if got := strings.Contains(out.String(), "client: forward true qmp qmp\n"); got != started {
				t.Errorf("the client ran: %v\n%s", got, &out)
			}
		})
	}
}

func TestClientSpec(t *testing.T) {
	for _, test := range []Test{{Client: &Client{Program: "x"}}, {Client: &Client{}, Expect: []string{"a"}}} {
		if err := test.validate(); err == nil || !strings.Contains(err.Error(), "client: expected") {
			t.Errorf("got %v", err)
		}
	}
}
