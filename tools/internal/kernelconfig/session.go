// SPDX-License-Identifier: Apache-2.0

// Package kernelconfig lets a person change a kernel's configuration: Kconfig's own menu, run outside of Bazel with the
// files and programs that the rule would use, and what then has to be added to the kernel's fragments.
package kernelconfig

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/foreignbuild"
	"rules_elixir_vm/tools/internal/strictjson"
)

// Command is what a rule says of a program to run; it stands in a file beside the program. Paths are relative to the exec
// root.
type Command struct {
	// Command is menuconfig, savefragment or diffconfig.
	Command string `json:"command"`
	// Path is that of this file.
	Path string `json:"path"`
	// Menu is for the first two, Configs, from profiles to .config files, for the last.
	Menu    *Menu             `json:"menu,omitempty"`
	Configs map[string]string `json:"configs,omitempty"`

	file string // where it was read from
}

// Menu is a kernel whose configuration can be changed.
type Menu struct {
	// Label is the kernel's.
	Label string `json:"label"`
	// Build opens the menu and leaves a fragment as OwnDir/fragment. Its steps find a Layout in the work directory, as
	// fragments.json. What it writes must be in OwnDir.
	Build *foreignbuild.Spec `json:"build"`
	// Fragments are those of the kernel, in order.
	Fragments []Fragment `json:"fragments"`
}

// Fragment is one that the kernel is configured with.
type Fragment struct {
	Path string `json:"path"`
	// Dest is where Build has it in the work directory.
	Dest string `json:"dest"`
}

const (
	// OwnDir is the only directory in a session's exec root that is not a link into Bazel's.
	OwnDir     = ".kernelconfig"
	layoutFile = "fragments.json"
	editedFile = "edited.config"
)

// ReadCommand reads the file beside a program.
func ReadCommand(file string) (*Command, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading what this program is to do: %w; start it by bazel run", err)
	}
	c, err := parseCommand(data)
	if err != nil {
		return nil, fmt.Errorf("reading what this program is to do: %s: %w", file, err)
	}
	c.file = file
	return c, nil
}

func parseCommand(data []byte) (*Command, error) {
	c := &Command{}
	if err := strictjson.Decode(data, c); err != nil {
		return nil, err
	}
	if !filepath.IsLocal(c.Path) {
		return nil, fmt.Errorf(`"path" is %q; expected a path below the exec root`, c.Path)
	}
	switch c.Command {
	case "diffconfig":
		if c.Menu != nil || len(c.Configs) == 0 {
			return nil, errors.New(`expected "configs" and no "menu"`)
		}
	case "menuconfig", "savefragment":
		if c.Menu == nil || c.Configs != nil {
			return nil, errors.New(`expected "menu" and no "configs"`)
		}
		return c, c.Menu.validate()
	default:
		return nil, fmt.Errorf(`"command" is %q; expected menuconfig, savefragment or diffconfig`, c.Command)
	}
	return c, nil
}

func (m *Menu) validate() error {
	if m.Label == "" || m.Build == nil {
		return errors.New(`expected "label" and "build"`)
	}
	data, err := json.Marshal(m.Build)
	if err != nil {
		return err
	}
	if _, err := foreignbuild.ParseSpec(data); err != nil {
		return fmt.Errorf(`"build": %w`, err)
	}
	// The directories beside it are links to what must not change.
	written := []string{m.Build.Log}
	for _, o := range m.Build.Outputs {
		written = append(written, o.Path)
	}
	for _, path := range written {
		if !strings.HasPrefix(filepath.Clean(path), OwnDir+"/") {
			return fmt.Errorf(`"build" writes %s; expected a path in %s`, path, OwnDir)
		}
	}
	return nil
}

// edit opens the menu and returns the text of the fragment that the user made. If file is not nil, what is in it is
// edited too.
func (c *Command) edit(file *target) (text []byte, err error) {
	root, err := c.execRoot()
	if err != nil {
		return nil, err
	}
	dir, err := session(root)
	if err != nil {
		return nil, fmt.Errorf("making a directory to work in: %w", err)
	}
	// It holds links, which are not followed.
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	layout, files, err := c.Menu.layout(root, file)
	if err != nil {
		return nil, err
	}
	own := filepath.Join(dir, OwnDir)
	if err := writeJSON(filepath.Join(own, layoutFile), layout); err != nil {
		return nil, err
	}
	spec := *c.Menu.Build
	spec.Files = slices.Concat(spec.Files, []foreignbuild.File{{Path: OwnDir + "/" + layoutFile, Dest: layoutFile}}, files)
	if err := writeJSON(filepath.Join(own, "spec.json"), spec); err != nil {
		return nil, err
	}

	before, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if err := os.Chdir(dir); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Chdir(before)) }()
	// The menu is for the terminal, even if what we print goes elsewhere.
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		defer terminal.Close()
		stdin, stdout := os.Stdin, os.Stdout
		os.Stdin, os.Stdout = terminal, terminal
		defer func() { os.Stdin, os.Stdout = stdin, stdout }()
	}
	if _, err := foreignbuild.RunFile(filepath.Join(OwnDir, "spec.json"), false); err != nil {
		// What it advises is for actions.
		text, _, _ := strings.Cut(err.Error(), "\n  next: ")
		return nil, errors.New(text)
	}
	return os.ReadFile(filepath.Join(OwnDir, "fragment"))
}

// layout finds the place of file among the kernel's fragments, and says what must be copied there.
func (m *Menu) layout(root string, file *target) (Layout, []foreignbuild.File, error) {
	layout := Layout{}
	for _, f := range m.Fragments {
		layout.Before = append(layout.Before, f.Dest)
	}
	if file == nil || !file.exists {
		return layout, nil, nil
	}
	edited, err := os.Stat(file.path)
	if err != nil {
		return layout, nil, err
	}
	for i, f := range m.Fragments {
		info, err := os.Stat(filepath.Join(root, f.Path))
		if err != nil {
			return layout, nil, fmt.Errorf("fragment of %s: %w", m.Label, err)
		}
		if os.SameFile(info, edited) {
			// What the kernel asks for without it is what counts.
			layout.Edited, layout.After = f.Dest, slices.Clone(layout.Before[i+1:])
			layout.Before = layout.Before[:i]
			return layout, nil, nil
		}
	}
	layout.Edited = editedFile
	return layout, []foreignbuild.File{{Path: file.path, Dest: editedFile}}, nil
}

// execRoot finds the directory that paths of Bazel's actions are relative to: below it our file has its path, while in the
// runfiles it is a link to that.
func (c *Command) execRoot() (string, error) {
	real, err := filepath.EvalSymlinks(c.file)
	if err != nil {
		return "", err
	}
	if real, err = filepath.Abs(real); err != nil {
		return "", err
	}
	root, ok := strings.CutSuffix(real, "/"+filepath.Clean(c.Path))
	if !ok {
		return "", fmt.Errorf("%s is not where Bazel has put it (…/%s), so that its other files cannot be found; use bazel run", real, c.Path)
	}
	return root, nil
}

// session makes a directory that looks like the exec root, and has one in which may be written.
func session(root string) (dir string, err error) {
	temp, err := os.MkdirTemp("", "kernelconfig-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temp)
		}
	}()
	// The steps tell their place by its real path.
	if dir, err = filepath.EvalSymlinks(temp); err != nil {
		return "", err
	}
	if err := os.Mkdir(filepath.Join(dir, OwnDir), 0o755); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if entry.Name() == OwnDir {
			continue
		}
		if err := os.Symlink(filepath.Join(root, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func writeJSON(file string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
