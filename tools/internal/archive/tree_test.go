// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// extract unpacks archives into the directory "tree" of a new directory and
// returns the latter.
func extract(t testing.TB, strip int, include []string, archives ...[]byte) (outer string, err error) {
	t.Helper()
	outer = t.TempDir()
	tree, err := NewTree(filepath.Join(outer, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range archives {
		filter, err := NewFilter(include, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Extract(tar.NewReader(bytes.NewReader(data)), strip, filter); err != nil {
			return outer, err
		}
	}
	return outer, nil
}

// listing describes all below dir, one line each.
func listing(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch {
		case d.IsDir():
			fmt.Fprintf(&out, "%s %s/\n", info.Mode(), name)
		case d.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			fmt.Fprintf(&out, "%s -> %s\n", name, target)
		default:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, "%s %s %q\n", info.Mode(), name, data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExtract(t *testing.T) {
	outer, err := extract(t, 0, nil, makeTar(t,
		entry{kind: tar.TypeXGlobalHeader},
		entry{name: "./", kind: tar.TypeDir, mode: 0o700},
		entry{name: "./d/", kind: tar.TypeDir, mode: 0o555, mtime: 1000},
		entry{name: "d/ro", content: "1", mode: 0o400, mtime: 2000},
		entry{name: "d/setuid", content: "2", mode: 0o4755},
		entry{name: "implied/dir/file", content: "3", mode: 0o664},
		entry{name: "hard", kind: tar.TypeLink, link: "./d/ro"},
		entry{name: "again", content: "first"},
		entry{name: "again", content: "second"},
		entry{name: "out", kind: tar.TypeSymlink, link: "../../outside"},
		entry{name: "abs", kind: tar.TypeSymlink, link: "/etc/passwd"},
		entry{name: "replaced", kind: tar.TypeSymlink, link: "again"},
		entry{name: "replaced", content: "4"}, // not through the link
	))
	if err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(outer, "tree")
	want := `abs -> /etc/passwd
-rw-r--r-- again "second"
drwxr-xr-x d/
-rw------- d/ro "1"
-rwxr-xr-x d/setuid "2"
-rw------- hard "1"
drwxr-xr-x implied/
drwxr-xr-x implied/dir/
-rw-rw-r-- implied/dir/file "3"
out -> ../../outside
-rw-r--r-- replaced "4"
`
	if got := listing(t, tree); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for name, want := range map[string]int64{"d": 1000, "d/ro": 2000, "hard": 2000} {
		info, err := os.Stat(filepath.Join(tree, name))
		if err != nil || info.ModTime().Unix() != want {
			t.Errorf("%s has the time %v, %v; want %d", name, info.ModTime(), err, want)
		}
	}
}

func TestExtractStripAndInclude(t *testing.T) {
	data := makeTar(t,
		entry{name: "top-1.0/", kind: tar.TypeDir},
		entry{name: "top-1.0/a/x.c", content: "1"},
		entry{name: "top-1.0/a/x.h", content: "2"},
		entry{name: "top-1.0/b/x.c", kind: tar.TypeLink, link: "top-1.0/a/x.c"},
		entry{name: "top-1.0/README", content: "3"},
		entry{name: "stray", content: "4"},
	)
	outer, err := extract(t, 1, []string{"**/*.c"}, data)
	if err != nil {
		t.Fatal(err)
	}
	want := "drwxr-xr-x a/\n-rw-r--r-- a/x.c \"1\"\ndrwxr-xr-x b/\n-rw-r--r-- b/x.c \"1\"\n"
	if got := listing(t, filepath.Join(outer, "tree")); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if _, err := extract(t, 1, []string{"*.md"}, data); err == nil || !strings.Contains(err.Error(), `"*.md"`) {
		t.Errorf("got %v, want an error that names the useless glob", err)
	}
}

// What the globs or strip leave out may be of any kind.
func TestExtractLeavesOut(t *testing.T) {
	outer, err := extract(t, 1, []string{"keep/**"}, makeTar(t,
		entry{name: "device", kind: tar.TypeBlock},
		entry{name: "top/dev/console", kind: tar.TypeChar},
		entry{name: "top/dev/pipe", kind: tar.TypeFifo},
		entry{name: "top/dev/link", kind: tar.TypeLink, link: "device"},
		entry{name: "top/dev/out", kind: tar.TypeLink, link: "/etc/passwd"},
		entry{name: "top/keep/file", content: "1"},
	))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := listing(t, filepath.Join(outer, "tree")), "drwxr-xr-x keep/\n-rw-r--r-- keep/file \"1\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	_, err = extract(t, 1, []string{"dev/*"}, makeTar(t, entry{name: "top/dev/console", kind: tar.TypeChar}))
	if err == nil || !strings.Contains(err.Error(), "a character device") {
		t.Errorf("got %v, want an error that names the device", err)
	}
}

func TestExtractRefuses(t *testing.T) {
	link := entry{name: "l", kind: tar.TypeSymlink, link: ".."}
	for _, test := range []struct {
		name    string
		entries []entry
		member  string
		want    string
	}{
		{"absolute", []entry{{name: "/x"}}, "/x", "absolute"},
		{"parent", []entry{{name: "../x"}}, "../x", `".."`},
		{"parent inside", []entry{{name: "a/../../x"}}, "a/../../x", `".."`},
		{"harmless parent", []entry{{name: "a/../x"}}, "a/../x", `".."`},
		{"through a symlink", []entry{link, {name: "l/x"}}, "l/x", "symlink"},
		{"through a symlink, deeper", []entry{link, {name: "l/a/b/x"}}, "l/a/b/x", "symlink"},
		{"through a symlink to the inside", []entry{{name: "d/", kind: tar.TypeDir}, {name: "m", kind: tar.TypeSymlink, link: "d"}, {name: "m/x"}}, "m/x", "symlink"},
		{"directory over a symlink", []entry{link, {name: "l", kind: tar.TypeDir}}, "l", "symlink"},
		{"symlink below a symlink", []entry{link, {name: "l/m", kind: tar.TypeSymlink, link: "x"}}, "l/m", "symlink"},
		{"hard link out", []entry{{name: "h", kind: tar.TypeLink, link: "../outside"}}, "h", `".."`},
		{"hard link to absolute", []entry{{name: "h", kind: tar.TypeLink, link: "/etc/passwd"}}, "h", "absolute"},
		{"hard link through a symlink", []entry{link, {name: "h", kind: tar.TypeLink, link: "l/outside"}}, "h", "symlink"},
		{"hard link to a symlink", []entry{link, {name: "h", kind: tar.TypeLink, link: "l"}}, "h", "not a file unpacked before"},
		{"hard link to nothing", []entry{{name: "h", kind: tar.TypeLink, link: "x"}}, "h", "not a file unpacked before"},
		{"hard link through a symlink's name", []entry{link, {name: "f"}, {name: "l/h", kind: tar.TypeLink, link: "f"}}, "l/h", "symlink"},
		{"block device", []entry{{name: "b", kind: tar.TypeBlock}}, "b", "a block device"},
		{"character device", []entry{{name: "c", kind: tar.TypeChar}}, "c", "a character device"},
		{"pipe", []entry{{name: "p", kind: tar.TypeFifo}}, "p", "a named pipe"},
		{"file over a directory", []entry{{name: "d/x"}, {name: "d"}}, "d", "directory"},
		{"directory over a file", []entry{{name: "f"}, {name: "f/x"}}, "f/x", "a file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			outer, err := extract(t, 0, nil, makeTar(t, test.entries...))
			if err == nil {
				t.Fatal("it was unpacked")
			}
			if !strings.Contains(err.Error(), fmt.Sprintf("member %q", test.member)) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %q, want one with member %q and %q", err, test.member, test.want)
			}
			if entries, _ := os.ReadDir(outer); len(entries) != 1 {
				t.Errorf("outside the tree there is now %v", entries)
			}
		})
	}
}

// A later archive must not write through a symlink of an earlier one.
func TestExtractRefusesAcrossArchives(t *testing.T) {
	_, err := extract(t, 0, nil,
		makeTar(t, entry{name: "l", kind: tar.TypeSymlink, link: ".."}),
		makeTar(t, entry{name: "l/x"}))
	if err == nil || !strings.Contains(err.Error(), "symlink") {
		t.Errorf("got %v", err)
	}
}

func TestSub(t *testing.T) {
	outer, err := extract(t, 0, nil, makeTar(t, entry{name: "l", kind: tar.TypeSymlink, link: ".."}))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := NewTree(filepath.Join(outer, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"l", "l/a", "../a", "/a", ""} {
		if _, err := tree.Sub(name); err == nil {
			t.Errorf("Sub(%q) takes it", name)
		}
	}
	sub, err := tree.Sub("a/b")
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.WriteFile("c", strings.NewReader("x"), 0o755, time.Unix(5, 0)); err != nil {
		t.Fatal(err)
	}
	if got, want := listing(t, filepath.Join(outer, "tree/a")), "drwxr-xr-x b/\n-rwxr-xr-x b/c \"x\"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Whatever the archive holds, nothing outside the tree changes.
func FuzzExtract(f *testing.F) {
	link := entry{name: "l", kind: tar.TypeSymlink, link: ".."}
	f.Add(makeTar(f, link, entry{name: "l/outside", content: "evil"}), uint8(0))
	f.Add(makeTar(f, link, entry{name: "l", content: "evil"}), uint8(0))
	f.Add(makeTar(f, entry{name: "t/h", kind: tar.TypeLink, link: "t/../outside"}, entry{name: "t/h", content: "evil"}), uint8(1))
	f.Add(makeTar(f, entry{name: "../outside", content: "evil"}), uint8(0))
	f.Add(makeTar(f, entry{name: "a/b/", kind: tar.TypeDir, mode: 0o1777}, entry{name: "a/b/c"}), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, strip uint8) {
		outer := t.TempDir()
		outside := filepath.Join(outer, "outside")
		if err := os.WriteFile(outside, []byte("good"), 0o644); err != nil {
			t.Fatal(err)
		}
		tree, err := NewTree(filepath.Join(outer, "tree"))
		if err != nil {
			t.Fatal(err)
		}
		tree.Extract(tar.NewReader(bytes.NewReader(data)), int(strip), nil)
		if entries, err := os.ReadDir(outer); err != nil || len(entries) != 2 {
			t.Fatalf("beside the tree there is now %v, %v", entries, err)
		}
		info, err := os.Lstat(outside)
		if err != nil || info.Mode() != 0o644 {
			t.Fatalf("the file outside is now %v, %v", info, err)
		}
		if content, err := os.ReadFile(outside); string(content) != "good" {
			t.Fatalf("the file outside is now %q, %v", content, err)
		}
	})
}
