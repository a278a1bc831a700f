// SPDX-License-Identifier: Apache-2.0

package treetar

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rules_elixir_vm/tools/internal/filetree"
)

func load(t *testing.T, spec *filetree.Spec) *filetree.Tree {
	t.Helper()
	tree, err := spec.Load(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func listing(t *testing.T, tree *filetree.Tree) string {
	t.Helper()
	var out strings.Builder
	if err := tree.WriteListing(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What is written is read as the same tree, and passes the check.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	spec := &filetree.Spec{Label: "//:x", Entries: []filetree.Entry{
		{Path: "/z", Kind: "directory", Mode: "1777", Owner: "0:0"},
		{Path: "/a/" + strings.Repeat("long", 40) + "/über uns", Kind: "file", Mode: "4755", Owner: "3000000:7", Source: source},
		{Path: "/a.b", Kind: "symlink", Mode: "0777", Owner: "1:1", Target: "a/ü"},
		{Path: "/a/x", Kind: "file", Mode: "0600", Owner: "0:0", Source: source},
		{Path: "/dev/null", Kind: "device", Mode: "0666", Owner: "0:0", Device: "c 1 3"},
	}}
	tree := load(t, spec)
	var out bytes.Buffer
	if err := Write(&out, tree); err != nil {
		t.Fatal(err)
	}
	if err := Check(tar.NewReader(bytes.NewReader(out.Bytes()))); err != nil {
		t.Error(err)
	}
	file := filepath.Join(dir, "tar")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	again := load(t, &filetree.Spec{Label: "//:y", Tars: []filetree.Tar{{Source: file, Prefix: "/"}}})
	want := strings.Replace(listing(t, tree), "c 0666 0:0 1,3 /dev/null\n", "", 1)
	if got := listing(t, again); got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
	var text strings.Builder
	for _, n := range again.Nodes {
		if n.Kind == filetree.File {
			if _, err := n.Content.WriteTo(&text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if text.String() != "contentcontent" {
		t.Errorf("the files hold %q", &text)
	}
}

func archiveOf(t *testing.T, headers ...tar.Header) *tar.Reader {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range headers {
		if h.ModTime.IsZero() {
			h.ModTime = time.Unix(0, 0)
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return tar.NewReader(&out)
}

func named(names ...string) []tar.Header {
	var headers []tar.Header
	for _, name := range names {
		h := tar.Header{Name: name, Typeflag: tar.TypeReg}
		if strings.HasSuffix(name, "/") {
			h.Typeflag = tar.TypeDir
		}
		headers = append(headers, h)
	}
	return headers
}

func TestCheck(t *testing.T) {
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, test := range []struct {
		name    string
		headers []tar.Header
		want    string // part of the message; "": it passes
	}{
		{"by bytes", named("a", "a.b", "a/b"), ""},
		{"nested", named("./", "./a/", "./a/b", "./a.b"), ""},
		{"neither", named("a.b", "a/b", "a"), `member "a" comes after "a/b"; sort the members by name`},
		{"one, then the other", named("a", "a/b", "a.b", "c/d", "c.d", "c/e"), `member "c/e" comes after "c.d"`},
		{"twice", named("a", "./a"), `member "./a" is there twice`},
		{"time", []tar.Header{{Name: "a", ModTime: when}}, `member "a" has the time 2026-01-02T03:04:05Z; give every member the time 0`},
		{"another time", []tar.Header{{Name: "a", AccessTime: when, Format: tar.FormatPAX}}, `member "a" has the time`},
		{"device", []tar.Header{{Name: "a", Typeflag: tar.TypeChar}}, `member "a" is no file, directory or link`},
		{"outside", named("../a"), `leads out of the tree`},
		{"empty", nil, "it is empty; the whole tree is expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Check(archiveOf(t, test.headers...))
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, expected %q", err, test.want)
			}
		})
	}
	if err := Check(tar.NewReader(strings.NewReader(strings.Repeat("no tar", 200)))); err == nil {
		t.Error("no error for what is no archive")
	}
}

func FuzzCheck(f *testing.F) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	w.WriteHeader(&tar.Header{Name: "a/b", ModTime: time.Unix(0, 0)})
	w.Close()
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(tar.NewReader(bytes.NewReader(data))) != nil {
			return
		}
		// What passes can be read to its end.
		r := tar.NewReader(bytes.NewReader(data))
		for {
			if _, err := r.Next(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
