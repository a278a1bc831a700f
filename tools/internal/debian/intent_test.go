// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"testing"
)

func TestDecodeIntent(t *testing.T) {
	in, err := DecodeIntent([]byte(`{
  "trees": {"llvm": {"suite": "trixie", "packages": ["clang-19", "lib++.x"], "without": ["binutils"]}},
  "sources": {"elixir-lang": {"suite": "trixie-backports", "package": "elixir-lang", "file": "orig-docs", "urls": ["https://example.org/x"]}}
}`))
	must(t, err)
	if got := in.Trees["llvm"].Without[0] + " " + in.Sources["elixir-lang"].File; got != "binutils orig-docs" {
		t.Errorf("got %q", got)
	}
}

func TestDecodeIntentErrors(t *testing.T) {
	tree := func(body string) string { return `{"trees": {"t": {` + body + `}}}` }
	source := func(body string) string { return `{"sources": {"s": {` + body + `}}}` }
	for _, test := range []struct {
		text string
		want []string
	}{
		{``, []string{"EOF"}},
		{`[]`, []string{"array"}},
		{`null`, []string{"nothing is asked for"}},
		{`{}`, []string{"nothing is asked for"}},
		{`{"tree": {}}`, []string{`unknown field "tree"`}},
		{tree(`"suite": "trixie", "packages": ["a1"], "recommends": true`), []string{`unknown field "recommends"`}},
		{tree(`"suite": "trixie", "packages": ["a1"]`) + `{}`, []string{"something follows"}},
		{tree(`"suite": "trixie", "suite": "forky", "packages": ["a1"]`), []string{`key "trees.t.suite" is repeated`}},
		{tree(`"suite": "trixie", "Suite": "forky", "packages": ["a1"]`), []string{`key "trees.t.Suite" is repeated`}},
		{`{"trees": {"t": {"suite": "trixie", "packages": ["a1"]}, "t": {"suite": "trixie", "packages": ["b1"]}}}`, []string{`key "trees.t" is repeated`}},
		{tree(`"packages": ["a1"]`), []string{`tree "t"`, `"suite" is ""`}},
		{tree(`"suite": "../x", "packages": ["a1"]`), []string{`"suite" is "../x"`}},
		{tree(`"suite": "trixie"`), []string{`tree "t"`, `"packages" is empty`}},
		{tree(`"suite": "trixie", "packages": ["a1 "]`), []string{`"a1 " is not a Debian package name`}},
		{tree(`"suite": "trixie", "packages": ["a1"], "without": ["B1"]`), []string{`"B1" is not a Debian package name`}},
		{tree(`"suite": "trixie", "packages": ["a1", "a1"]`), []string{`package "a1" is named twice`}},
		{tree(`"suite": "trixie", "packages": ["a1"], "without": ["a1"]`), []string{`package "a1" is named twice`}},
		{`{"trees": {"../t": {"suite": "trixie", "packages": ["a1"]}}}`, []string{`tree "../t"`, "not a usable name"}},
		{source(`"suite": "trixie", "package": "a1"`), []string{`source "s"`, `"file" is ""`}},
		{source(`"suite": "trixie", "package": "a1", "file": "debian"`), []string{`"file" is "debian"`}},
		{source(`"suite": "trixie", "package": "", "file": "orig"`), []string{`"package" is ""`}},
		{source(`"package": "a1", "file": "orig"`), []string{`"suite" is ""`}},
		{source(`"suite": "trixie", "package": "a1", "file": "orig", "urls": ["http://example.org/x"]`), []string{"expected an absolute https:// address"}},
		{source(`"suite": "trixie", "package": "a1", "file": "orig", "urls": ["https:///x"]`), []string{"expected an absolute https:// address"}},
		{`{"sources": {"S": {"suite": "trixie", "package": "a1", "file": "orig"}}}`, []string{`source "S"`, "not a usable name"}},
	} {
		_, err := DecodeIntent([]byte(test.text))
		if err == nil {
			t.Errorf("%s: no error, expected one with %q", test.text, test.want)
			continue
		}
		wantError(t, err, test.want...)
	}
}

// FuzzDecodeIntent: what is accepted is complete enough to be resolved.
func FuzzDecodeIntent(f *testing.F) {
	f.Add([]byte(smallIntent))
	f.Add([]byte(`{"trees": {"t": {"suite": "trixie", "packages": ["a1"], "without": []}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := DecodeIntent(data)
		if err != nil {
			return
		}
		for name, tree := range in.Trees {
			if name == "" || tree.Suite == "" || len(tree.Packages) == 0 {
				t.Errorf("tree %q: %+v", name, tree)
			}
		}
		for name, source := range in.Sources {
			if name == "" || source.Suite == "" || source.Package == "" || source.File == "" {
				t.Errorf("source %q: %+v", name, source)
			}
		}
	})
}
