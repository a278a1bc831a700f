// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Tree writes below one directory and nowhere else: a name that would leave
// it, or that leads through a symlink, is an error. It expects to be the only
// writer meanwhile.
type Tree struct {
	root string
	// dirs are known to be real directories, not symlinks.
	dirs map[string]bool
}

// NewTree returns the tree below root, which it creates if need be.
func NewTree(root string) (*Tree, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	return &Tree{root: root, dirs: map[string]bool{".": true}}, nil
}

// Sub returns the tree below the directory name, which it creates if need be.
func (t *Tree) Sub(name string) (*Tree, error) {
	name, err := CleanName(name)
	if err != nil {
		return nil, err
	}
	if err := t.mkdirs(name); err != nil {
		return nil, err
	}
	return NewTree(t.disk(name))
}

// CleanName turns the name of a tar member into a clean relative path, "."
// for the root.
func CleanName(name string) (string, error) {
	if name == "" {
		return "", errors.New("the name is empty")
	}
	if path.IsAbs(name) {
		return "", fmt.Errorf("%q is absolute; expected a relative name", name)
	}
	if strings.IndexByte(name, 0) >= 0 {
		return "", fmt.Errorf("%q holds a NUL byte", name)
	}
	for _, segment := range strings.Split(name, "/") {
		if segment == ".." {
			return "", fmt.Errorf("%q leads out of the tree by \"..\"", name)
		}
	}
	return path.Clean(name), nil
}

// Path makes the parent directories of name and returns its path on disk.
func (t *Tree) Path(name string) (string, error) {
	name, err := CleanName(name)
	if err != nil {
		return "", err
	}
	if err := t.mkdirs(path.Dir(name)); err != nil {
		return "", err
	}
	return t.disk(name), nil
}

func (t *Tree) disk(name string) string {
	return filepath.Join(t.root, filepath.FromSlash(name))
}

// mkdirs makes the directory name and those above it.
func (t *Tree) mkdirs(name string) error {
	if t.dirs[name] {
		return nil
	}
	if err := t.mkdirs(path.Dir(name)); err != nil {
		return err
	}
	err := os.Mkdir(t.disk(name), 0o755)
	if errors.Is(err, fs.ErrExist) {
		info, statErr := os.Lstat(t.disk(name))
		switch {
		case statErr != nil:
			return statErr
		case info.Mode()&fs.ModeSymlink != 0:
			return fmt.Errorf("%q is a symlink; writing through it is not allowed", name)
		case !info.IsDir():
			return fmt.Errorf("%q is a file; expected a directory", name)
		}
		err = nil
	}
	if err != nil {
		return err
	}
	t.dirs[name] = true
	return nil
}

// clear makes room for a new non-directory at the path on disk.
func clear(disk string) error {
	info, err := os.Lstat(disk)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("a directory is there already")
	}
	return os.Remove(disk)
}

// WriteFile writes a regular file, replacing what is there.
func (t *Tree) WriteFile(name string, content io.Reader, mode fs.FileMode, mtime time.Time) error {
	disk, err := t.Path(name)
	if err != nil {
		return err
	}
	if err := clear(disk); err != nil {
		return err
	}
	f, err := os.OpenFile(disk, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chtimes(disk, mtime, mtime)
	}
	if err != nil {
		os.Remove(disk)
	}
	return err
}

// Extract unpacks r into the tree. strip leading segments are taken off each
// name first; members with no more segments than that are left out. Modes and
// times are the archive's, but the owner may always read and write.
func (t *Tree) Extract(r *tar.Reader, strip int, filter *Filter) error {
	type dirTime struct {
		disk  string
		mode  fs.FileMode
		mtime time.Time
	}
	var dirs []dirTime
	err := Walk(r, strip, filter, func(h *tar.Header) error {
		mode := fs.FileMode(h.Mode)&0o777 | 0o600
		switch h.Typeflag {
		case tar.TypeReg:
			return t.WriteFile(h.Name, r, mode, h.ModTime)
		case tar.TypeDir:
			if err := t.mkdirs(h.Name); err != nil {
				return err
			}
			// Set last, when nothing is written into them any more.
			dirs = append(dirs, dirTime{t.disk(h.Name), mode | 0o100, h.ModTime})
			return nil
		case tar.TypeSymlink:
			disk, err := t.Path(h.Name)
			if err != nil {
				return err
			}
			if err := clear(disk); err != nil {
				return err
			}
			return os.Symlink(h.Linkname, disk)
		default: // tar.TypeLink
			return t.hardlink(h.Name, h.Linkname)
		}
	})
	if err != nil {
		return err
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		d := dirs[i]
		if err := os.Chmod(d.disk, d.mode); err != nil {
			return err
		}
		if err := os.Chtimes(d.disk, d.mtime, d.mtime); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tree) hardlink(name, target string) error {
	// Path makes sure that no parent of the target is a symlink.
	old, err := t.Path(target)
	if err != nil {
		return fmt.Errorf("hard link target: %w", err)
	}
	info, err := os.Lstat(old)
	if err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("hard link target %q is not a file unpacked before", target)
	}
	disk, err := t.Path(name)
	if err != nil || disk == old {
		return err
	}
	if err := clear(disk); err != nil {
		return err
	}
	return os.Link(old, disk)
}

// Walk calls visit for each member that filter (nil: all) selects, with Name,
// and Linkname of hard links, cleaned and stripped. Members other than files,
// directories and links are errors if they are selected.
func Walk(r *tar.Reader, strip int, filter *Filter, visit func(*tar.Header) error) error {
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the next member: %w", err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader { // a comment
			continue
		}
		original := h.Name
		name, ok, err := stripName(h.Name, strip)
		if err == nil && ok && (filter == nil || filter.Match(name)) {
			h.Name = name
			if err = normalise(h, strip); err == nil {
				err = visit(h)
			}
		}
		if err != nil {
			return fmt.Errorf("member %q: %w", original, err)
		}
	}
	if filter != nil {
		return filter.Unused()
	}
	return nil
}

// normalise checks the type of h and cleans and strips the target of a hard
// link.
func normalise(h *tar.Header, strip int) error {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink:
	case tar.TypeGNUSparse, tar.TypeCont:
		h.Typeflag = tar.TypeReg
	default:
		return fmt.Errorf("%s: expected files, directories and links only", typeName(h.Typeflag))
	}
	if h.Typeflag == tar.TypeLink {
		target, ok, err := stripName(h.Linkname, strip)
		if err != nil {
			return fmt.Errorf("hard link target: %w", err)
		}
		if !ok {
			return fmt.Errorf("hard link target %q is stripped away", h.Linkname)
		}
		h.Linkname = target
	}
	if h.Typeflag == tar.TypeSymlink && h.Linkname == "" {
		return errors.New("a symlink without a target")
	}
	return nil
}

// stripName cleans name and takes off leading segments; ok is false if
// nothing remains, as of the root directory.
func stripName(name string, strip int) (stripped string, ok bool, err error) {
	name, err = CleanName(name)
	if err != nil || name == "." {
		return "", false, err
	}
	segments := strings.Split(name, "/")
	if len(segments) <= strip {
		return "", false, nil
	}
	return strings.Join(segments[strip:], "/"), true, nil
}

func typeName(flag byte) string {
	switch flag {
	case tar.TypeChar:
		return "a character device"
	case tar.TypeBlock:
		return "a block device"
	case tar.TypeFifo:
		return "a named pipe"
	}
	return fmt.Sprintf("a member of type %q", flag)
}
