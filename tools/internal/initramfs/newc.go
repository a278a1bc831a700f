// SPDX-License-Identifier: Apache-2.0

// Package initramfs writes file trees as the kernel takes them for its first root file system: a cpio archive of the
// "newc" format, compressed or not.
package initramfs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"rules_elixir_vm/tools/internal/filetree"
)

const (
	headerSize = 110
	blockSize  = 512 // what GNU cpio pads its archives to
	trailer    = "TRAILER!!!"
	maxNodes   = math.MaxUint32
	maxFile    = math.MaxUint32
)

func align(n, to int64) int64 { return (n + to - 1) / to * to }

// name is what an archive calls the node: relative, "." for the root.
func name(n *filetree.Node) string {
	if n.Path == "/" {
		return "."
	}
	return strings.TrimPrefix(n.Path, "/")
}

func dataSize(n *filetree.Node) int64 {
	switch n.Kind {
	case filetree.File:
		return n.Content.Size
	case filetree.Symlink:
		return int64(len(n.Target))
	}
	return 0
}

func entrySize(name string, data int64) int64 {
	return align(headerSize+int64(len(name))+1, 4) + align(data, 4)
}

// Size is how many bytes WriteNewc writes. It is an error if the format cannot hold the tree.
func Size(t *filetree.Tree) (int64, error) {
	if len(t.Nodes) > maxNodes {
		return 0, errors.New("more files than an initramfs can number")
	}
	var size int64
	for _, n := range t.Nodes {
		switch {
		case name(n) == trailer:
			return 0, fmt.Errorf("%s (by %s): a file of this name ends an initramfs; give it another", n.Path, n.Origin)
		case dataSize(n) > maxFile:
			return 0, fmt.Errorf("%s (by %s) has %d bytes; an initramfs holds files of at most %d", n.Path, n.Origin, dataSize(n), int64(maxFile))
		}
		size += entrySize(name(n), dataSize(n))
	}
	return align(size+entrySize(trailer, 0), blockSize), nil
}

// WriteNewc writes t as a cpio archive whose times are all 0.
func WriteNewc(w io.Writer, t *filetree.Tree) error {
	size, err := Size(t)
	if err != nil {
		return err
	}
	out := &counter{w: bufio.NewWriterSize(w, 1<<16)}
	for i, n := range t.Nodes {
		// The kernel takes entries of one number for one file only where they have more than one link.
		links := uint32(1)
		if n.Kind == filetree.Directory {
			links = 2
		}
		writeHeader(out, name(n), header{
			inode: uint32(i + 1), mode: n.UnixMode(), uid: n.UID, gid: n.GID, links: links,
			size: uint32(dataSize(n)), major: n.Major, minor: n.Minor,
		})
		switch n.Kind {
		case filetree.File:
			if _, err := n.Content.WriteTo(out); err != nil {
				return fmt.Errorf("%s (by %s): %w", n.Path, n.Origin, err)
			}
		case filetree.Symlink:
			io.WriteString(out, n.Target)
		}
		out.pad(4)
	}
	writeHeader(out, trailer, header{links: 1})
	out.pad(blockSize)
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err == nil && out.n != size {
		return fmt.Errorf("wrote %d bytes where %d were announced; this is a bug", out.n, size)
	}
	return out.err
}

type header struct {
	inode, mode, uid, gid, links, size uint32
	major, minor                       uint32 // of the device that the entry is
}

func writeHeader(out *counter, name string, h header) {
	// Between size and major is the device that the file was on; the last number is a checksum that newc has not.
	fmt.Fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00",
		h.inode, h.mode, h.uid, h.gid, h.links, 0, h.size, 0, 0, h.major, h.minor, len(name)+1, 0, name)
	out.pad(4)
}

// counter keeps the number of bytes and the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.err = err
	return n, err
}

func (c *counter) pad(to int64) {
	c.Write(make([]byte, align(c.n, to)-c.n))
}
