// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/strictjson"
)

// A spec is what one project needs. Paths of archives are relative to the current directory.
type spec struct {
	Label string `json:"label"`
	// App is the project's application, Directory that of its mix.exs in the workspace.
	App       string `json:"app"`
	Directory string `json:"directory"`
	// Archives are unpacked in directories of ${TOOLS}.
	Archives []struct {
		Dir  string `json:"dir"`
		Path string `json:"path"`
	} `json:"archives"`
	// Libraries are the compiled dependencies, each the tar of one application.
	Libraries []struct {
		App  string `json:"app"`
		Path string `json:"path"`
	} `json:"libraries"`
	// Tools are programs that Mix finds on PATH before those of the caller.
	Tools []struct {
		Name string `json:"name"`
		Path string `json:"path"`
	} `json:"tools"`
	// Argv is the command, with ${TOOLS} and ${WORKSPACE}; TerminalArgv is put after its first word where the output is a
	// terminal. The caller's arguments follow.
	Argv         []string `json:"argv"`
	TerminalArgv []string `json:"terminal_argv"`
}

// A command is what to execute.
type command struct {
	dir  string
	argv []string
	env  []string
}

func prepare(path string, args, environ []string, terminal bool) (*command, error) {
	s, err := readSpec(path)
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	workspace := env["BUILD_WORKSPACE_DIRECTORY"]
	if workspace == "" {
		return nil, fmt.Errorf("%s works in the source tree: start it by `bazel run %s -- …`", s.Label, s.Label)
	}
	dir := filepath.Join(workspace, filepath.FromSlash(s.Directory))
	if _, err := os.Stat(filepath.Join(dir, "mix.exs")); err != nil {
		return nil, fmt.Errorf("%s: looking for the project: %w. Is it that of another module, run it in the workspace of that", s.Label, err)
	}

	if env["MIX_ENV"] == "" {
		// As Mix has it.
		env["MIX_ENV"] = "dev"
		if len(args) > 0 && args[0] == "test" {
			env["MIX_ENV"] = "test"
		}
	}
	if strings.ContainsAny(env["MIX_ENV"], "/\x00") || strings.HasPrefix(env["MIX_ENV"], ".") {
		return nil, fmt.Errorf("MIX_ENV is %q; expected a name such as dev", env["MIX_ENV"])
	}
	cache := env["XDG_CACHE_HOME"]
	if cache == "" && env["HOME"] != "" {
		cache = filepath.Join(env["HOME"], ".cache")
	}
	if !filepath.IsAbs(cache) {
		return nil, fmt.Errorf("finding a place for what Mix builds: set HOME or XDG_CACHE_HOME to an absolute path")
	}
	key := sha256.Sum256([]byte(workspace + "\x00" + s.Directory))
	root := filepath.Join(cache, "rules_elixir_vm", "mix", fmt.Sprintf("%x", key[:8]))
	build := filepath.Join(root, "build", env["MIX_ENV"])
	if err := s.fill(root, build); err != nil {
		return nil, fmt.Errorf("%s: preparing %s: %w", s.Label, root, err)
	}

	// What another Erlang has set, and what would lead Mix elsewhere.
	for _, name := range []string{"BINDIR", "EMU", "ERL_LIBS", "ERL_ROOTDIR", "MIX_BUILD_ROOT", "MIX_DEPS_PATH", "MIX_EXS", "PROGNAME", "ROOTDIR"} {
		delete(env, name)
	}
	env["MIX_BUILD_PATH"] = build
	if len(s.Tools) > 0 {
		env["PATH"] = strings.TrimSuffix(filepath.Join(root, "bin")+string(filepath.ListSeparator)+env["PATH"], string(filepath.ListSeparator))
	}
	c := &command{dir: dir}
	argv := s.Argv
	if terminal && env["NO_COLOR"] == "" {
		argv = slices.Concat(argv[:1], s.TerminalArgv, argv[1:])
	}
	replacer := strings.NewReplacer("${TOOLS}", filepath.Join(root, "tools"), "${WORKSPACE}", workspace)
	for _, word := range argv {
		c.argv = append(c.argv, replacer.Replace(word))
	}
	c.argv = append(c.argv, args...)
	for name, value := range env {
		c.env = append(c.env, name+"="+value)
	}
	slices.Sort(c.env)
	return c, nil
}

func readSpec(path string) (*spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	s := &spec{}
	if err := strictjson.Decode(data, s); err != nil {
		return nil, fmt.Errorf("reading the spec %s: %w", path, err)
	}
	if len(s.Argv) == 0 || s.App == "" {
		return nil, fmt.Errorf("reading the spec %s: argv or app is missing", path)
	}
	return s, nil
}

// fill unpacks what is not there yet, or has changed. One does it at a time.
func (s *spec) fill(root, build string) error {
	libraries := filepath.Join(build, "lib")
	if err := os.MkdirAll(libraries, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(root, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("locking %s: %w", lock.Name(), err)
	}

	if err := s.link(filepath.Join(root, "bin")); err != nil {
		return err
	}
	var tools, archives []member
	for _, a := range s.Archives {
		tools = append(tools, member{a.Dir, a.Path})
	}
	for _, l := range s.Libraries {
		archives = append(archives, member{l.App, l.Path})
	}
	stamp, err := stampOf(slices.Concat(tools, archives))
	if err != nil {
		return err
	}
	// Another Erlang/OTP, Elixir or library compiles the project anew. It is gone before anything is replaced: what is
	// interrupted begins again.
	stampFile := filepath.Join(build, ".stamp")
	if made, err := isStamped(stampFile, stamp); err != nil {
		return err
	} else if !made {
		if err := os.RemoveAll(filepath.Join(libraries, s.App)); err != nil {
			return err
		}
	}
	if err := unpack(filepath.Join(root, "tools"), tools); err != nil {
		return err
	}
	have := map[string]bool{s.App: true}
	for _, l := range s.Libraries {
		have[l.App] = true
		// Its tar begins with the application's name.
		if err := unpack(filepath.Join(build, "deps", l.App), []member{{".", l.Path}}); err != nil {
			return err
		}
		link := filepath.Join(libraries, l.App)
		target := filepath.Join(build, "deps", l.App, l.App)
		if old, err := os.Readlink(link); err != nil || old != target {
			if err := os.RemoveAll(link); err != nil {
				return err
			}
			if err := os.Symlink(target, link); err != nil {
				return err
			}
		}
	}
	entries, err := os.ReadDir(libraries)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !have[entry.Name()] {
			if err := os.RemoveAll(filepath.Join(libraries, entry.Name())); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(stampFile, stamp, 0o644)
}

// link makes the directory of the tools: links to what Bazel has built last.
func (s *spec) link(dir string) error {
	links := map[string]string{}
	for _, t := range s.Tools {
		target, err := filepath.Abs(t.Path)
		if err != nil {
			return err
		}
		links[t.Name] = target
	}
	// A Mix that runs may be using it.
	entries, err := os.ReadDir(dir)
	same := err == nil && len(entries) == len(links)
	for name, target := range links {
		have, err := os.Readlink(filepath.Join(dir, name))
		same = same && err == nil && have == target
	}
	if same {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("tool %s: %w", name, err)
		}
	}
	return nil
}

// A member is an archive and the directory that it is unpacked in.
type member struct{ dir, path string }

// unpack makes the directory of the archives, unless it is made of these very files.
func unpack(dir string, members []member) error {
	stamp, err := stampOf(members)
	if err != nil {
		return err
	}
	stampFile := filepath.Join(dir, ".stamp")
	if made, err := isStamped(stampFile, stamp); made || err != nil {
		return err
	}
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	for _, m := range members {
		if err := extract(filepath.Join(fresh, m.dir), m.path); err != nil {
			return fmt.Errorf("unpacking %s: %w", m.path, err)
		}
	}
	if err := os.WriteFile(filepath.Join(fresh, ".stamp"), stamp, 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

func extract(dir, path string) error {
	r, err := archive.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	tree, err := archive.NewTree(dir)
	if err != nil {
		return err
	}
	return tree.Extract(r.Reader, 0, nil)
}

// isStamped tells whether the file has the stamp; without a file it has none.
func isStamped(file string, stamp []byte) (bool, error) {
	old, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return bytes.Equal(old, stamp), err
}

// stampOf tells files apart without reading them.
func stampOf(members []member) ([]byte, error) {
	var b bytes.Buffer
	for _, m := range members {
		info, err := os.Stat(m.path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s %d %d\n", m.dir, info.Size(), info.ModTime().UnixNano())
	}
	return b.Bytes(), nil
}
