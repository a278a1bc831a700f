// SPDX-License-Identifier: Apache-2.0

// Package foreignbuild runs a foreign build system (configure, make, Kbuild)
// in a fresh directory with nothing but declared tools, and takes out the
// declared outputs.
package foreignbuild

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/strictjson"
)

// Spec describes one build. Paths of inputs, outputs, tools and the log are
// relative to the current directory, Bazel's exec root. Those called dir,
// dest, from and root are inside the work directory.
type Spec struct {
	// Label names the target in messages.
	Label string `json:"label"`
	// Log gets what the steps print; it must end in ".log". The work
	// directory is beside it, with ".work" instead.
	Log string `json:"log"`

	Archives []Archive         `json:"archives,omitempty"`
	Patches  []Patch           `json:"patches,omitempty"`
	Files    []File            `json:"files,omitempty"`
	Tools    []Tool            `json:"tools,omitempty"`
	Env      map[string]string `json:"env,omitempty"`
	Steps    []Step            `json:"steps"`
	Outputs  []Output          `json:"outputs"`
}

// Archive is a tar, of any common compression, to unpack into Dir.
type Archive struct {
	Path  string `json:"path"`
	Dir   string `json:"dir"`
	Strip int    `json:"strip,omitempty"` // leading path segments to take off
	// Include holds globs over the stripped names; empty: all.
	Include []string `json:"include,omitempty"`
}

// Patch is a unified diff, applied with its first path segment taken off.
type Patch struct {
	Path string `json:"path"`
	Dir  string `json:"dir"`
}

// File is copied to Dest.
type File struct {
	Path string `json:"path"`
	Dest string `json:"dest"`
}

// Tool is a program that the steps find on PATH by Name. Args come before
// the caller's; they need a tool started by the launcher.
type Tool struct {
	Name string   `json:"name"`
	Path string   `json:"path"`
	Args []string `json:"args,omitempty"`
}

// Step is one command. Argv[0] is a tool's name or a path in Dir, which is
// made if it is missing.
type Step struct {
	Name string            `json:"name"`
	Dir  string            `json:"dir"`
	Argv []string          `json:"argv"`
	Env  map[string]string `json:"env,omitempty"`
	// Interactive gives the step our terminal, and the variables that say of
	// what kind it is, in place of the log and an empty input.
	Interactive bool `json:"interactive,omitempty"`
}

// Output is either the file From or a tar of the directory Root.
type Output struct {
	Path       string   `json:"path"`
	From       string   `json:"from,omitempty"`
	Executable bool     `json:"executable,omitempty"`
	Root       string   `json:"root,omitempty"`
	Include    []string `json:"include,omitempty"`
}

// ParseSpec decodes a spec strictly and checks what can be checked without
// looking at the disk.
func ParseSpec(data []byte) (*Spec, error) {
	s := &Spec{}
	if err := strictjson.Decode(data, s); err != nil {
		return nil, err
	}
	return s, s.validate()
}

// work is the path of the work directory, relative like Log.
func (s *Spec) work() string { return strings.TrimSuffix(filepath.Clean(s.Log), ".log") + ".work" }

func (s *Spec) validate() error {
	if s.Label == "" {
		return errors.New(`"label" is missing`)
	}
	if !strings.HasSuffix(s.Log, ".log") || filepath.Base(s.Log) == ".log" {
		return fmt.Errorf(`"log" is %q; expected a path that ends in ".log"`, s.Log)
	}
	if !filepath.IsLocal(s.Log) {
		return fmt.Errorf(`"log" is %q; expected a path below the current directory`, s.Log)
	}
	if len(s.Steps) == 0 {
		return errors.New(`"steps" is empty`)
	}
	if len(s.Outputs) == 0 {
		return errors.New(`"outputs" is empty`)
	}
	check := func(what, path string, inside ...string) error {
		if path == "" {
			return fmt.Errorf(`%s: "path" is missing`, what)
		}
		return checkInside(what, inside...)
	}
	for i, a := range s.Archives {
		what := fmt.Sprintf("archives[%d] %s", i, a.Path)
		if err := check(what, a.Path, a.Dir); err != nil {
			return err
		}
		if a.Strip < 0 {
			return fmt.Errorf(`%s: "strip" is %d; expected 0 or more`, what, a.Strip)
		}
		if _, err := archive.NewFilter(a.Include, nil); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	for i, p := range s.Patches {
		if err := check(fmt.Sprintf("patches[%d] %s", i, p.Path), p.Path, p.Dir); err != nil {
			return err
		}
	}
	for i, f := range s.Files {
		what := fmt.Sprintf("files[%d] %s", i, f.Path)
		if err := check(what, f.Path, f.Dest); err != nil {
			return err
		}
	}
	tools := map[string]bool{}
	for i, t := range s.Tools {
		what := fmt.Sprintf("tools[%d] %s", i, t.Name)
		if err := check(what, t.Path); err != nil {
			return err
		}
		if t.Name == "" || t.Name == "." || t.Name == ".." || strings.ContainsAny(t.Name, "/\x00") {
			return fmt.Errorf("%s: expected a file name without a slash", what)
		}
		if tools[t.Name] {
			return fmt.Errorf("%s: a tool of this name is declared twice", what)
		}
		tools[t.Name] = true
	}
	if err := checkEnv("env", s.Env); err != nil {
		return err
	}
	steps := map[string]bool{}
	for i, st := range s.Steps {
		what := fmt.Sprintf("steps[%d] %s", i, st.Name)
		if st.Name == "" || steps[st.Name] {
			return fmt.Errorf(`%s: expected a "name" of its own`, what)
		}
		steps[st.Name] = true
		if len(st.Argv) == 0 || st.Argv[0] == "" {
			return fmt.Errorf(`%s: "argv" is empty`, what)
		}
		if err := checkInside(what, st.Dir); err != nil {
			return err
		}
		if err := checkEnv(what, st.Env); err != nil {
			return err
		}
	}
	outputs := map[string]bool{filepath.Clean(s.Log): true}
	for i, o := range s.Outputs {
		what := fmt.Sprintf("outputs[%d] %s", i, o.Path)
		if (o.From == "") == (o.Root == "") {
			return fmt.Errorf(`%s: expected either "from" or "root"`, what)
		}
		if err := check(what, o.Path, o.From+o.Root); err != nil {
			return err
		}
		if o.From != "" && o.Include != nil {
			return fmt.Errorf(`%s: "include" needs "root"`, what)
		}
		if o.Root != "" && o.Executable {
			return fmt.Errorf(`%s: "executable" needs "from"`, what)
		}
		if _, err := archive.NewFilter(o.Include, nil); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if !filepath.IsLocal(o.Path) {
			return fmt.Errorf("%s: expected a path below the current directory", what)
		}
		if inside(s.work(), o.Path) {
			return fmt.Errorf("%s: it lies inside the work directory %s, which is removed", what, s.work())
		}
		if path := filepath.Clean(o.Path); outputs[path] {
			return fmt.Errorf("%s: this path is written twice", what)
		} else {
			outputs[path] = true
		}
	}
	return nil
}

// checkInside checks that paths stay in the work directory by their names.
func checkInside(what string, paths ...string) error {
	for _, path := range paths {
		if _, err := archive.CleanName(path); err != nil {
			return fmt.Errorf("%s: expected a path inside the work directory (\".\" for itself): %w", what, err)
		}
	}
	return nil
}

func checkEnv(what string, env map[string]string) error {
	for key := range env {
		if key == "" || strings.ContainsAny(key, "=\x00") {
			return fmt.Errorf("%s: %q cannot be the name of an environment variable", what, key)
		}
	}
	return nil
}
