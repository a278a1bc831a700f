// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mergeAll merges the archives, called 0.tar, 1.tar, …
func mergeAll(t *testing.T, exclude []string, archives ...[]byte) (out string, err error) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, data := range archives {
		file := filepath.Join(dir, fmt.Sprintf("%d.tar", i))
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	out = filepath.Join(dir, "out")
	return out, Merge(files, exclude, out)
}

func symlink(name, target string) entry {
	return entry{name: name, kind: tar.TypeSymlink, link: target}
}

func TestMerge(t *testing.T) {
	out, err := mergeAll(t, []string{"doc/**"},
		makeTar(t,
			entry{name: "./usr/", kind: tar.TypeDir, mode: 0o700},
			entry{name: "usr/bin/tool", content: "t", mode: 0o711},
			entry{name: "usr/lib/liba.so.1", content: "a"},
			symlink("usr/lib/liba.so", "liba.so.1"),
			symlink("usr/lib/chain", "liba.so"),
			symlink("lib", "usr/lib"),
			symlink("abs", "/usr/lib/liba.so.1"),
			symlink("doc/gone", "nowhere"),
			entry{name: "same", content: "s"},
		),
		makeTar(t,
			entry{name: "usr/", kind: tar.TypeDir},
			entry{name: "usr/lib/libb.so", content: "b"},
			symlink("usr/lib/chain", "liba.so"),
			symlink("usr/lib/up", "../../lib/libb.so"), // through another symlink
			entry{name: "usr/hard", kind: tar.TypeLink, link: "usr/lib/libb.so"},
			entry{name: "same", content: "s", mode: 0o600},
		))
	if err != nil {
		t.Fatal(err)
	}
	want := `-rw-r--r-- abs "a"
drwxr-xr-x lib/
-rw-r--r-- lib/chain "a"
-rw-r--r-- lib/liba.so "a"
-rw-r--r-- lib/liba.so.1 "a"
-rw-r--r-- lib/libb.so "b"
-rw-r--r-- lib/up "b"
-rw-r--r-- same "s"
drwxr-xr-x usr/
drwxr-xr-x usr/bin/
-rwxr-xr-x usr/bin/tool "t"
-rw-r--r-- usr/hard "b"
drwxr-xr-x usr/lib/
-rw-r--r-- usr/lib/chain "a"
-rw-r--r-- usr/lib/liba.so "a"
-rw-r--r-- usr/lib/liba.so.1 "a"
-rw-r--r-- usr/lib/libb.so "b"
-rw-r--r-- usr/lib/up "b"
`
	if got := listing(t, out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestMergeErrors(t *testing.T) {
	file := func(content string, mode int64) []byte {
		return makeTar(t, entry{name: "f", content: content, mode: mode})
	}
	for _, test := range []struct {
		name     string
		archives [][]byte
		want     []string
	}{
		{"other content", [][]byte{file("1", 0), file("2", 0)}, []string{"1.tar", `member "f"`, "differs", "0.tar"}},
		{"other mode", [][]byte{file("1", 0o644), file("1", 0o755)}, []string{"differs"}},
		{"other kind", [][]byte{file("1", 0), makeTar(t, symlink("f", "g"))}, []string{"differs"}},
		{"other target", [][]byte{makeTar(t, symlink("f", "g")), makeTar(t, symlink("f", "h"))}, []string{"differs"}},
		{"dangling", [][]byte{makeTar(t, symlink("f", "g"))}, []string{`symlink "f" -> "g"`, "0.tar", "none of the archives", "-exclude"}},
		{"out", [][]byte{makeTar(t, symlink("f", "../../x"))}, []string{"leads out of the tree"}},
		{"circle", [][]byte{makeTar(t, symlink("a", "b"), symlink("b", "a"))}, []string{"too many symlinks"}},
		{"itself inside", [][]byte{makeTar(t, entry{name: "d/x"}, symlink("d/up", "."))}, []string{`"d" holds the symlink itself`}},
		{"root inside", [][]byte{makeTar(t, entry{name: "d/x"}, symlink("d/up", ".."))}, []string{"holds the symlink itself"}},
		{"two inside each other", [][]byte{makeTar(t, symlink("a/b", "../c"), symlink("c/d", "../a"))}, []string{`"a" holds the symlink itself`}},
		{"back from inside", [][]byte{makeTar(t, symlink("a", "d"), symlink("d/l", "../e"), symlink("e/m", "../d"))}, []string{`symlink "a"`, `"d" holds a symlink back to itself`}},
		{"below a symlink", [][]byte{makeTar(t, entry{name: "usr/lib/x"}, symlink("lib", "usr/lib")), makeTar(t, entry{name: "lib/y"})}, []string{`"lib" is a symlink in`, "0.tar", `"lib/y"`}},
		{"escape", [][]byte{makeTar(t, entry{name: "../f"})}, []string{`".."`}},
		{"hard link to nothing", [][]byte{makeTar(t, entry{name: "f", kind: tar.TypeLink, link: "g"})}, []string{"not a file unpacked before"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, err := mergeAll(t, nil, test.archives...)
			if err == nil {
				t.Fatalf("it was merged:\n%s", listing(t, out))
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want one with %q", err, want)
				}
			}
			if left := listing(t, out); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
		})
	}
}

func TestMergeNeedsEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kept"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Merge(nil, nil, dir); err == nil || !strings.Contains(err.Error(), "not empty (it holds kept)") {
		t.Errorf("got %v", err)
	}
	if got := listing(t, dir); got != "-rw-r--r-- kept \"\"\n" {
		t.Errorf("it now holds %s", got)
	}
}
