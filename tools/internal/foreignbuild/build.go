// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/launch"
)

// defaultEpoch is 1980-01-01, the first time that zip files can hold too.
const defaultEpoch = "315532800"

type build struct {
	spec     *Spec
	execroot string
	work     string // absolute
	tools    string // absolute
	epoch    time.Time
	log      *os.File
}

// ErrInterrupted is in the error of a build that a signal ended.
var ErrInterrupted = errors.New("interrupted by signal")

// RunFile carries out the spec in the file at path, until SIGTERM or SIGINT.
// The spec that it returns is nil if there was none to carry out.
func RunFile(path string, keep bool) (*Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	spec, err := ParseSpec(data)
	if err != nil {
		return nil, fmt.Errorf("reading the spec %s: %w", path, err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	go func() {
		select {
		case s := <-signals:
			cancel(fmt.Errorf("%w: %s", ErrInterrupted, s))
		case <-ctx.Done():
		}
	}()
	return spec, Run(ctx, spec, keep)
}

// Run carries out spec in the current directory. When ctx ends, the running
// step is killed. The work directory is removed unless keep is set.
func Run(ctx context.Context, spec *Spec, keep bool) (err error) {
	execroot, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("%s: finding the current directory: %w", spec.Label, err)
	}
	work := filepath.Join(execroot, spec.work())
	b := &build{spec: spec, execroot: execroot, work: work, tools: filepath.Join(work, ".tools")}

	syscall.Umask(0o022)
	if !keep {
		defer func() {
			if removeErr := removeAll(work); removeErr != nil && err == nil {
				err = fmt.Errorf("%s: removing the work directory: %w", spec.Label, removeErr)
			}
		}()
	}
	if err := b.setUp(); err != nil {
		return fmt.Errorf("%s: preparing %s: %w", spec.Label, work, err)
	}
	defer b.log.Close()

	if err := b.prepare(ctx); err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	for i := range spec.Steps {
		if err := b.step(ctx, &spec.Steps[i]); err != nil {
			return err
		}
	}
	if err := b.outputs(ctx); err != nil {
		return fmt.Errorf("%s: %w", spec.Label, err)
	}
	return nil
}

// setUp makes an empty work directory and opens the log.
func (b *build) setUp() error {
	if err := removeAll(b.work); err != nil {
		return err
	}
	for _, dir := range []string{b.tools, filepath.Join(b.work, ".home"), filepath.Join(b.work, ".tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	var err error
	// Appending keeps our lines and those of the steps in order.
	b.log, err = os.OpenFile(b.spec.Log, os.O_CREATE|os.O_TRUNC|os.O_RDWR|os.O_APPEND, 0o644)
	return err
}

// prepare brings archives, patches, files and tools into the work directory.
func (b *build) prepare(ctx context.Context) error {
	seconds, err := strconv.ParseInt(b.env(nil)["SOURCE_DATE_EPOCH"], 10, 64)
	if err != nil {
		return fmt.Errorf("env SOURCE_DATE_EPOCH: expected seconds since 1970: %w", err)
	}
	b.epoch = time.Unix(seconds, 0)
	work, err := archive.NewTree(b.work)
	if err != nil {
		return fmt.Errorf("the work directory: %w", err)
	}
	for _, a := range b.spec.Archives {
		if err := unpack(ctx, work, a); err != nil {
			return fmt.Errorf("unpacking %s into %s: %w", a.Path, a.Dir, err)
		}
	}
	for _, p := range b.spec.Patches {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := applyPatch(work, p, b.epoch); err != nil {
			return fmt.Errorf("applying patch %s in %s: %w", p.Path, p.Dir, err)
		}
	}
	for _, f := range b.spec.Files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := b.file(work, f); err != nil {
			return fmt.Errorf("copying %s to %s: %w", f.Path, f.Dest, err)
		}
	}
	for _, t := range b.spec.Tools {
		if err := b.tool(t); err != nil {
			return fmt.Errorf("tool %s: %w", t.Name, err)
		}
	}
	return nil
}

func unpack(ctx context.Context, work *archive.Tree, a Archive) error {
	f, err := os.Open(a.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := archive.NewReader(&contextReader{ctx, f})
	if err != nil {
		return err
	}
	defer r.Close()
	filter, err := archive.NewFilter(a.Include, nil)
	if err != nil {
		return err
	}
	dir, err := work.Sub(a.Dir)
	if err != nil {
		return err
	}
	return dir.Extract(r.Reader, a.Strip, filter)
}

// contextReader lets the unpacking of a large archive be interrupted.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// file copies a declared file. Like a patch it must not make anything look
// out of date to make: it takes the time of the file that it replaces; a new
// file gets SOURCE_DATE_EPOCH and so is older than all that a step writes.
func (b *build) file(work *archive.Tree, f File) error {
	disk, err := work.Path(f.Dest)
	if err != nil {
		return err
	}
	mtime := b.epoch
	if info, err := os.Lstat(disk); err == nil {
		mtime = info.ModTime()
	}
	in, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	return work.WriteFile(f.Dest, in, 0o644, mtime)
}

// tool puts a link to t, with an alias sidecar for its args, on PATH.
func (b *build) tool(t Tool) error {
	path := filepath.Join(b.execroot, t.Path)
	if filepath.IsAbs(t.Path) {
		path = t.Path
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not an executable file", path)
	}
	link := filepath.Join(b.tools, t.Name)
	if len(t.Args) > 0 {
		if _, _, err := launch.Find(path); err != nil {
			return fmt.Errorf(`"args" need a tool started by the launcher: %w`, err)
		}
		sidecar := launch.Sidecar{Alias: path}
		for _, arg := range t.Args {
			if arg, err = b.expand(arg); err != nil {
				return err
			}
			sidecar.Args = append(sidecar.Args, arg)
		}
		data, err := json.Marshal(sidecar)
		if err != nil {
			return err
		}
		if err := os.WriteFile(link+launch.Suffix, data, 0o644); err != nil {
			return err
		}
	}
	return os.Symlink(path, link)
}

func (b *build) placeholder(name string) (string, bool) {
	switch name {
	case "WORK":
		return b.work, true
	case "TOOLS":
		return b.tools, true
	case "JOBS":
		// Unlike NumCPU this follows the limit of a cgroup, from Go 1.25 on.
		return strconv.Itoa(runtime.GOMAXPROCS(0)), true
	case "EXECROOT":
		return b.execroot, true
	}
	return "", false
}

func (b *build) expand(text string) (string, error) {
	expanded, err := launch.Expand(text, b.placeholder)
	if err != nil {
		return "", fmt.Errorf("%q: %w; known are ${WORK}, ${TOOLS}, ${JOBS} and ${EXECROOT}", text, err)
	}
	return expanded, nil
}

// env is the environment of a step, before expansion: nothing of our own.
func (b *build) env(step *Step) map[string]string {
	env := map[string]string{
		"PATH":              "${TOOLS}",
		"HOME":              "${WORK}/.home",
		"TMPDIR":            "${WORK}/.tmp",
		"LC_ALL":            "C",
		"TZ":                "UTC",
		"SOURCE_DATE_EPOCH": defaultEpoch,
	}
	for _, t := range b.spec.Tools {
		if t.Name == "sh" {
			env["SHELL"] = "${TOOLS}/sh"
			env["CONFIG_SHELL"] = "${TOOLS}/sh"
		}
	}
	for key, value := range b.spec.Env {
		env[key] = value
	}
	if step != nil {
		for key, value := range step.Env {
			env[key] = value
		}
		if step.Interactive {
			for _, key := range terminalVariables {
				if value, ok := os.LookupEnv(key); ok {
					// Not ours to expand.
					env[key] = strings.ReplaceAll(value, "${", "$${")
				}
			}
		}
	}
	return env
}

// step runs one command to its end.
func (b *build) step(ctx context.Context, s *Step) error {
	cmd, err := b.command(ctx, s)
	if err != nil {
		return fmt.Errorf("%s: step %q: %w", b.spec.Label, s.Name, err)
	}
	if _, err := fmt.Fprintf(b.log, "=== step %s (in %s): %s\n", s.Name, s.Dir, quoteArgv(s.Argv)); err != nil {
		return fmt.Errorf("%s: writing the log: %w", b.spec.Label, err)
	}
	start, err := b.log.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("%s: writing the log: %w", b.spec.Label, err)
	}
	if s.Interactive {
		err = onTerminal(cmd)
	} else {
		cmd.Stdout, cmd.Stderr = b.log, b.log
		err = runGroup(cmd)
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		lines, tailErr := tail(b.log, start)
		return &StepError{
			Label: b.spec.Label, Step: s, Err: err, Placeholders: b.placeholders(s.Argv),
			Tail: lines, TailErr: tailErr, Log: b.spec.Log,
		}
	}
	return nil
}

// runGroup runs cmd, which leads a process group.
func runGroup(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	// What the step left running must not write into the next one.
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	return err
}

// placeholders says, a line each, what those in argv stand for.
func (b *build) placeholders(argv []string) []string {
	var lines []string
	seen := map[string]bool{}
	for _, arg := range argv {
		launch.Expand(arg, func(name string) (string, bool) {
			value, ok := b.placeholder(name)
			if ok && !seen[name] {
				seen[name] = true
				lines = append(lines, "${"+name+"} is "+value)
			}
			return value, ok
		})
	}
	return lines
}

// command builds the process of a step, in a process group of its own.
func (b *build) command(ctx context.Context, s *Step) (*exec.Cmd, error) {
	var argv []string
	for _, arg := range s.Argv {
		arg, err := b.expand(arg)
		if err != nil {
			return nil, fmt.Errorf("argv: %w", err)
		}
		argv = append(argv, arg)
	}
	dir := filepath.Join(b.work, s.Dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make its directory %q: %w", s.Dir, err)
	}
	path, err := b.program(dir, argv[0])
	if err != nil {
		return nil, err
	}

	cmd := exec.CommandContext(ctx, path)
	cmd.Args = argv
	cmd.Dir = dir
	cmd.Env = []string{} // nil would mean ours
	env := b.env(s)
	keys := make([]string, 0, len(env))
	for key := range env {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		value, err := b.expand(env[key])
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", key, err)
		}
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd, nil
}

// program finds a step's program: a declared tool, or a file in the work
// directory where the name has a slash.
func (b *build) program(dir, name string) (string, error) {
	path := filepath.Join(b.tools, name)
	if strings.Contains(name, "/") {
		path = name
		if !filepath.IsAbs(name) {
			path = filepath.Join(dir, name)
		}
		if !inside(b.work, path) {
			return "", fmt.Errorf("program %s is outside the work directory; declare it as a tool", name)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		if !strings.Contains(name, "/") {
			return "", fmt.Errorf("program %q is not a declared tool%s", name, near(b.tools, name))
		}
		return "", fmt.Errorf("program %s: %w%s", name, err, near(filepath.Dir(path), filepath.Base(path)))
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "", fmt.Errorf("program %s is not an executable file; start a script by its interpreter", name)
	}
	return path, nil
}

// inside says whether path is root or below it, by name.
func inside(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// outputs writes every output under a temporary name, then renames them all.
func (b *build) outputs(ctx context.Context) (err error) {
	var temps []string
	defer func() {
		if err != nil {
			for _, temp := range temps {
				os.Remove(temp)
			}
		}
	}()
	for _, o := range b.spec.Outputs {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		temp, err := b.output(o)
		if err != nil {
			return fmt.Errorf("output %s: %w", o.Path, err)
		}
		temps = append(temps, temp)
	}
	for i, o := range b.spec.Outputs {
		err := context.Cause(ctx)
		if err == nil {
			err = os.Rename(temps[i], o.Path)
		}
		if err != nil {
			for _, done := range b.spec.Outputs[:i] {
				os.Remove(done.Path)
			}
			return fmt.Errorf("output %s: %w", o.Path, err)
		}
	}
	return nil
}

func (b *build) output(o Output) (temp string, err error) {
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o755); err != nil {
		return "", err
	}
	if o.Root != "" {
		root, err := b.result(o.Root)
		if err != nil {
			return "", err
		}
		if info, err := os.Stat(root); err != nil || !info.IsDir() {
			return "", fmt.Errorf("%s is not a directory", o.Root)
		}
		filter, err := archive.NewFilter(o.Include, nil)
		if err != nil {
			return "", err
		}
		return archive.CreateTemp(o.Path, 0o644, func(w io.Writer) error {
			return archive.WriteDir(w, root, filter, time.Unix(0, 0))
		})
	}
	from, err := b.result(o.From)
	if err != nil {
		return "", err
	}
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(fmt.Errorf("%s is not a regular file", o.From), err)
	}
	mode := fs.FileMode(0o644)
	if o.Executable {
		mode = 0o755
	}
	return archive.CreateTemp(o.Path, mode, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

// result finds what the steps made at name, through symlinks as long as they
// stay in the work directory.
func (b *build) result(name string) (string, error) {
	work, err := filepath.EvalSymlinks(b.work)
	if err != nil {
		return "", err
	}
	path, err := filepath.EvalSymlinks(filepath.Join(b.work, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the steps succeeded but did not make %s%s", name, near(b.work, name))
	}
	if err != nil {
		return "", err
	}
	if !inside(work, path) {
		return "", fmt.Errorf("%s is a symlink out of the work directory, to %s", name, path)
	}
	return path, nil
}

// removeAll removes dir even if it holds directories without write permission.
func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err == nil {
		return nil
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
