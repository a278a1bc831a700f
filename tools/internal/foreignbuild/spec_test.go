// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const fullSpec = `{
	"label": "//toolchains/musl:musl",
	"log": "bazel-out/bin/musl.log",
	"archives": [{"path": "musl.tar.gz", "dir": "src", "strip": 1, "include": ["**"]}],
	"patches": [{"path": "fix.patch", "dir": "src"}],
	"files": [{"path": "config", "dest": "src/.config"}],
	"tools": [{"name": "make", "path": "bin/make"}, {"name": "cc", "path": "bin/clang", "args": ["--sysroot=${WORK}/sysroot"]}],
	"env": {"K": "V"},
	"steps": [{"name": "configure", "dir": "src", "argv": ["sh", "./configure"], "env": {"A": "1"}, "interactive": true}],
	"outputs": [
		{"path": "bin/busybox", "from": "src/busybox", "executable": true},
		{"path": "bin/musl.tar", "root": "install", "include": ["usr/**"]}
	]
}`

// change decodes fullSpec, sets one value by its path and encodes it again.
func change(t *testing.T, value any, path ...any) []byte {
	t.Helper()
	var spec any
	if err := json.Unmarshal([]byte(fullSpec), &spec); err != nil {
		t.Fatal(err)
	}
	at := spec
	for i, key := range path {
		last := i == len(path)-1
		switch key := key.(type) {
		case int:
			at = at.([]any)[key]
		case string:
			if last {
				at.(map[string]any)[key] = value
			} else {
				at = at.(map[string]any)[key]
			}
		}
	}
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseSpec(t *testing.T) {
	s, err := ParseSpec([]byte(fullSpec))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseSpec(data)
	if err != nil || !reflect.DeepEqual(s, again) {
		t.Errorf("encoded and decoded again it is %+v, %v; want %+v", again, err, s)
	}
}

func TestParseSpecErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "EOF"},
		{"more", []byte(fullSpec + "{}"), "more after it"},
		{"unknown field", change(t, 1, "lable"), `unknown field "lable"`},
		{"unknown inner field", change(t, 1, "steps", 0, "args"), `unknown field "args"`},
		{"label", change(t, "", "label"), `"label" is missing`},
		{"log", change(t, "x/.log", "log"), `ends in ".log"`},
		{"log of the host", change(t, "/x/y.log", "log"), `"log" is "/x/y.log"; expected a path below`},
		{"log outside", change(t, "x/../../y.log", "log"), "expected a path below the current directory"},
		{"no steps", change(t, []any{}, "steps"), `"steps" is empty`},
		{"no outputs", change(t, []any{}, "outputs"), `"outputs" is empty`},
		{"archive path", change(t, "", "archives", 0, "path"), `archives[0] : "path" is missing`},
		{"archive dir", change(t, "../x", "archives", 0, "dir"), "archives[0] musl.tar.gz: expected a path inside the work directory"},
		{"strip", change(t, -1, "archives", 0, "strip"), `"strip" is -1`},
		{"glob", change(t, []any{"/x"}, "archives", 0, "include"), `glob "/x"`},
		{"patch dir", change(t, "/x", "patches", 0, "dir"), "patches[0] fix.patch"},
		{"dest", change(t, "a/../../b", "files", 0, "dest"), "files[0] config"},
		{"no dest", change(t, "", "files", 0, "dest"), "files[0] config"},
		{"tool name", change(t, "a/b", "tools", 0, "name"), "tools[0] a/b"},
		{"tool twice", change(t, "make", "tools", 1, "name"), "tools[1] make: a tool of this name is declared twice"},
		{"variable", change(t, "x", "env", "A=B"), `"A=B" cannot be the name`},
		{"step name", change(t, "", "steps", 0, "name"), `"name" of its own`},
		{"step argv", change(t, []any{}, "steps", 0, "argv"), `"argv" is empty`},
		{"step dir", change(t, "..", "steps", 0, "dir"), "steps[0] configure"},
		{"step variable", change(t, "x", "steps", 0, "env", ""), "cannot be the name"},
		{"output from", change(t, "/bin/sh", "outputs", 0, "from"), "outputs[0] bin/busybox"},
		{"output of both", change(t, "x", "outputs", 0, "root"), `either "from" or "root"`},
		{"output of none", change(t, "", "outputs", 0, "from"), `either "from" or "root"`},
		{"output twice", change(t, "bin/../bin/busybox", "outputs", 1, "path"), "written twice"},
		{"output outside", change(t, "../x", "outputs", 1, "path"), "outputs[1] ../x: expected a path below"},
		{"output in the work directory", change(t, "bazel-out/./bin/musl.work/x", "outputs", 1, "path"), "outputs[1] bazel-out/./bin/musl.work/x: it lies inside the work directory bazel-out/bin/musl.work"},
		{"output is the work directory", change(t, "bazel-out/bin/musl.work", "outputs", 1, "path"), "inside the work directory"},
		{"output over log", change(t, "bazel-out/bin/musl.log", "outputs", 1, "path"), "written twice"},
		{"globs of a file", change(t, []any{"a"}, "outputs", 0, "include"), `needs "root"`},
		{"executable tar", change(t, true, "outputs", 1, "executable"), `needs "from"`},
		{"output glob", change(t, []any{"a**"}, "outputs", 1, "include"), `glob "a**"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseSpec(test.data)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// Every spec that is taken stays in the work directory by its names.
func FuzzParseSpec(f *testing.F) {
	f.Add([]byte(fullSpec))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpec(data)
		if err != nil {
			return
		}
		var names []string
		for _, a := range s.Archives {
			names = append(names, a.Dir)
		}
		for _, st := range s.Steps {
			names = append(names, st.Dir)
		}
		for _, o := range s.Outputs {
			names = append(names, o.From+o.Root)
		}
		for _, name := range names {
			if !inside("/w", "/w/"+name) || strings.HasPrefix(name, "/") {
				t.Errorf("%q leaves the work directory in %s", name, data)
			}
		}
	})
}
