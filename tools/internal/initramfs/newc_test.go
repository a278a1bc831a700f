// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"

	"rules_elixir_vm/tools/internal/filetree"
)

// load makes a tree in a new current directory; the files of entries have what contents says.
func load(t testing.TB, entries []filetree.Entry, contents map[string]string) *filetree.Tree {
	t.Helper()
	t.Chdir(t.TempDir())
	for i := range entries {
		e := &entries[i]
		if e.Kind == "file" {
			e.Source = fmt.Sprint(i)
			if err := os.WriteFile(e.Source, []byte(contents[e.Path]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		e.Origin = "//x"
	}
	tree, err := (&filetree.Spec{Entries: entries}).Load(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func newc(t testing.TB, tree *filetree.Tree) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteNewc(&out, tree); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var oneOfEach = []filetree.Entry{
	{Path: "/etc/hosts", Kind: "file", Mode: "0640", Owner: "1:2"},
	{Path: "/sh", Kind: "symlink", Mode: "0777", Owner: "0:0", Target: "bin/sh"},
	{Path: "/tmp", Kind: "directory", Mode: "1777", Owner: "65534:4294967294"},
	{Path: "/dev/console", Kind: "device", Mode: "0600", Owner: "0:5", Device: "c 5 1"},
	{Path: "/dev/disk", Kind: "device", Mode: "0660", Owner: "0:0", Device: "b 4095 1048575"},
}

// Every byte, as Documentation/driver-api/early-userspace/buffer-format.rst of the kernel has it:
// magic, ino, mode, uid, gid, nlink, mtime, filesize, major, minor, rmajor, rminor, namesize, check.
func TestBytes(t *testing.T) {
	want := "" +
		"070701" + "00000001" + "000041ED" + "00000000" + "00000000" + "00000002" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000002" + "00000000" +
		".\x00" +
		"070701" + "00000002" + "000041ED" + "00000000" + "00000000" + "00000002" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" +
		"dev\x00" + "\x00\x00" +
		"070701" + "00000003" + "00002180" + "00000000" + "00000005" + "00000001" + "00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000001" + "0000000C" + "00000000" +
		"dev/console\x00" + "\x00\x00" +
		"070701" + "00000004" + "000061B0" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000" + "00000000" + "00000000" + "00000FFF" + "000FFFFF" + "00000009" + "00000000" +
		"dev/disk\x00" + "\x00" +
		"070701" + "00000005" + "000041ED" + "00000000" + "00000000" + "00000002" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" +
		"etc\x00" + "\x00\x00" +
		"070701" + "00000006" + "000081A0" + "00000001" + "00000002" + "00000001" + "00000000" + "00000005" + "00000000" + "00000000" + "00000000" + "00000000" + "0000000A" + "00000000" +
		"etc/hosts\x00" + "host\n\x00\x00\x00" +
		"070701" + "00000007" + "0000A1FF" + "00000000" + "00000000" + "00000001" + "00000000" + "00000006" + "00000000" + "00000000" + "00000000" + "00000000" + "00000003" + "00000000" +
		"sh\x00" + "\x00\x00\x00" + "bin/sh\x00\x00" +
		"070701" + "00000008" + "000043FF" + "0000FFFE" + "FFFFFFFE" + "00000002" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" +
		"tmp\x00" + "\x00\x00" +
		"070701" + "00000000" + "00000000" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "0000000B" + "00000000" +
		"TRAILER!!!\x00"
	want += strings.Repeat("\x00", (512-len(want)%512)%512)
	got := newc(t, load(t, oneOfEach, map[string]string{"/etc/hosts": "host\n"}))
	if string(got) != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// listing is what the tree is, and what an archive of it must be read as. The reader knows no device numbers.
func listing(t testing.TB, tree *filetree.Tree) string {
	t.Helper()
	var out strings.Builder
	for i, n := range tree.Nodes {
		var content strings.Builder
		if n.Kind == filetree.File {
			if _, err := n.Content.WriteTo(&content); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&out, "%d %s %o %d:%d -> %q %q\n", i+1, name(n), n.UnixMode(), n.UID, n.GID, n.Target, content.String())
	}
	return out.String()
}

// read lists an archive by a reader that is not ours.
func read(t testing.TB, archive []byte) string {
	t.Helper()
	var out strings.Builder
	for r := cpio.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != 0 {
			t.Errorf("%s: time %v", h.Name, h.ModTime)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Linkname != "" {
			content = nil
		}
		fmt.Fprintf(&out, "%d %s %o %d:%d -> %q %q\n", h.Inode, h.Name, uint32(h.Mode), h.Uid, h.Guid, h.Linkname, content)
	}
}

// randomTree has a valid tree of any size, with every alignment of names and contents.
func randomTree(random *rand.Rand) ([]filetree.Entry, map[string]string) {
	var entries []filetree.Entry
	contents := map[string]string{}
	dirs := []string{""}
	for i := range random.IntN(40) {
		path := fmt.Sprintf("%s/%d%s", dirs[random.IntN(len(dirs))], i, strings.Repeat("n", random.IntN(8)))
		e := filetree.Entry{
			Path: path, Mode: fmt.Sprintf("%04o", random.IntN(0o10000)),
			Owner: fmt.Sprintf("%d:%d", random.IntN(3)*12345, random.Uint32N(1<<32-1)),
		}
		switch random.IntN(5) {
		case 0:
			e.Kind = "directory"
			dirs = append(dirs, path)
		case 1:
			e.Kind, e.Mode, e.Target = "symlink", "0777", strings.Repeat("t", 1+random.IntN(9))
		case 2:
			e.Kind, e.Device = "device", fmt.Sprintf("%c %d %d", "bc"[random.IntN(2)], random.IntN(4096), random.IntN(1<<20))
		default:
			e.Kind = "file"
			contents[path] = strings.Repeat("c", random.IntN(10))
			if random.IntN(8) == 0 {
				contents[path] = strings.Repeat("content", random.IntN(30000))
			}
		}
		entries = append(entries, e)
	}
	return entries, contents
}

func FuzzNewc(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		entries, contents := randomTree(rand.New(rand.NewPCG(seed, 0)))
		tree := load(t, entries, contents)
		archive := newc(t, tree)
		if got, want := read(t, archive), listing(t, tree); got != want {
			t.Errorf("read\n%s\nwritten\n%s", got, want)
		}
		if size, err := Size(tree); err != nil || size != int64(len(archive)) || size%512 != 0 {
			t.Errorf("%d bytes; announced were %d, %v", len(archive), size, err)
		}
		// Neither the place nor the order of the request shows.
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if again := newc(t, load(t, entries, contents)); !bytes.Equal(archive, again) {
			t.Error("the second archive has other bytes")
		}
	})
}

func TestNewcErrors(t *testing.T) {
	tree := load(t, []filetree.Entry{{Path: "/TRAILER!!!", Kind: "directory", Mode: "0755", Owner: "0:0"}}, nil)
	if err := WriteNewc(io.Discard, tree); err == nil || !strings.Contains(err.Error(), "/TRAILER!!! (by //x): a file of this name ends an initramfs") {
		t.Errorf("got %v", err)
	}
	// Only the whole name is special.
	tree = load(t, []filetree.Entry{{Path: "/a/TRAILER!!!", Kind: "file", Mode: "0755", Owner: "0:0"}}, nil)
	if got, want := read(t, newc(t, tree)), listing(t, tree); got != want {
		t.Errorf("read\n%s\nwritten\n%s", got, want)
	}

	t.Chdir(t.TempDir())
	spec := &filetree.Spec{Label: "//x", Entries: []filetree.Entry{{Path: "/f", Kind: "file", Mode: "0644", Owner: "0:0", Source: "f", Origin: "//x files"}}}
	for size, want := range map[int64]string{1 << 32: "/f (by //x files) has 4294967296 bytes; an initramfs holds files of at most 4294967295", 1<<32 - 1: ""} {
		if err := os.WriteFile("f", nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate("f", size); err != nil { // takes no room on disk
			t.Fatal(err)
		}
		tree, err := spec.Load(".")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Size(tree); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%d: got %v, want %q", size, err, want)
		}
	}
	if err := os.Truncate("f", 5); err != nil {
		t.Fatal(err)
	}
	if tree, err := spec.Load("."); err != nil {
		t.Error(err)
	} else if err := WriteNewc(fullDisk{}, tree); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}

	// Nothing half-written is left.
	spec.Entries[0].Path = "/TRAILER!!!"
	err := WriteFile(spec, "out.cpio", Compression{Kind: "none"})
	if err == nil || !strings.HasPrefix(err.Error(), "//x: making the initramfs: /TRAILER!!!") {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob("*out.cpio*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

var errFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
