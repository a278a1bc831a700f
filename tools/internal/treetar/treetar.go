// SPDX-License-Identifier: Apache-2.0

// Package treetar brings a file tree to a program of the user's and back, as a tar archive.
package treetar

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/filetree"
)

// epoch is the time of everything.
var epoch = time.Unix(0, 0)

// Write writes the tree, without its root and its devices: sorted by path, each directory as a member of its own.
func Write(w io.Writer, tree *filetree.Tree) error {
	out := tar.NewWriter(w)
	for _, n := range tree.Nodes {
		h := &tar.Header{
			Name: strings.TrimPrefix(n.Path, "/"), Mode: int64(n.Mode), Uid: int(n.UID), Gid: int(n.GID), ModTime: epoch, Linkname: n.Target,
		}
		switch n.Kind {
		case filetree.File:
			h.Typeflag, h.Size = tar.TypeReg, n.Content.Size
		case filetree.Directory:
			h.Typeflag = tar.TypeDir
			h.Name += "/"
		case filetree.Symlink:
			h.Typeflag = tar.TypeSymlink
		default:
			continue
		}
		if n.Path == "/" {
			continue
		}
		if err := out.WriteHeader(h); err != nil {
			return fmt.Errorf("%s: %w", n.Path, err)
		}
		if n.Kind == filetree.File {
			if _, err := n.Content.WriteTo(out); err != nil {
				return fmt.Errorf("%s: %w", n.Path, err)
			}
		}
	}
	return out.Close()
}

// Check reads an archive and tells what would make it another one in the next build: times, and an order that is not
// that of the names. The tree that is made of it is checked as any other.
func Check(r *tar.Reader) error {
	// By their bytes, or directory by directory, as GNU tar --sort=name has it.
	var last string
	bytewise, nested := true, true
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the member after %q: %w", last, err)
		}
		if !h.ModTime.Equal(epoch) || !h.AccessTime.IsZero() || !h.ChangeTime.IsZero() {
			return fmt.Errorf("member %q has the time %s; give every member the time 0, 1970-01-01T00:00:00Z, and no other",
				h.Name, h.ModTime.UTC().Format(time.RFC3339))
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink:
		default:
			return fmt.Errorf("member %q is no file, directory or link; devices stay as the target declares them", h.Name)
		}
		name, err := archive.CleanName(h.Name)
		if err != nil {
			return fmt.Errorf("member %q: %w", h.Name, err)
		}
		if last != "" {
			if name == last {
				return fmt.Errorf("member %q is there twice", h.Name)
			}
			bytewise = bytewise && last < name
			nested = nested && slices.Compare(strings.Split(last, "/"), strings.Split(name, "/")) < 0
			if !bytewise && !nested {
				return fmt.Errorf("member %q comes after %q; sort the members by name", h.Name, last)
			}
		}
		last = name
	}
	if last == "" {
		return errors.New("it is empty; the whole tree is expected, with what was changed")
	}
	return nil
}
