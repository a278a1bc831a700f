// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/kconfig"
)

// header begins the first line of every fragment that we write: what has it may be overwritten.
const header = "# Kernel options on top of "

// formatFragment returns the text of a fragment for the kernel label.
func formatFragment(label string, options []kconfig.Option) []byte {
	return append([]byte(header+label+". Written by kernel_savefragment, which keeps no other comments.\n"), kconfig.Format(options)...)
}

// target is the file that a fragment is saved in.
type target struct {
	path   string
	exists bool
}

// newTarget looks at the file before the user's work begins: it must be one that may be written.
func newTarget(name string, force bool) (*target, error) {
	path, err := filepath.Abs(fromCaller(name))
	if err != nil {
		return nil, err
	}
	t := &target{path: path}
	data, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Stat(filepath.Dir(t.path)); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("%s cannot be written: %s is not a directory; make it first", name, filepath.Dir(t.path))
		}
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking at the file to write: %w", err)
	}
	t.exists = true
	if !force && !bytes.HasPrefix(data, []byte(header)) {
		return nil, fmt.Errorf("%s exists, and its first line does not begin with %q, so it was not written by kernel_savefragment; "+
			"name another file, or add -f to edit this one, which keeps its options but no comments", name, header)
	}
	if _, err := kconfig.ParseFragment(name, data); err != nil {
		return nil, fmt.Errorf("%s cannot be edited, it is not a fragment:\n%w", name, err)
	}
	// A link stays one.
	if t.path, err = filepath.EvalSymlinks(t.path); err != nil {
		return nil, fmt.Errorf("looking at the file to write: %w", err)
	}
	return t, nil
}

// write replaces the whole file or nothing of it.
func (t *target) write(text []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(t.path); err == nil {
		mode = info.Mode().Perm()
	}
	return archive.CreateFile(t.path, mode, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// fromCaller takes a relative path from where `bazel run` was called: it starts the program in another directory.
func fromCaller(file string) string {
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" && !filepath.IsAbs(file) {
		return filepath.Join(dir, file)
	}
	return file
}
