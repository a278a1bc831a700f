// SPDX-License-Identifier: Apache-2.0

package filetree

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// makeTar makes a tar; contents belong to files only.
func makeTar(t testing.TB, members ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range members {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content = "content of " + h.Name
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// write makes files in a new current directory.
func write(t testing.TB, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func load(t testing.TB, s *Spec) (*Tree, error) {
	t.Helper()
	tree, err := s.Load(".")
	if err == nil {
		t.Cleanup(func() { tree.Close() })
	}
	if left, _ := filepath.Glob(".spool*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return tree, err
}

// describe lists the tree with contents.
func describe(t testing.TB, tree *Tree) string {
	t.Helper()
	var out bytes.Buffer
	if err := tree.WriteListing(&out); err != nil {
		t.Fatal(err)
	}
	for _, n := range tree.Nodes {
		if n.Kind == File {
			fmt.Fprintf(&out, "%s: ", n.Path)
			if _, err := n.Content.WriteTo(&out); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&out)
		}
	}
	return out.String()
}

func TestLoad(t *testing.T) {
	write(t, map[string]string{
		"busybox": "binary",
		"applets": "bin/busybox\nbin/ls\nlinuxrc\n",
		"a.tar": string(makeTar(t,
			tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o700},
			tar.Header{Typeflag: tar.TypeDir, Name: "./bin/", Mode: 0o755},
			tar.Header{Typeflag: tar.TypeReg, Name: "./bin/app", Mode: 0o4711, Uid: 7, Gid: 8},
			tar.Header{Typeflag: tar.TypeLink, Name: "./hard", Linkname: "./bin/app"},
			tar.Header{Typeflag: tar.TypeSymlink, Name: "./link", Linkname: "/x", Mode: 0o644},
		)),
		"empty.tar": string(makeTar(t)),
	})
	tree, err := load(t, &Spec{
		Label: "//x",
		Entries: []Entry{
			{Path: "/bin/busybox", Kind: "file", Mode: "0755", Owner: "0:0", Source: "busybox"},
			{Path: "/tmp", Kind: "directory", Mode: "1777", Owner: "0:0"},
			{Path: "/tmp/x", Kind: "directory", Mode: "0750", Owner: "1:2"},
			{Path: "/srv/app/bin", Kind: "directory", Mode: "0755", Owner: "0:0"},
			{Path: "/dev/console", Kind: "device", Mode: "0600", Owner: "0:0", Device: "c 5 1"},
			{Path: "/dev/vda", Kind: "device", Mode: "0660", Owner: "0:6", Device: "b 254 0"},
			{Path: "/tmp-x", Kind: "symlink", Mode: "0777", Owner: "0:0", Target: "tmp/x"},
		},
		SymlinkLists: []SymlinkList{{Source: "applets", Target: "/bin/busybox"}},
		Tars:         []Tar{{Source: "a.tar", Prefix: "/srv/app"}, {Source: "empty.tar", Prefix: "/var/empty"}, {Source: "empty.tar", Prefix: "/"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `d 0755 0:0 - /
d 0755 0:0 - /bin
f 0755 0:0 6 /bin/busybox
l 0777 0:0 - /bin/ls -> /bin/busybox
d 0755 0:0 - /dev
c 0600 0:0 5,1 /dev/console
b 0660 0:6 254,0 /dev/vda
l 0777 0:0 - /linuxrc -> /bin/busybox
d 0755 0:0 - /srv
d 0755 0:0 - /srv/app
d 0755 0:0 - /srv/app/bin
f 4711 7:8 20 /srv/app/bin/app
f 4711 7:8 20 /srv/app/hard
l 0777 0:0 - /srv/app/link -> /x
d 1777 0:0 - /tmp
l 0777 0:0 - /tmp-x -> tmp/x
d 0750 1:2 - /tmp/x
d 0755 0:0 - /var
d 0755 0:0 - /var/empty
/bin/busybox: binary
/srv/app/bin/app: content of ./bin/app
/srv/app/hard: content of ./bin/app
`
	if got := describe(t, tree); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	var modes []string
	for _, n := range tree.Nodes[:7] {
		modes = append(modes, fmt.Sprintf("%o", n.UnixMode()))
	}
	if got := strings.Join(modes, " "); got != "40755 40755 100755 120777 40755 20600 60660" {
		t.Errorf("modes with types: %s", got)
	}
}

func TestLoadErrors(t *testing.T) {
	file := func(path string) Entry {
		return Entry{Path: path, Kind: "file", Mode: "0644", Owner: "0:0", Source: "f", Origin: "//file of " + path}
	}
	dir := func(path, mode, owner string) Entry {
		return Entry{Path: path, Kind: "directory", Mode: mode, Owner: owner, Origin: "//dir " + mode}
	}
	write(t, map[string]string{
		"f":        "",
		"bad.list": "bin/ls\n\n",
		"dup.list": "a\na\n",
		"up.list":  "bin/../ls\n",
		"file.tar": string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "a/b", Mode: 0o644})),
		"dir.tar":  string(makeTar(t, tar.Header{Typeflag: tar.TypeDir, Name: "a", Mode: 0o700})),
		"link.tar": string(makeTar(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/"}, tar.Header{Typeflag: tar.TypeReg, Name: "a/b"})),
		"up.tar":   string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "a/../../b"})),
		"dev.tar":  string(makeTar(t, tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3})),
		"uid.tar":  string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "a", Uid: 1<<32 - 1})),
		"nl.tar":   string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "a\nb"})),
		"hard.tar": string(makeTar(t, tar.Header{Typeflag: tar.TypeLink, Name: "b", Linkname: "a"})),
		"cap.tar": string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "ping",
			PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "x"}, Format: tar.FormatPAX})),
		"cut.tar": string(makeTar(t, tar.Header{Typeflag: tar.TypeReg, Name: "a"})[:515]),
	})
	tarOf := func(source string) []Tar { return []Tar{{Source: source, Prefix: "/", Origin: "//tar"}} }
	list := func(source string) []SymlinkList {
		return []SymlinkList{{Source: source, Target: "/bin/busybox", Origin: "//list"}}
	}
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{Spec{Entries: []Entry{file("/a"), file("/a")}}, "//file of /a: /a is there already by //file of /a; take one of them out"},
		{Spec{Entries: []Entry{file("/a"), file("/a/b")}}, "//file of /a/b: /a/b needs the directory /a, which is something else by //file of /a; take one of them out"},
		{Spec{Entries: []Entry{file("/a/b"), file("/a")}}, "//file of /a: /a is not a directory, but //file of /a/b puts something into it"},
		{Spec{Entries: []Entry{dir("/a", "0700", "0:0"), file("/a")}}, "/a is there already by //dir 0700"},
		{Spec{Entries: []Entry{dir("/a", "0700", "0:0"), dir("/a", "0755", "0:0")}}, "the directory /a has mode 0755 and owner 0:0, but 0700 and 0:0 by //dir 0700; make them agree"},
		{Spec{Entries: []Entry{dir("/a", "0700", "0:0"), dir("/a", "0700", "0:1")}}, "the directory /a has mode 0700 and owner 0:1, but"},
		{Spec{Entries: []Entry{{Path: "/a", Kind: "file", Mode: "0644", Owner: "0:0", Source: "."}}}, ". is not a file; pack a directory into a tar"},
		{Spec{Entries: []Entry{{Path: "/a", Kind: "file", Mode: "0644", Owner: "0:0", Source: "none"}}}, "stat none: no such file"},
		{Spec{SymlinkLists: list("none")}, "//list: links from none: open none: no such file"},
		{Spec{SymlinkLists: list("bad.list")}, "//list: links from bad.list: line 2: the line is empty"},
		{Spec{SymlinkLists: list("dup.list")}, "line 2: /a is there already by //list"},
		{Spec{SymlinkLists: list("up.list")}, `line 1: the path "/bin/../ls" is not canonical`},
		{Spec{Entries: []Entry{file("/bin")}, SymlinkLists: list("bad.list")}, "line 1: /bin/ls needs the directory /bin, which is something else by //file of /bin"},
		{Spec{Tars: tarOf("none")}, "//tar: unpacking none to /: opening archive: open none"},
		{Spec{Tars: tarOf("file.tar"), Entries: []Entry{file("/a")}}, `//tar: unpacking file.tar to /: member "a/b": /a/b needs the directory /a, which is something else by //file of /a`},
		{Spec{Tars: tarOf("file.tar"), Entries: []Entry{file("/a/b")}}, `member "a/b": /a/b is there already by //file of /a/b`},
		{Spec{Tars: []Tar{{Source: "file.tar", Prefix: "/p/q", Origin: "//tar"}}, Entries: []Entry{file("/p")}}, "/p/q/* needs the directory /p, which is something else by //file of /p"},
		{Spec{Tars: tarOf("dir.tar"), Entries: []Entry{dir("/a", "0755", "0:0")}}, `member "a": the directory /a has mode 0700 and owner 0:0, but 0755`},
		{Spec{Tars: tarOf("link.tar")}, "/a/b needs the directory /a, which is something else by //tar"},
		{Spec{Tars: tarOf("up.tar")}, `leads out of the tree`},
		{Spec{Tars: tarOf("dev.tar")}, `member "null": a character device`},
		{Spec{Tars: tarOf("uid.tar")}, `member "a": its owner 4294967295:0 is out of range`},
		{Spec{Tars: tarOf("nl.tar")}, `the path "/a\nb" holds a control character`},
		{Spec{Tars: tarOf("hard.tar"), Entries: []Entry{file("/a")}}, `the target "a" of a hard link is not a file of the archive before it`},
		{Spec{Tars: tarOf("cap.tar")}, `member "ping": it has the extended attribute SCHILY.xattr.security.capability, which images cannot hold`},
		{Spec{Tars: tarOf("cut.tar")}, "unexpected EOF"},
	} {
		if _, err := load(t, &test.spec); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}

func TestContentChanged(t *testing.T) {
	write(t, map[string]string{"f": "12345"})
	tree, err := load(t, &Spec{Entries: []Entry{{Path: "/f", Kind: "file", Mode: "0644", Owner: "0:0", Source: "f"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"1234", "123456"} {
		if err := os.WriteFile("f", []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := tree.Nodes[1].Content.WriteTo(io.Discard); err == nil || !strings.Contains(err.Error(), "copying f: expected 5 bytes") {
			t.Errorf("%q: got %v", content, err)
		}
	}
	os.Remove("f")
	if _, err := tree.Nodes[1].Content.WriteTo(io.Discard); err == nil {
		t.Error("a removed file was copied")
	}
}

// The order in which things are asked for does not matter.
func TestOrder(t *testing.T) {
	write(t, map[string]string{"f": "content"})
	var entries []Entry
	for _, p := range []string{"/a", "/a/b", "/a/b/c", "/a-b", "/a.b", "/d/e/f", "/d"} {
		entries = append(entries, Entry{Path: p, Kind: "directory", Mode: "0700", Owner: "1:1"})
	}
	for _, p := range []string{"/a/b/f", "/d/e/g", "/h/i/j"} {
		entries = append(entries, Entry{Path: p, Kind: "file", Mode: "0600", Owner: "1:1", Source: "f"})
	}
	var want string
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		tree, err := load(t, &Spec{Entries: entries})
		if err != nil {
			t.Fatal(err)
		}
		got := describe(t, tree)
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("%v: got\n%swant\n%s", entries, got, want)
		}
	}
}

// check tells what every tree has to be.
func check(t *testing.T, nodes map[string]*Node) {
	t.Helper()
	for p, n := range nodes {
		parent := nodes[path.Dir(p)]
		switch {
		case p != n.Path || checkPath(p) != nil:
			t.Errorf("the node at %q calls itself %q, %v", p, n.Path, checkPath(p))
		case parent == nil || parent.Kind != Directory:
			t.Errorf("what %q is in is %+v", p, parent)
		case n.Mode > 0o7777, n.Kind == Symlink && n.Target == "":
			t.Errorf("wrong: %+v", n)
		}
	}
}

func FuzzTar(f *testing.F) {
	f.Add(makeTar(f, tar.Header{Typeflag: tar.TypeReg, Name: "a/b", Mode: 0o644}, tar.Header{Typeflag: tar.TypeLink, Name: "c", Linkname: "a/b"}))
	f.Add(makeTar(f, tar.Header{Typeflag: tar.TypeSymlink, Name: "a", Linkname: ".."}, tar.Header{Typeflag: tar.TypeReg, Name: "a/b"}))
	f.Add(makeTar(f, tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o1777}, tar.Header{Typeflag: tar.TypeReg, Name: "../b", Uid: 5}))
	f.Fuzz(func(t *testing.T, data []byte) {
		// A sparse file of a few bytes may unpack to more than the disk holds.
		for r := tar.NewReader(bytes.NewReader(data)); ; {
			h, err := r.Next()
			if err != nil {
				break
			}
			if h.Size > 1<<20 {
				return
			}
		}
		spool, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer spool.Close()
		b := &builder{nodes: map[string]*Node{"/": {Path: "/", Kind: Directory, Mode: 0o755, implied: true}}, spool: spool}
		b.members(tar.NewReader(bytes.NewReader(data)), "/srv", "//fuzz")
		check(t, b.nodes)
		for p := range b.nodes {
			if !slices.Contains([]string{"/", "/srv"}, p) && !strings.HasPrefix(p, "/srv/") {
				t.Errorf("outside the prefix: %q", p)
			}
		}
	})
}

func FuzzSymlinkList(f *testing.F) {
	f.Add("bin/ls\nusr/bin/env\n")
	f.Add("bin\nbin/ls\n\n/x\n../y\n")
	f.Fuzz(func(t *testing.T, list string) {
		b := &builder{nodes: map[string]*Node{"/": {Path: "/", Kind: Directory, Mode: 0o755, implied: true}}}
		err := b.symlinks(strings.NewReader(list), "/bin/busybox", "//fuzz")
		check(t, b.nodes)
		if err != nil {
			return
		}
		for _, line := range strings.Split(strings.TrimSuffix(list, "\n"), "\n") {
			line = strings.TrimSuffix(line, "\r")
			if n := b.nodes["/"+line]; list != "" && line != "bin/busybox" && (n == nil || n.Kind != Symlink) {
				t.Errorf("%q became %+v", line, n)
			}
		}
	})
}
