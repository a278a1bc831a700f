// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tarListing describes the members of a tar, one line each.
func tarListing(t *testing.T, data []byte) string {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for {
		h, err := r.Next()
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s has an owner: %+v", h.Name, h)
		}
		name := h.Name
		if len(name) > 60 {
			name = fmt.Sprintf("%s…(%d)", name[:10], len(name))
		}
		fmt.Fprintf(&out, "%c %o %d %v %s %s%q\n", h.Typeflag, h.Mode, h.ModTime.Unix(), h.Format, name, h.Linkname, content)
	}
}

// disk makes a directory with one of everything; umask and time must not show.
func disk(t *testing.T, mask os.FileMode, mtime time.Time) string {
	t.Helper()
	dir := t.TempDir()
	long := strings.Repeat("d/", 80) + strings.Repeat("n", 120)
	for name, mode := range map[string]os.FileMode{"b/run": 0o777, "b/data": 0o666, "a": 0o755, "b-c": 0o644, long: 0o644} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(filepath.Base(name)[:1]), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode&^mask); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, mtime, mtime); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../a", filepath.Join(dir, "b/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "a"), filepath.Join(dir, "hard")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeDir(t *testing.T, dir string, include, exclude []string) []byte {
	t.Helper()
	filter, err := NewFilter(include, exclude)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteDir(&out, dir, filter, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteDir(t *testing.T) {
	first := writeDir(t, disk(t, 0o022, time.Unix(1000, 5)), nil, []string{"d/d/**/d"})
	second := writeDir(t, disk(t, 0o077, time.Unix(99999, 0)), nil, []string{"d/d/**/d"})
	if !bytes.Equal(first, second) {
		t.Errorf("modes or times of the disk show:\n%s\n%s", tarListing(t, first), tarListing(t, second))
	}
	// The long name comes with its parents, though they are left out, and
	// is the only one that needs PAX.
	var want strings.Builder
	want.WriteString(`0 755 0 USTAR a "a"
5 755 0 USTAR b/ ""
0 644 0 USTAR b-c "b"
0 644 0 USTAR b/data "d"
2 777 0 USTAR b/link ../a""
0 755 0 USTAR b/run "r"
`)
	for n := 1; n <= 80; n++ {
		name := strings.Repeat("d/", n)
		format := "USTAR"
		if len(name) > 60 {
			name = fmt.Sprintf("%s…(%d)", name[:10], len(name))
		}
		fmt.Fprintf(&want, "5 755 0 %s %s \"\"\n", format, name)
	}
	fmt.Fprintf(&want, "0 644 0 PAX d/d/d/d/d/…(280) \"n\"\n0 755 0 USTAR hard \"a\"\n")
	if got := tarListing(t, first); got != want.String() {
		t.Errorf("got\n%swant\n%s", got, want.String())
	}
}

func TestWriteDirFilter(t *testing.T) {
	dir := disk(t, 0o022, time.Now())
	got := tarListing(t, writeDir(t, dir, []string{"b/*"}, []string{"**/run"}))
	want := "5 755 0 USTAR b/ \"\"\n0 644 0 USTAR b/data \"d\"\n2 777 0 USTAR b/link ../a\"\"\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	filter, err := NewFilter([]string{"b/*", "no/**"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteDir(io.Discard, dir, filter, time.Unix(0, 0)); err == nil || !strings.Contains(err.Error(), `"no/**"`) {
		t.Errorf("got %v, want an error that names no/**", err)
	}
}

func TestWriteDirRefusesPipes(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	filter, _ := NewFilter(nil, nil)
	err := WriteDir(io.Discard, dir, filter, time.Unix(0, 0))
	if err == nil || !strings.Contains(err.Error(), "pipe: ") {
		t.Errorf("got %v", err)
	}
}

func subset(t *testing.T, data []byte, strip int, include, exclude []string) ([]byte, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	filter, err := NewFilter(include, exclude)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Subset(r, strip, filter, &out)
	return out.Bytes(), err
}

func TestSubset(t *testing.T) {
	data := makeTar(t,
		entry{name: "v1/b/", kind: tar.TypeDir, mtime: 50, mode: 0o775},
		entry{name: "v1/b/run", content: "r", mode: 0o775, mtime: 100},
		entry{name: "v1/b/link", kind: tar.TypeSymlink, link: "run", mtime: 150},
		entry{name: "v1/a", content: "a", mode: 0o600, mtime: 200},
		entry{name: "v1/h", kind: tar.TypeLink, link: "v1/a", mtime: 200},
		entry{name: "v1/doc/x", content: "x"},
	)
	got, err := subset(t, data, 1, []string{"b/**", "a", "h"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `5 755 50 USTAR b/ ""
0 755 100 USTAR b/run "r"
2 777 150 USTAR b/link run""
0 644 200 USTAR a "a"
1 644 200 USTAR h a""
`
	if list := tarListing(t, got); list != want {
		t.Errorf("got\n%swant\n%s", list, want)
	}
	again, err := subset(t, data, 1, []string{"b/**", "a", "h"}, nil)
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("the second run gave other bytes, %v", err)
	}
	for want, include := range map[string][]string{`"man/**"`: {"a", "man/**"}, `hard link target "a" is not in the subset`: {"h"}} {
		if _, err := subset(t, data, 1, include, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("include %q: got %v, want an error with %s", include, err, want)
		}
	}
}

func TestCreateFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	boom := errors.New("boom")
	err := CreateFile(path, 0o644, func(w io.Writer) error {
		io.WriteString(w, "half")
		return boom
	})
	if entries, _ := os.ReadDir(dir); !errors.Is(err, boom) || len(entries) != 0 {
		t.Errorf("got %v and left %v", err, entries)
	}
	if err := CreateFile(path, 0o755, func(w io.Writer) error {
		_, err := io.WriteString(w, "whole")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got, want := listing(t, dir), "-rwxr-xr-x out \"whole\"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
