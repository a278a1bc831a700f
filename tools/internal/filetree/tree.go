// SPDX-License-Identifier: Apache-2.0

package filetree

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/archive"
)

// Kind is the type of a node.
type Kind int

// What a tree consists of.
const (
	File Kind = iota
	Directory
	Symlink
	CharDevice
	BlockDevice
)

// letter is how a listing, and a device in a spec, names the kind.
func (k Kind) letter() byte { return "fdlcb"[k] }

// Node is one path of a tree.
type Node struct {
	Path     string // absolute and canonical; "/" is the root
	Kind     Kind
	Mode     uint32 // permissions, with set-user-ID, set-group-ID and sticky bits
	UID, GID uint32
	Origin   string // who asked for it
	FromTar  bool   // whether it is a member of one of the tars of the spec

	Content      Content // of a file
	Target       string  // of a symlink
	Major, Minor uint32  // of a device

	implied bool // a directory that nobody asked for by name
}

// UnixMode is the mode with the bits of the type, as in struct stat.
func (n *Node) UnixMode() uint32 {
	return n.Mode | [...]uint32{File: 0o100000, Directory: 0o040000, Symlink: 0o120000, CharDevice: 0o020000, BlockDevice: 0o060000}[n.Kind]
}

// Content is what a file holds: all of a file on disk, or a part of the spool.
type Content struct {
	Size   int64
	path   string
	spool  io.ReaderAt
	offset int64
}

// Head is the first n bytes of the content, or all of it if there are fewer.
func (c *Content) Head(n int64) ([]byte, error) {
	head := make([]byte, min(n, c.Size))
	if c.spool != nil {
		_, err := c.spool.ReadAt(head, c.offset)
		return head, err
	}
	f, err := os.Open(c.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = io.ReadFull(f, head)
	return head, err
}

// WriteTo writes the content. It is an error if there are not exactly Size bytes.
func (c *Content) WriteTo(w io.Writer) (int64, error) {
	if c.spool != nil {
		return copyExactly(w, io.NewSectionReader(c.spool, c.offset, c.Size), c.Size)
	}
	f, err := os.Open(c.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := copyExactly(w, f, c.Size)
	if err != nil {
		return n, fmt.Errorf("copying %s: %w", c.path, err)
	}
	return n, nil
}

func copyExactly(w io.Writer, r io.Reader, size int64) (int64, error) {
	n, err := io.Copy(w, io.LimitReader(r, size+1))
	if err == nil && n != size {
		err = fmt.Errorf("expected %d bytes, found another number: the file changed meanwhile", size)
	}
	return n, err
}

// Tree is a file system.
type Tree struct {
	// Nodes are sorted by path: parents come before what is in them. The first is the root.
	Nodes []*Node
	spool *os.File
}

// Close releases the contents.
func (t *Tree) Close() error {
	if t.spool == nil {
		return nil
	}
	return t.spool.Close()
}

// WriteListing describes each node on a line of its own: type, mode, owner, size or device number, path.
func (t *Tree) WriteListing(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, n := range t.Nodes {
		size, target := "-", ""
		switch n.Kind {
		case File:
			size = fmt.Sprint(n.Content.Size)
		case Symlink:
			target = " -> " + n.Target
		case CharDevice, BlockDevice:
			size = fmt.Sprintf("%d,%d", n.Major, n.Minor)
		}
		fmt.Fprintf(out, "%c %04o %d:%d %s %s%s\n", n.Kind.letter(), n.Mode, n.UID, n.GID, size, n.Path, target)
	}
	return out.Flush()
}

// Load makes the tree that s describes. Contents of tars are kept in a file without a name in the directory spool until
// the tree is closed.
func (s *Spec) Load(spool string) (*Tree, error) {
	b := &builder{nodes: map[string]*Node{"/": {Path: "/", Kind: Directory, Mode: 0o755, implied: true}}}
	if err := b.load(s, spool); err != nil {
		if b.spool != nil {
			b.spool.Close()
		}
		return nil, err
	}
	t := &Tree{spool: b.spool}
	for _, p := range slices.Sorted(maps.Keys(b.nodes)) {
		t.Nodes = append(t.Nodes, b.nodes[p])
	}
	return t, nil
}

type builder struct {
	nodes     map[string]*Node
	spool     *os.File
	spoolSize int64
}

func (b *builder) load(s *Spec, spool string) error {
	for _, e := range s.Entries {
		n, err := e.node()
		if err == nil && n.Kind == File {
			n.Content.Size, err = fileSize(e.Source)
		}
		if err == nil {
			err = b.add(n)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Origin, err)
		}
	}
	for _, l := range s.SymlinkLists {
		if err := b.symlinkList(l); err != nil {
			return fmt.Errorf("%s: links from %s: %w", l.Origin, l.Source, err)
		}
	}
	if len(s.Tars) == 0 {
		return nil
	}
	f, err := os.CreateTemp(spool, ".spool.*")
	if err != nil {
		return fmt.Errorf("making room for the contents of tars: %w", err)
	}
	b.spool = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("making room for the contents of tars: %w", err)
	}
	for _, t := range s.Tars {
		if err := b.tar(t); err != nil {
			return fmt.Errorf("%s: unpacking %s to %s: %w", t.Origin, t.Source, t.Prefix, err)
		}
	}
	return nil
}

func fileSize(file string) (int64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is not a file; pack a directory into a tar and name that in tars", file)
	}
	return info.Size(), nil
}

// add puts n and the directories above it into the tree.
func (b *builder) add(n *Node) error {
	old := b.nodes[n.Path]
	switch {
	case old == nil:
		if err := b.parent(n, path.Dir(n.Path)); err != nil {
			return err
		}
	case old.Kind == Directory && n.Kind == Directory && old.implied:
	case old.Kind == Directory && n.Kind == Directory:
		if old.Mode == n.Mode && old.UID == n.UID && old.GID == n.GID {
			return nil
		}
		return fmt.Errorf("the directory %s has mode %04o and owner %d:%d, but %04o and %d:%d by %s; make them agree",
			n.Path, n.Mode, n.UID, n.GID, old.Mode, old.UID, old.GID, old.Origin)
	case old.implied:
		return fmt.Errorf("%s is not a directory, but %s puts something into it; take one of them out", n.Path, old.Origin)
	default:
		return fmt.Errorf("%s is there already by %s; take one of them out", n.Path, old.Origin)
	}
	b.nodes[n.Path] = n
	return nil
}

// parent makes sure that dir, in which n is, is a directory.
func (b *builder) parent(n *Node, dir string) error {
	switch old := b.nodes[dir]; {
	case old == nil:
		if err := b.parent(n, path.Dir(dir)); err != nil {
			return err
		}
		b.nodes[dir] = &Node{Path: dir, Kind: Directory, Mode: 0o755, Origin: n.Origin, implied: true}
	case old.Kind != Directory:
		return fmt.Errorf("%s needs the directory %s, which is something else by %s; take one of them out", n.Path, dir, old.Origin)
	}
	return nil
}

func (b *builder) symlinkList(l SymlinkList) error {
	f, err := os.Open(l.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.symlinks(f, l.Target, l.Origin)
}

func (b *builder) symlinks(r io.Reader, target, origin string) error {
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		n := &Node{Path: "/" + lines.Text(), Kind: Symlink, Mode: 0o777, Target: target, Origin: origin}
		if n.Path == target {
			continue
		}
		err := checkPath(n.Path)
		if err == nil && n.Path == "/" {
			err = errors.New("the line is empty")
		}
		if err == nil {
			err = b.add(n)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return lines.Err()
}

func (b *builder) tar(t Tar) error {
	r, err := archive.Open(t.Source)
	if err != nil {
		return err
	}
	defer r.Close()
	// The prefix is a directory even if the archive is empty.
	if err := b.parent(&Node{Path: path.Join(t.Prefix, "*"), Origin: t.Origin}, t.Prefix); err != nil {
		return err
	}
	return b.members(r.Reader, t.Prefix, t.Origin)
}

func (b *builder) members(r *tar.Reader, prefix, origin string) error {
	return archive.Walk(r, 0, nil, func(h *tar.Header) error {
		for key := range h.PAXRecords {
			if strings.HasPrefix(key, "SCHILY.xattr.") || strings.HasPrefix(key, "LIBARCHIVE.xattr.") {
				return fmt.Errorf("it has the extended attribute %s, which images cannot hold; make the tar without", key)
			}
		}
		n := &Node{Path: path.Join(prefix, h.Name), Mode: uint32(h.Mode & 0o7777), Origin: origin, FromTar: true}
		if err := checkPath(n.Path); err != nil {
			return err
		}
		if h.Uid < 0 || int64(h.Uid) > maxID || h.Gid < 0 || int64(h.Gid) > maxID {
			return fmt.Errorf("its owner %d:%d is out of range", h.Uid, h.Gid)
		}
		n.UID, n.GID = uint32(h.Uid), uint32(h.Gid)
		switch h.Typeflag {
		case tar.TypeReg:
			size, err := io.Copy(b.spool, r)
			if err != nil {
				return err
			}
			n.Kind, n.Content = File, Content{Size: size, spool: b.spool, offset: b.spoolSize}
			b.spoolSize += size
		case tar.TypeDir:
			n.Kind = Directory
		case tar.TypeSymlink:
			n.Kind, n.Mode, n.Target = Symlink, 0o777, h.Linkname
			if err := checkTarget(h.Linkname); err != nil {
				return err
			}
		case tar.TypeLink: // a file of its own
			old := b.nodes[path.Join(prefix, h.Linkname)]
			if old == nil || old.Kind != File || old.Origin != origin {
				return fmt.Errorf("the target %q of a hard link is not a file of the archive before it", h.Linkname)
			}
			n.Kind, n.Mode, n.UID, n.GID, n.Content = File, old.Mode, old.UID, old.GID, old.Content
		}
		return b.add(n)
	})
}
