// SPDX-License-Identifier: Apache-2.0

package launch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const clangSidecar = `{
	"tree": ["../../../external/x", "../../../x"],
	"loader": "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
	"library_path": ["usr/lib/x86_64-linux-gnu", "usr/lib/llvm-19/lib"],
	"program": "usr/lib/llvm-19/bin/clang",
	"argv0": "clang",
	"args": ["-no-canonical-prefixes", "-resource-dir=${TREE}/usr/lib/clang/19", "--ld-path=${BIN}/ld.lld"],
	"no_args_if_first": ["-cc1", "-cc1as"],
	"env": {"PERL5LIB": "${TREE}/perl"}
}`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(clangSidecar))
	if err != nil {
		t.Fatal(err)
	}
	want := &Sidecar{
		Tree:          []string{"../../../external/x", "../../../x"},
		Loader:        "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
		LibraryPath:   []string{"usr/lib/x86_64-linux-gnu", "usr/lib/llvm-19/lib"},
		Program:       "usr/lib/llvm-19/bin/clang",
		Argv0:         "clang",
		Args:          []string{"-no-canonical-prefixes", "-resource-dir=${TREE}/usr/lib/clang/19", "--ld-path=${BIN}/ld.lld"},
		NoArgsIfFirst: []string{"-cc1", "-cc1as"},
		Env:           map[string]string{"PERL5LIB": "${TREE}/perl"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func TestParseEscapes(t *testing.T) {
	got, err := Parse([]byte(`{"alias":"a\"\\\/\n\t\u00e9\ud83d\ude00é"}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := "a\"\\/\n\té😀é"; got.Alias != want {
		t.Errorf("got %q, want %q", got.Alias, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ name, data, want string }{
		{"empty", ``, "found the end of the file"},
		{"no object", `[]`, `expected '{', found '['`},
		{"unknown field", `{"tre": []}`, `unknown field "tre"`},
		{"case matters", `{"Tree": []}`, `unknown field "Tree"`},
		{"twice", `{"program":"a","program":"b"}`, `"program" is given twice`},
		{"variable twice", `{"env":{"A":"1","A":"2"}}`, `"A" is given twice`},
		{"number", `{"program": 1}`, `field "program": expected '"', found '1'`},
		{"null", `{"tree": null}`, `field "tree": expected '['`},
		{"more data", `{"alias":"a"} x`, `expected the end of the file, found 'x'`},
		{"trailing comma", `{"tree":["a",]}`, `expected '"', found ']'`},
		{"open string", `{"tree":["a`, "a string does not end"},
		{"open escape", `{"tree":["a\`, "a string does not end"},
		{"control character", "{\"tree\":[\"a\n\"]}", "control character"},
		{"bad escape", `{"tree":["\x"]}`, `unknown escape \x`},
		{"bad hex", `{"tree":["\u00gg"]}`, "four hexadecimal digits"},
		{"half pair", `{"tree":["\ud83d"]}`, `half of a \u pair`},
		{"not UTF-8", "{\"tree\":[\"\xff\"]}", "not UTF-8"},
		{"NUL", `{"alias":"a\u0000b"}`, "a NUL byte inside a string"},
		{"nothing", `{}`, `"tree" must name`},
		{"no program", `{"tree":["a"],"loader":"l"}`, `"program" is missing`},
		{"libraries of nothing", `{"tree":["a"],"program":"p","library_path":["l"]}`, `needs a "loader"`},
		{"alias and program", `{"alias":"a","program":"p"}`, `"alias" and "args" only`},
		{"bad variable", `{"tree":["a"],"program":"p","env":{"A=B":""}}`, `impossible name "A=B"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse([]byte(test.data))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// What Parse takes, encoding/json takes too, and understands in the same way.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{clangSidecar, `{"alias":"\u00e9\ud83d\ude00\/","args":[]}`, `{"env":{}}`, `{"tree":[1]}`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse(data)
		if err != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		var want Sidecar
		if err := d.Decode(&want); err != nil {
			t.Fatalf("Parse takes %q, encoding/json says: %v", data, err)
		}
		if !reflect.DeepEqual(got, &want) {
			t.Fatalf("%q: got %#v, encoding/json has %#v", data, got, want)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("Parse does not take %s: %v", again, err)
		}
	})
}

func TestExpand(t *testing.T) {
	lookup := func(name string) (string, bool) {
		value, ok := map[string]string{"A": "1", "B": "${A}"}[name]
		return value, ok
	}
	for _, test := range []struct{ text, want, err string }{
		{text: "", want: ""},
		{text: "plain $A $(A) $$ a$", want: "plain $A $(A) $$ a$"},
		{text: "${A}/x${A}", want: "1/x1"},
		{text: "${B}", want: "${A}"}, // not expanded again
		{text: "$${A}", want: "${A}"},
		{text: "a$${A}${A}$${A}", want: "a${A}1${A}"},
		{text: "$$${A}", want: "$${A}"},
		{text: "${C}", err: "unknown placeholder ${C}"},
		{text: "${}", err: "unknown placeholder ${}"},
		{text: "x${A", err: `"${" without "}"`},
	} {
		got, err := Expand(test.text, lookup)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("Expand(%q): got error %v, want one with %q", test.text, err, test.err)
			}
		} else if err != nil || got != test.want {
			t.Errorf("Expand(%q) = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

// A text escaped by doubling comes back as it was.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"", "$", "${A}", "$${A}", "${", "a${b$${c"} {
		f.Add(seed)
	}
	none := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, text string) {
		Expand(text, none)
		got, err := Expand(strings.ReplaceAll(text, "${", "$${"), none)
		if err != nil || got != text {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	})
}
