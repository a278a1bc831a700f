// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Merge unpacks several archives into the empty or missing directory out,
// without symlinks: each becomes a copy of what it points to, an absolute
// target counting from out. A path with different content in two archives is
// an error, and after an error out is left empty.
func Merge(archives []string, exclude []string, out string) (err error) {
	if entries, err := os.ReadDir(out); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty (it holds %s); expected a new directory", out, entries[0].Name())
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tree, err := NewTree(out)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			removeContents(out)
		}
	}()
	m := &merge{
		tree: tree, seen: map[string]member{},
		children: map[string][]string{}, known: map[string]bool{".": true},
	}
	for _, file := range archives {
		if err := m.add(file, exclude); err != nil {
			return fmt.Errorf("unpacking %s: %w", file, err)
		}
	}
	return m.materialise()
}

// member is what an archive holds at one path.
type member struct {
	kind    byte // tar.TypeReg, tar.TypeDir or tar.TypeSymlink
	mode    fs.FileMode
	sum     [sha256.Size]byte
	target  string // of a symlink
	archive string
}

type merge struct {
	tree *Tree
	seen map[string]member
	// children of each directory as the archives show them, with those that
	// are only implied by a longer path.
	children map[string][]string
	known    map[string]bool
}

// note records name and the directories above it.
func (m *merge) note(name string) {
	if !m.known[name] {
		m.known[name] = true
		dir := path.Dir(name)
		m.note(dir)
		m.children[dir] = append(m.children[dir], name)
	}
}

func (m *merge) add(file string, exclude []string) error {
	r, err := Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	filter, err := NewFilter(nil, exclude)
	if err != nil {
		return err
	}
	return Walk(r.Reader, 0, filter, func(h *tar.Header) error {
		now := member{kind: h.Typeflag, archive: file}
		switch h.Typeflag {
		case tar.TypeDir:
			if err := m.tree.mkdirs(h.Name); err != nil {
				return err
			}
		case tar.TypeSymlink:
			now.target = h.Linkname
		case tar.TypeLink:
			linked, ok := m.seen[h.Linkname]
			if !ok || linked.kind != tar.TypeReg {
				return fmt.Errorf("hard link target %q is not a file unpacked before", h.Linkname)
			}
			now.kind, now.mode, now.sum = linked.kind, linked.mode, linked.sum
		case tar.TypeReg:
			now.mode = FileMode(fs.FileMode(h.Mode))
		}

		// A second copy is only read, to compare it.
		before, again := m.seen[h.Name]
		if h.Typeflag == tar.TypeReg {
			sum := sha256.New()
			content := io.TeeReader(r, sum)
			if again {
				_, err = io.Copy(io.Discard, content)
			} else {
				err = m.tree.WriteFile(h.Name, content, now.mode, time.Unix(0, 0))
			}
			if err != nil {
				return err
			}
			sum.Sum(now.sum[:0])
		} else if h.Typeflag == tar.TypeLink && !again {
			if err := m.copyFile(h.Linkname, h.Name, now.mode); err != nil {
				return err
			}
		}
		if again {
			now.archive = before.archive
			if now != before {
				return fmt.Errorf("differs from the same path in %s; leave one of them out", before.archive)
			}
			return nil
		}
		m.seen[h.Name] = now
		return nil
	})
}

func (m *merge) copyFile(from, to string, mode fs.FileMode) error {
	f, err := os.Open(m.tree.disk(from))
	if err != nil {
		return err
	}
	defer f.Close()
	return m.tree.WriteFile(to, f, mode, time.Unix(0, 0))
}

// materialise writes a copy of its target in place of each symlink.
func (m *merge) materialise() error {
	names := make([]string, 0, len(m.seen))
	for name := range m.seen {
		names = append(names, name)
	}
	sort.Strings(names)
	var links []string
	for _, name := range names {
		m.note(name)
		if m.seen[name].kind == tar.TypeSymlink {
			links = append(links, name)
		}
	}

	for _, link := range links {
		if len(m.children[link]) > 0 {
			return fmt.Errorf("%q is a symlink in %s, but %q is below it", link, m.seen[link].archive, m.children[link][0])
		}
		if err := m.copyTo(link, link, nil); err != nil {
			return fmt.Errorf("symlink %q -> %q of %s: %w; leave it out with -exclude if it is of no use",
				link, m.seen[link].target, m.seen[link].archive, err)
		}
	}
	return nil
}

// copyTo copies what from resolves to as the new path to. busy are the
// directories being copied, to notice one inside itself.
func (m *merge) copyTo(from, to string, busy []string) error {
	source, err := m.resolve(from)
	if err != nil {
		return err
	}
	if mem, ok := m.seen[source]; ok && mem.kind == tar.TypeReg {
		return m.copyFile(source, to, mem.mode)
	}
	if to == source || strings.HasPrefix(to, source+"/") || source == "." {
		return fmt.Errorf("the target %q holds the symlink itself", source)
	}
	for _, dir := range busy {
		if dir == source {
			return fmt.Errorf("the target %q holds a symlink back to itself", source)
		}
	}
	if err := m.tree.mkdirs(to); err != nil {
		return err
	}
	for _, child := range m.children[source] {
		if err := m.copyTo(child, path.Join(to, path.Base(child)), append(busy, source)); err != nil {
			return err
		}
	}
	return nil
}

// resolve follows the symlinks in each segment of name.
func (m *merge) resolve(name string) (string, error) {
	todo := strings.Split(name, "/")
	at := "."
	for links := 0; len(todo) > 0; {
		segment := todo[0]
		todo = todo[1:]
		switch segment {
		case "", ".":
			continue
		case "..":
			if at == "." {
				return "", fmt.Errorf("the target leads out of the tree")
			}
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, segment)
		mem, ok := m.seen[next]
		if ok && mem.kind == tar.TypeSymlink {
			if links++; links > 40 {
				return "", fmt.Errorf("too many symlinks in a row")
			}
			if path.IsAbs(mem.target) {
				at = "."
			}
			todo = append(strings.Split(mem.target, "/"), todo...)
			continue
		}
		if !m.known[next] {
			return "", fmt.Errorf("the target %q is in none of the archives", next)
		}
		at = next
	}
	return at, nil
}

func removeContents(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		os.RemoveAll(filepath.Join(dir, entry.Name()))
	}
}
