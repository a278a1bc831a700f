// SPDX-License-Identifier: Apache-2.0

package filetree

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func entry(path, kind, more string) string {
	return `{"path": "` + path + `", "kind": "` + kind + `", "mode": "0755", "owner": "0:0", "origin": "//x files"` + more + `}`
}

func TestParseSpecErrors(t *testing.T) {
	long := strings.Repeat("n", 256)
	for _, test := range []struct{ spec, want string }{
		{``, "EOF"},
		{`[]`, "cannot unmarshal array"},
		{`{"label": "//x"} {}`, "expected one JSON object, found more after it"},
		{`{"label": "//x", "entry": []}`, `unknown field "entry"`},
		{`{}`, `"label" is missing`},
		{`E` + entry("etc", "directory", ""), `entries[0] etc: the path "etc" is not absolute; expected one such as /etc/hosts`},
		{`E` + entry("", "directory", ""), `the path "" is not absolute`},
		{`E` + entry("/a/../b", "directory", ""), `the path "/a/../b" is not canonical; expected "/b"`},
		{`E` + entry("/a/", "directory", ""), `the path "/a/" is not canonical; expected "/a"`},
		{`E` + entry("//a", "directory", ""), `the path "//a" is not canonical; expected "/a"`},
		{`E` + entry("/a\\nb", "directory", ""), `the path "/a\nb" holds a control character`},
		{`E` + entry("/"+long, "directory", ""), `the file name "nnnn`},
		{`E` + entry(strings.Repeat("/n", 2048), "directory", ""), `has 4096 bytes; at most 4095 are possible`},
		{`E` + entry("/", "file", `, "source": "s"`), "the root is a directory, not a file"},
		{`E` + entry("/a", "pipe", ""), `"kind" is "pipe"; expected file, directory, symlink or device`},
		{`E` + entry("/a", "file", ""), `"source" is missing`},
		{`E` + entry("/a", "file", `, "source": "s", "target": "t"`), `a file may have "source" only`},
		{`E` + entry("/a", "directory", `, "source": "s"`), `a directory may have "" only`},
		{`E` + entry("/a", "device", `, "device": "c 1 3", "target": "t"`), `a device may have "device" only`},
		{`E` + entry("/a", "symlink", `, "target": ""`), "a symlink without a target"},
		{`E` + entry("/a", "symlink", `, "target": "`+strings.Repeat("a/", 2048)+`"`), "has 4096 bytes"},
		{`E` + entry("/a", "symlink", `, "target": "a\u0000"`), "holds a control character"},
		{`E` + entry("/a", "symlink", `, "target": "b"`), `"mode" is "0755"; a symlink has 0777`},
		{`E` + entry("/a", "device", `, "device": "c 5"`), `"device" is "c 5"; expected "c MAJOR MINOR" or "b MAJOR MINOR", at most 4095 and 1048575`},
		{`E` + entry("/a", "device", `, "device": "p 5 1"`), `"device" is "p 5 1"`},
		{`E` + entry("/a", "device", `, "device": "c 4096 1"`), `"device" is "c 4096 1"`},
		{`E` + entry("/a", "device", `, "device": "b 8 1048576"`), `"device" is "b 8 1048576"`},
		{`E` + entry("/a", "device", `, "device": "b 08 1"`), `"device" is "b 08 1"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0755", "755", 1), `"mode" is "755"; expected four octal digits such as "0644"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0755", "0758", 1), `"mode" is "0758"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0755", "+755", 1), `"mode" is "+755"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0:0", "0", 1), `"owner" is "0"; expected two numbers such as "0:0"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0:0", "0:4294967295", 1), `"owner" is "0:4294967295"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0:0", "0:0:0", 1), `"owner" is "0:0:0"`},
		{`E` + strings.Replace(entry("/a", "directory", ""), "0:0", "00:0", 1), `"owner" is "00:0"`},
		{`{"label": "//x", "tars": [{"source": "a.tar", "prefix": "app", "origin": ""}]}`, `tars[0] a.tar: the path "app" is not absolute`},
		{`{"label": "//x", "tars": [{"prefix": "/app", "origin": ""}]}`, `tars[0] : "source" is missing`},
		{`{"label": "//x", "symlink_lists": [{"source": "l", "target": "sh", "origin": ""}]}`, `symlink_lists[0] l: the path "sh" is not absolute`},
		{`{"label": "//x", "symlink_lists": [{"target": "/sh", "origin": ""}]}`, `symlink_lists[0] : "source" is missing`},
	} {
		if rest, ok := strings.CutPrefix(test.spec, "E"); ok {
			test.spec = `{"label": "//x", "entries": [` + rest + `]}`
		}
		if _, err := ParseSpec([]byte(test.spec)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s:\ngot %v, want %s", test.spec, err, test.want)
		}
	}
}

func TestReadSpec(t *testing.T) {
	file := filepath.Join(t.TempDir(), "spec.json")
	if _, err := ReadSpec(file); err == nil || !strings.Contains(err.Error(), "reading the spec: open "+file) {
		t.Errorf("no file: got %v", err)
	}
	for content, want := range map[string]string{"{}": file + `: "label" is missing`, `{"label": "//x"}`: ""} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadSpec(file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", content, err, want)
		}
	}
}

// What is accepted is canonical: decoding loses nothing.
func FuzzParseSpec(f *testing.F) {
	f.Add([]byte(`{"label": "//x", "entries": [` + entry("/a", "device", `, "device": "c 5 1"`) + `,` + entry("/", "directory", "") + `]}`))
	f.Add([]byte(`{"label": "//x", "tars": [{"source": "a.tar", "prefix": "/", "origin": "o"}], "symlink_lists": [{"source": "a", "target": "/a", "origin": "o"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpec(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseSpec(again); err != nil {
			t.Fatalf("%s, written again as %s: %v", data, again, err)
		}
		for _, e := range s.Entries {
			n, err := e.node()
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Clean(n.Path) != n.Path || !filepath.IsAbs(n.Path) || n.Mode > 0o7777 || n.Major > 4095 || n.Minor > 1<<20-1 {
				t.Fatalf("accepted: %+v", n)
			}
		}
	})
}
