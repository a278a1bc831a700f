// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rules_elixir_vm/tools/internal/launch"
)

// The test binary is also every tool of the tests: what it does depends on
// the name that it is started by, and a sidecar makes it the launcher.
func TestMain(m *testing.M) {
	if os.Getenv("PATH") != "" && strings.HasSuffix(os.Getenv("PATH"), "/.tools") {
		if c, err := launch.Resolve(os.Args, os.Environ()); err == nil {
			fmt.Fprintln(os.Stderr, syscall.Exec(c.Path, c.Argv, c.Env))
			os.Exit(127)
		}
	}
	if name := os.Getenv("PRINT_TO"); name != "" {
		os.Unsetenv("PRINT_TO")
		os.MkdirAll(filepath.Dir(name), 0o755)
		out, err := os.Create(name)
		if err != nil {
			panic(err)
		}
		os.Stdout = out
	}
	args := os.Args[1:]
	switch filepath.Base(os.Args[0]) {
	case "say": // prints its name and arguments
		fmt.Printf("%s\n", os.Args)
		os.Exit(0)
	case "env":
		env := os.Environ()
		slices.Sort(env)
		mask := syscall.Umask(0)
		dir, _ := os.Getwd()
		stdin, err := io.ReadAll(os.Stdin)
		fmt.Printf("%s\nat %s\numask %03o\nstdin %q %v\n", strings.Join(env, "\n"), dir, mask, stdin, err)
		os.Exit(0)
	case "lines": // prints numbered lines, then fails
		for n := range 100 {
			if n%2 == 0 {
				fmt.Printf("line %d\n", n)
			} else {
				fmt.Fprintf(os.Stderr, "line %d\n", n)
			}
		}
		os.Exit(3)
	case "die":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "put": // put FILE TEXT FILE TEXT …; a TEXT of "->x" makes a symlink
		for i := 0; i+1 < len(args); i += 2 {
			if err := os.MkdirAll(filepath.Dir(args[i]), 0o755); err != nil {
				panic(err)
			}
			var err error
			if target, ok := strings.CutPrefix(args[i+1], "->"); ok {
				err = os.Symlink(target, args[i])
			} else {
				err = os.WriteFile(args[i], []byte(args[i+1]), 0o666)
			}
			if err != nil {
				panic(err)
			}
		}
		os.Exit(0)
	case "spawn": // leaves a process behind that holds the pipe open, forever
		pipe, err := os.OpenFile(args[0], os.O_WRONLY, 0)
		if err != nil {
			panic(err)
		}
		self, _ := os.Executable()
		_, err = os.StartProcess(self, []string{"hang"}, &os.ProcAttr{Files: []*os.File{nil, nil, nil, pipe}})
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(pipe, "started")
		if len(args) > 1 {
			select {} // and stays itself, too
		}
		os.Exit(0)
	case "ask": // talks with who sits at the terminal; with an argument leaves it without echo, and fails
		fmt.Fprintf(os.Stderr, "TERM %s, HOST_SECRET %q\n", os.Getenv("TERM"), os.Getenv("HOST_SECRET"))
		fmt.Print("name? ")
		var name string
		if _, err := fmt.Scanln(&name); err != nil {
			panic(err)
		}
		if err := os.WriteFile("name", []byte(name), 0o666); err != nil {
			panic(err)
		}
		if len(args) > 0 {
			state, err := unix.IoctlGetTermios(0, unix.TCGETS)
			if err != nil {
				panic(err)
			}
			state.Lflag &^= unix.ECHO
			if err := unix.IoctlSetTermios(0, unix.TCSETS, state); err != nil {
				panic(err)
			}
			os.Exit(4)
		}
		os.Exit(0)
	case "drive": // runs the spec, and shows that the terminal is its own again
		_, err := RunFile("spec.json", false)
		fmt.Printf("done: %v\n", err)
		var line string
		if _, err := fmt.Scanln(&line); err != nil {
			panic(err)
		}
		state, err := unix.IoctlGetTermios(0, unix.TCGETS)
		fmt.Printf("read %s, echo %t, %v\n", line, state.Lflag&unix.ECHO != 0, err)
		os.Exit(0)
	case "hang":
		// Not select {}: with nothing else running that is a deadlock.
		for {
			time.Sleep(time.Hour)
		}
	}
	os.Exit(m.Run())
}

// tools declares the test binary under each name.
func tools(t *testing.T, names ...string) []Tool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var all []Tool
	for _, name := range names {
		all = append(all, Tool{Name: name, Path: self})
	}
	return all
}

func write(t *testing.T, name string, data []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// execroot makes a new current directory with an "out" in it.
func execroot(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("out", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// run passes the spec through its encoding, as in life.
func run(t *testing.T, s *Spec) error {
	t.Helper()
	s.Label, s.Log = "//pkg:name", "out/name.log"
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseSpec(data)
	if err != nil {
		t.Fatal(err)
	}
	return Run(context.Background(), parsed, false)
}

// ls lists the names in the directory out.
func ls(t *testing.T) string {
	t.Helper()
	entries, err := os.ReadDir("out")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return strings.Join(names, " ")
}

func sourceTar(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, content := range map[string]string{"pkg-1.0/f": tenLines, "pkg-1.0/config": "old"} {
		h := &tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644, ModTime: time.Unix(5000, 0)}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRun(t *testing.T) {
	execroot(t)
	write(t, "in/src.tar", sourceTar(t), 0o644)
	write(t, "in/fix.patch", []byte("--- a/f\n+++ b/f\n"+change5), 0o644)
	write(t, "in/config", []byte("new"), 0o644)
	err := run(t, &Spec{
		Archives: []Archive{{Path: "in/src.tar", Dir: "src", Strip: 1}},
		Patches:  []Patch{{Path: "in/fix.patch", Dir: "src"}},
		Files:    []File{{Path: "in/config", Dest: "src/config"}, {Path: "in/config", Dest: "new/config"}},
		Tools:    tools(t, "put", "say"),
		Steps: []Step{
			{Name: "one", Dir: "src", Argv: []string{"put", "../install/usr/a", "A", "../install/usr/l", "->a", "../install/doc", "D"}},
			{Name: "two", Dir: ".", Argv: []string{"say", "$FOO", "$(BAR)", "$${BAZ}"}, Env: map[string]string{"PRINT_TO": "made/said"}},
		},
		Outputs: []Output{
			{Path: "out/f", From: "src/f"},
			{Path: "out/config", From: "src/config", Executable: true},
			{Path: "out/said", From: "made/said"},
			{Path: "out/linked", From: "install/usr/l"},
			{Path: "out/deep/install.tar", Root: "install", Include: []string{"usr/**"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"out/f":      strings.Replace(tenLines, "5", "five", 1),
		"out/config": "new",
		"out/said":   "[say $FOO $(BAR) ${BAZ}]\n",
		"out/linked": "A",
	} {
		if got := read(t, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]os.FileMode{"out/f": 0o644, "out/config": 0o755} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	var names []string
	r := tar.NewReader(strings.NewReader(read(t, "out/deep/install.tar")))
	for h, err := r.Next(); err == nil; h, err = r.Next() {
		names = append(names, h.Name+h.Linkname)
	}
	if got := strings.Join(names, " "); got != "usr/ usr/a usr/la" {
		t.Errorf("the tar holds %s", got)
	}
	if got := ls(t); got != "config deep f linked name.log said" {
		t.Errorf("left in out: %s", got)
	}
	log := read(t, "out/name.log")
	if want := "=== step one (in src): put ../install/usr/a A ../install/usr/l '->a' ../install/doc D\n=== step two (in .): say '$FOO' '$(BAR)' '$${BAZ}'\n"; log != want {
		t.Errorf("log\ngot  %q\nwant %q", log, want)
	}
}

// Patching and copying make nothing look newer than the archive did.
func TestRunTimes(t *testing.T) {
	root := execroot(t)
	write(t, "src.tar", sourceTar(t), 0o644)
	write(t, "fix.patch", []byte("--- a/f\n+++ b/f\n"+change5), 0o644)
	write(t, "config", []byte("new"), 0o644)
	spec := &Spec{
		Label: "//pkg:name", Log: "out/name.log",
		Archives: []Archive{{Path: "src.tar", Dir: "src", Strip: 1}},
		Patches:  []Patch{{Path: "fix.patch", Dir: "src"}},
		Files:    []File{{Path: "config", Dest: "src/config"}, {Path: "config", Dest: "src/new"}},
		Tools:    tools(t, "say"),
		Steps:    []Step{{Name: "say", Dir: "src", Argv: []string{"say"}}},
		Outputs:  []Output{{Path: "out/f", From: "src/f"}},
	}
	if err := Run(context.Background(), spec, true); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{"f": 5000, "config": 5000, "new": 315532800} {
		info, err := os.Stat(filepath.Join(root, "out/name.work/src", name))
		if err != nil || info.ModTime().Unix() != want {
			t.Errorf("%s: got %v, %v; want %d", name, info, err, want)
		}
	}
}

func TestRunEnvironment(t *testing.T) {
	root := execroot(t)
	t.Setenv("HOST_SECRET", "x")
	spec := &Spec{
		Tools: tools(t, "env", "sh"),
		Env:   map[string]string{"J": "-j${JOBS}", "E": "${EXECROOT}", "BOTH": "spec"},
		Steps: []Step{
			{Name: "here", Dir: ".tmp", Argv: []string{"env"}, Env: map[string]string{"PRINT_TO": "../one", "BOTH": "step", "SOURCE_DATE_EPOCH": "1"}},
			{Name: "there", Dir: ".", Argv: []string{"env"}, Env: map[string]string{"PRINT_TO": "two"}},
		},
		Outputs: []Output{{Path: "out/one", From: "one"}, {Path: "out/two", From: "two"}},
	}
	if err := run(t, spec); err != nil {
		t.Fatal(err)
	}
	work := root + "/out/name.work"
	want := fmt.Sprintf(`BOTH=step
CONFIG_SHELL=%[1]s/.tools/sh
E=%[2]s
HOME=%[1]s/.home
J=-j%[3]d
LC_ALL=C
PATH=%[1]s/.tools
SHELL=%[1]s/.tools/sh
SOURCE_DATE_EPOCH=1
TMPDIR=%[1]s/.tmp
TZ=UTC
at %[1]s/.tmp
umask 022
stdin "" <nil>
`, work, root, runtime.GOMAXPROCS(0))
	if got := read(t, "out/one"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, want := range []string{"BOTH=spec\n", "SOURCE_DATE_EPOCH=315532800\n", "at " + work + "\n"} {
		if got := read(t, "out/two"); !strings.Contains(got, want) {
			t.Errorf("without %q:\n%s", want, got)
		}
	}
}

// A tool with args is an alias: the launcher puts them in.
func TestRunToolArgs(t *testing.T) {
	root := execroot(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("bin", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, "bin/tool"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, "program"); err != nil {
		t.Fatal(err)
	}
	write(t, "bin/tool.launch", []byte(`{"tree":[".."],"program":"program","argv0":"say","args":["own"]}`), 0o644)
	spec := &Spec{
		Tools:   []Tool{{Name: "plain", Path: "bin/tool"}, {Name: "more", Path: "bin/tool", Args: []string{"--root=${WORK}", "$${x}"}}},
		Steps:   []Step{{Name: "a", Dir: ".", Argv: []string{"plain", "user"}}, {Name: "b", Dir: ".", Argv: []string{"more", "user"}, Env: map[string]string{"PRINT_TO": "said"}}},
		Outputs: []Output{{Path: "out/said", From: "said"}},
	}
	if err := run(t, spec); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, "out/said"), "[say own --root="+root+"/out/name.work ${x} user]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := read(t, "out/name.log"); !strings.Contains(got, "[say own user]\n") {
		t.Errorf("log: %s", got)
	}
}

func TestStepFailure(t *testing.T) {
	root := execroot(t)
	err := run(t, &Spec{
		Tools: tools(t, "lines", "say", "put"),
		Steps: []Step{
			{Name: "prepare", Dir: ".", Argv: []string{"put", "src/x", ""}},
			{Name: "first", Dir: ".", Argv: []string{"say", "not in the tail"}},
			{Name: "make all", Dir: "src", Argv: []string{"lines", "it's", "$(x)", "-I${WORK}/a:${WORK}", "$${TOOLS}", "${EXECROOT}"}},
		},
		Outputs: []Output{{Path: "out/x", From: "src/x"}},
	})
	if err == nil {
		t.Fatal("it succeeded")
	}
	var want strings.Builder
	fmt.Fprintf(&want, `//pkg:name: step "make all" failed: exit status 3
  command: lines 'it'\''s' '$(x)' '-I${WORK}/a:${WORK}' '$${TOOLS}' '${EXECROOT}'
           ${WORK} is %[1]s/out/name.work
           ${EXECROOT} is %[1]s
  in:      src
  the last lines that it printed (40 at most):
`, root)
	for n := 60; n < 100; n++ {
		fmt.Fprintf(&want, "  | line %d\n", n)
	}
	want.WriteString("  next: build again with --sandbox_debug, which keeps the log (out/name.log), " +
		"and run the printed command with -keep added, which keeps the work directory")
	if err.Error() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", err, want.String())
	}
	if got := ls(t); got != "name.log" {
		t.Errorf("left in out: %s", got)
	}
	if log := read(t, "out/name.log"); !strings.Contains(log, "[say not in the tail]\n") || !strings.Contains(log, "line 0\n") {
		t.Errorf("the log is not whole:\n%s", log)
	}
}

func TestRunErrors(t *testing.T) {
	step := func(argv ...string) []Step { return []Step{{Name: "it", Dir: ".", Argv: argv}} }
	put := append([]string{"put"}, "src/busybox_unstripped", "", "src/a", "", "out", "->/")
	for _, test := range []struct {
		name string
		spec Spec
		want []string
	}{
		{"killed", Spec{Steps: step("die")}, []string{`step "it" failed: killed by signal 9 (killed)`, "it printed nothing"}},
		{"no tool", Spec{Steps: step("mak")}, []string{`program "mak" is not a declared tool`, ".tools has say"}},
		{"no program", Spec{Steps: step("./mak")}, []string{"program ./mak: ", "no such file"}},
		{"program outside", Spec{Steps: step("../x")}, []string{"outside the work directory"}},
		{"program of the host", Spec{Steps: step("/bin/sh")}, []string{"outside the work directory"}},
		{"directory is a file", Spec{Files: []File{{Path: "data", Dest: "src"}}, Steps: []Step{{Name: "it", Dir: "src", Argv: []string{"say"}}}}, []string{`step "it"`, `directory "src"`}},
		{"placeholder", Spec{Steps: step("say", "${HOME}")}, []string{"argv", "unknown placeholder ${HOME}", "known are ${WORK}"}},
		{"placeholder in env", Spec{Steps: step("say"), Env: map[string]string{"A": "${B}"}}, []string{"env A", "unknown placeholder ${B}"}},
		{"epoch", Spec{Steps: step("say"), Env: map[string]string{"SOURCE_DATE_EPOCH": "now"}}, []string{"SOURCE_DATE_EPOCH"}},
		{"missing output", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/b", From: "src/busybox"}}}, []string{"output out/b", "did not make src/busybox", "src has busybox_unstripped, a"}},
		{"missing root", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/b", Root: "sr"}}}, []string{"did not make sr"}},
		{"output is a directory", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/b", From: "src"}}}, []string{"src is not a regular file"}},
		{"root is a file", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/b", Root: "src/a"}}}, []string{"src/a is not a directory"}},
		{"output of the host", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/b", Root: "out"}}}, []string{"symlink out of the work directory"}},
		{"useless glob", Spec{Steps: step(put...), Outputs: []Output{{Path: "out/first", From: "src/a"}, {Path: "out/b", Root: "src", Include: []string{"usr/**"}}}}, []string{"output out/b", `"usr/**"`}},
		{"missing archive", Spec{Archives: []Archive{{Path: "no.tar", Dir: "."}}, Steps: step("say")}, []string{"unpacking no.tar", "no such file"}},
		{"missing patch", Spec{Patches: []Patch{{Path: "no.patch", Dir: "."}}, Steps: step("say")}, []string{"applying patch no.patch", "no such file"}},
		{"missing file", Spec{Files: []File{{Path: "no", Dest: "x"}}, Steps: step("say")}, []string{"copying no to x"}},
		{"missing tool", Spec{Tools: []Tool{{Name: "cc", Path: "no"}}, Steps: step("say")}, []string{"tool cc", "no such file"}},
		{"no executable", Spec{Tools: []Tool{{Name: "cc", Path: "data"}}, Steps: step("say")}, []string{"tool cc", "not an executable file"}},
		{"args without launcher", Spec{Tools: []Tool{{Name: "cc", Path: "plain", Args: []string{"-x"}}}, Steps: step("say")}, []string{"tool cc", "launcher", "plain.launch"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			execroot(t)
			write(t, "data", nil, 0o644)
			write(t, "plain", nil, 0o755)
			spec := test.spec
			spec.Tools = append(spec.Tools, tools(t, "say", "die", "put")...)
			if spec.Outputs == nil {
				spec.Outputs = []Output{{Path: "out/x", From: "x"}}
			}
			err := run(t, &spec)
			if err == nil {
				t.Fatal("it succeeded")
			}
			for _, want := range append(test.want, "//pkg:name: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want one with %q", err, want)
				}
			}
			if got := ls(t); got != "name.log" {
				t.Errorf("left in out: %s", got)
			}
		})
	}
}

// After a signal nothing more is done, and nothing is an output.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrInterrupted)
	for name, spec := range map[string]Spec{
		"patch": {Patches: []Patch{{Path: "none", Dir: "."}}},
		"file":  {Files: []File{{Path: "none", Dest: "x"}}},
		"step":  {},
	} {
		t.Run(name, func(t *testing.T) {
			execroot(t)
			spec.Label, spec.Log, spec.Tools = "//pkg:name", "out/name.log", tools(t, "say")
			spec.Steps = []Step{{Name: "it", Dir: ".", Argv: []string{"say"}}}
			if err := Run(ctx, &spec, false); !errors.Is(err, ErrInterrupted) {
				t.Errorf("got error %v", err)
			}
		})
	}
	t.Run("output", func(t *testing.T) {
		root := execroot(t)
		write(t, "work/x", nil, 0o644)
		b := &build{spec: &Spec{Outputs: []Output{{Path: "out/x", From: "x"}}}, work: root + "/work"}
		if err := b.outputs(ctx); !errors.Is(err, ErrInterrupted) {
			t.Errorf("got error %v", err)
		}
		if got := ls(t); got != "" {
			t.Errorf("left in out: %s", got)
		}
		if err := b.outputs(context.Background()); err != nil {
			t.Errorf("without a signal: %v", err)
		}
	})
}

// pipe makes a named pipe and a function that reads it until nobody has it
// open for writing any more.
func pipe(t *testing.T) (name string, drain func() string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
	result := make(chan string, 1)
	go func() {
		data, err := os.ReadFile(name)
		result <- fmt.Sprint(string(data), err)
	}()
	return name, func() string { return <-result }
}

// What a step leaves running is killed at its end.
func TestStepLeavesNothingRunning(t *testing.T) {
	execroot(t)
	name, drain := pipe(t)
	err := run(t, &Spec{
		Tools:   tools(t, "spawn", "put"),
		Steps:   []Step{{Name: "it", Dir: ".", Argv: []string{"spawn", name}}, {Name: "then", Dir: ".", Argv: []string{"put", "x", ""}}},
		Outputs: []Output{{Path: "out/x", From: "x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(); got != "started\n<nil>" {
		t.Errorf("the pipe gave %q", got)
	}
}

// Read-only directories, as some install steps make them, go away too.
func TestRemoveAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "work")
	write(t, filepath.Join(dir, "a/b/f"), nil, 0o444)
	for _, sub := range []string{"a/b", "a"} {
		if err := os.Chmod(filepath.Join(dir, sub), 0o500); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestTail(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	check := func(start int64, want ...string) {
		t.Helper()
		if got, err := tail(f, start); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %.200q, %v, want %.200q", got, err, want)
		}
	}
	check(0)
	f.WriteString("head\nno newline")
	check(0, "head", "no newline")
	check(5, "no newline")
	check(15)
	// A line longer than what is kept is cut, not lost.
	f.WriteString("\n" + strings.Repeat("x", tailBytes+lineBytes))
	check(16, strings.Repeat("x", lineBytes)+"[…]")
	f.WriteString("\nlast\n")
	check(0, "last")
	if _, err := tail(f, 1<<40); err == nil {
		t.Error("no error for a log that has shrunk")
	}
	f.Close()
	_, err = tail(f, 0)
	if err == nil {
		t.Error("no error for a closed log")
	}
	message := (&StepError{Step: &Step{}, Err: err, TailErr: err}).Error()
	if strings.Contains(message, "printed nothing") || !strings.Contains(message, "what it printed could not be read") {
		t.Errorf("got %s", message)
	}
}

func TestNear(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"src/vmlinux.o", "src/Makefile", "src/a", "src/b", "src/c", "src/d", "empty/x"} {
		write(t, filepath.Join(dir, name), nil, 0o644)
	}
	os.Remove(filepath.Join(dir, "empty/x"))
	for name, want := range map[string]string{
		"src/vmlinux": "; src has vmlinux.o, a, b, c, d and 1 more",
		"srx/vmlinux": "; " + filepath.Base(dir) + " has src, empty",
		"empty/x/y":   "; empty is empty",
	} {
		if got := near(dir, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
