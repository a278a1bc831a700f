// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/filetree"
)

// Compression is a program that compresses, or none.
type Compression struct {
	Kind    string // "none", "gzip", "zstd" or "xz"
	Program string // the program's path; empty for "none"
}

const (
	minDictionary = 4 << 10
	// The kernel has it beside the archive and the whole content. A larger one makes the 13 MB of a release 2 % smaller
	// at most, and a machine of 64 MB fail to unpack them.
	maxDictionary = 1 << 20
)

// dictionary is the smallest size of an xz dictionary that holds the content, within limits. The kernel allocates as much.
func dictionary(size int64) int64 {
	// The header holds sizes of the forms 2^n and 2^n + 2^(n-1) only.
	for d := int64(minDictionary); d < maxDictionary; d *= 2 {
		for _, d := range []int64{d, d + d/2} {
			if size <= d {
				return d
			}
		}
	}
	return maxDictionary
}

// arguments are such that the output depends on the content alone, which has size bytes and programs for machine.
func (c Compression) arguments(size int64, machine elf.Machine) ([]string, error) {
	switch c.Kind {
	case "gzip":
		return []string{"-9", "-n", "-c"}, nil
	case "xz":
		// The kernel knows no other checksum than CRC32.
		args := []string{"--format=xz", "--check=crc32", "--threads=1"}
		// Jumps to one place from many become the same bytes.
		switch machine {
		case elf.EM_X86_64:
			args = append(args, "--x86")
		case elf.EM_AARCH64:
			args = append(args, "--arm64")
		}
		return append(args, fmt.Sprintf("--lzma2=preset=6,dict=%d", dictionary(size)), "--stdout"), nil
	case "zstd":
		// The kernel has the window beside the archive and the whole content. A known size bounds it, too.
		return []string{"--ultra", "-22", "--zstd=wlog=21", "--single-thread", "--quiet", "--no-progress", fmt.Sprintf("--stream-size=%d", size), "--stdout"}, nil
	}
	return nil, fmt.Errorf("compression %q is unknown; expected none, gzip, zstd or xz", c.Kind)
}

// Check says whether c makes sense.
func (c Compression) Check() error {
	if c.Kind == "none" {
		if c.Program != "" {
			return errors.New("compression none takes no program")
		}
		return nil
	}
	if _, err := c.arguments(0, elf.EM_NONE); err != nil {
		return err
	}
	if c.Program == "" {
		return fmt.Errorf("compression %s needs the program that does it", c.Kind)
	}
	return nil
}

// WriteFile makes the initramfs that spec describes at out. Packed are either none, or files with the members of each of
// its tars, in their order, as WriteFile made them: they come first as they are, for the kernel unpacks one archive after
// the other, and the rest follows.
func WriteFile(spec *filetree.Spec, out string, c Compression, packed ...string) error {
	err := c.Check()
	if err == nil && len(packed) > 0 && len(packed) != len(spec.Tars) {
		err = fmt.Errorf("%d archives are packed already; expected one for each of %d tars", len(packed), len(spec.Tars))
	}
	if err == nil {
		err = writeFile(spec, out, c, packed)
	}
	if err != nil {
		return fmt.Errorf("%s: making the initramfs: %w", spec.Label, err)
	}
	return nil
}

func writeFile(spec *filetree.Spec, out string, c Compression, packed []string) error {
	tree, err := spec.Load(filepath.Dir(out))
	if err != nil {
		return err
	}
	defer tree.Close()
	if len(packed) > 0 {
		tree.Nodes = slices.DeleteFunc(tree.Nodes, func(n *filetree.Node) bool { return n.FromTar && n.Kind != filetree.Directory })
	}
	return archive.CreateFile(out, 0o644, func(w io.Writer) error {
		for _, file := range packed {
			if err := copyFile(w, file); err != nil {
				return err
			}
		}
		if c.Kind == "none" {
			return WriteNewc(w, tree)
		}
		return compress(w, tree, c)
	})
}

func copyFile(w io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// machine is that of the tree's first program; EM_NONE if there is none.
func machine(tree *filetree.Tree) (elf.Machine, error) {
	for _, n := range tree.Nodes {
		if n.Kind != filetree.File {
			continue
		}
		head, err := n.Content.Head(20)
		if err != nil {
			return elf.EM_NONE, fmt.Errorf("%s (by %s): %w", n.Path, n.Origin, err)
		}
		if len(head) == 20 && string(head[:4]) == elf.ELFMAG {
			return elf.Machine(binary.LittleEndian.Uint16(head[18:])), nil
		}
	}
	return elf.EM_NONE, nil
}

// compress runs the program of c between WriteNewc and w.
func compress(w io.Writer, tree *filetree.Tree, c Compression) error {
	size, err := Size(tree)
	if err != nil {
		return err
	}
	programs, err := machine(tree)
	if err != nil {
		return err
	}
	args, err := c.arguments(size, programs)
	if err != nil {
		return err
	}
	var messages strings.Builder
	cmd := exec.Command(c.Program, args...)
	cmd.Env = []string{"LC_ALL=C"} // and none of the variables with further options
	cmd.Stdout, cmd.Stderr = w, &messages
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", c.Program, err)
	}
	writeErr := WriteNewc(in, tree)
	closeErr := in.Close()
	waitErr := cmd.Wait()
	switch {
	case writeErr != nil && !errors.Is(writeErr, syscall.EPIPE):
		return writeErr
	case waitErr != nil:
		return fmt.Errorf("compressing by %s %s: %w: %s", c.Program, strings.Join(args, " "), waitErr, strings.TrimSpace(messages.String()))
	}
	return errors.Join(writeErr, closeErr)
}
