// SPDX-License-Identifier: Apache-2.0

package starlarkdoc

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// encoded makes a message of fields, numbers first: texts, messages and numbers.
func encoded(t *testing.T, list ...any) []byte {
	t.Helper()
	var data []byte
	for i := 0; i < len(list); i += 2 {
		num := protowire.Number(list[i].(int))
		switch v := list[i+1].(type) {
		case string:
			data = protowire.AppendBytes(protowire.AppendTag(data, num, protowire.BytesType), []byte(v))
		case []byte:
			data = protowire.AppendBytes(protowire.AppendTag(data, num, protowire.BytesType), v)
		case int:
			data = protowire.AppendVarint(protowire.AppendTag(data, num, protowire.VarintType), uint64(v))
		default:
			t.Fatalf("no way to encode %T", v)
		}
	}
	return data
}

func TestDecode(t *testing.T) {
	m := func(list ...any) []byte { return encoded(t, list...) }
	attribute := m(1, "deps", 2, "What it needs.", 3, 7, 4, 1, 5, m(1, "AInfo", 1, "BInfo", 2, m(1, "AInfo", 2, "//:a.bzl")), 5, m(1, "CInfo"), 6, "[]", 7, 1)
	data := m(
		1, m(1, "thing", 2, "A thing.", 3, m(1, "name", 3, 1, 4, 1), 3, attribute, 4, m(1, "_thing"), 5, m(1, "AInfo"), 6, 1, 7, 1),
		2, m(1, "AInfo", 2, "An A.", 3, m(1, "file", 2, "File: it.")),
		3, m(1, "make", 2, m(1, "name", 2, "Its name.", 4, 1), 2, m(1, "size", 3, "1"), 2, m(1, "kwargs", 2, "Others."), 3, "Makes it.", 6, m(1, "x")),
		4, m(1, "an_aspect"),
		5, "Things.",
		6, "//:things.bzl",
		7, m(1, "fetch", 2, "Fetches.", 3, m(1, "one", 2, "One.", 3, attribute)),
		8, m(1, "a_repository"),
		9, m(1, "a_macro"),
		// A field that this package does not know.
		99, "new",
	)
	deps := Attribute{Name: "deps", Doc: "What it needs.", Type: 7, Mandatory: true, Providers: [][]string{{"AInfo", "BInfo"}, {"CInfo"}}, Default: "[]"}
	want := &Module{
		File: "//:things.bzl",
		Doc:  "Things.",
		Rules: []Rule{{
			Name: "thing", Doc: "A thing.", Provides: []string{"AInfo"}, Test: true, Executable: true,
			Attributes: []Attribute{{Name: "name", Type: nameType, Mandatory: true}, deps},
		}},
		Providers: []Provider{{Name: "AInfo", Doc: "An A.", Fields: []Field{{"file", "File: it."}}}},
		Functions: []Function{{Name: "make", Doc: "Makes it.", Parameters: []Parameter{
			{Name: "name", Doc: "Its name.", Mandatory: true}, {Name: "size", Default: "1"}, {Name: "**kwargs", Doc: "Others."},
		}}},
		Extensions: []Extension{{Name: "fetch", Doc: "Fetches.", Tags: []Tag{{Name: "one", Doc: "One.", Attributes: []Attribute{deps}}}}},
		Others:     3,
	}
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeFails(t *testing.T) {
	for _, test := range []struct {
		name, message string
		data          []byte
	}{
		{"empty", "it has no name of a file", nil},
		{"text", "", []byte("rule_info {\n")},
		{"cut off", "field 6: unexpected EOF", encoded(t, 6, "//:a.bzl")[:4]},
		{"number for a message", "field 1: its wire type is 0, expected 2", encoded(t, 1, 3)},
		{"text for a number", "field 1: field 6: its wire type is 2, expected 0", encoded(t, 1, encoded(t, 6, "yes"))},
		{"other bytes", "field 5: it is not UTF-8", encoded(t, 5, "\xff")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if m, err := Decode(test.data); err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %+v, %v; want %q", m, err, test.message)
			}
		})
	}
}

func TestOnce(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "",
		"a":                  "a",
		"\u00e2\u0080\u00a6": "…",
		"…":                  "…",
		"ä":                  "ä",
		"\u00c3\u00a4":       "ä",
		"… \u00c3\u00a4":     "… \u00c3\u00a4",
	} {
		if got := once(text); got != want {
			t.Errorf("once(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x0a\x04\x0a\x02ab\x32\x01c"))
	f.Add([]byte("\x2a\x01a\x32\x01c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if (m == nil) == (err == nil) {
			t.Fatalf("got %v and %v", m, err)
		}
		if err == nil {
			// Whatever was read can be written, or is refused.
			if pages, err := Pages(m, []*Module{m}); err == nil && len(pages) != 3 {
				t.Fatalf("got %d pages", len(pages))
			}
		}
	})
}

// things is a module with one of each.
func things() *Module {
	return &Module{
		File: "//:things.bzl",
		Doc:  "Things.\n\nThere are several.",
		Rules: []Rule{{
			Name: "thing", Doc: "A thing.\n\n| | |\n|---|---|\n| a | b |\n", Executable: true, Provides: []string{"AInfo", "CcInfo"},
			Attributes: []Attribute{
				{Name: "name", Type: nameType, Mandatory: true},
				{Name: "deps", Doc: "What it needs,\n  a|b.\n\nAnd more.", Type: 7, Providers: [][]string{{"AInfo", "CcInfo"}, {"CcInfo"}}, Default: "[]"},
				{Name: "src", Doc: "The source.", Type: 3, Mandatory: true},
				{Name: "tool", Doc: "The tool.", Type: 3, Default: `Label("@@x~//a/tool:tool")`},
			},
		}},
		Functions: []Function{{Name: "make", Doc: "Makes it.", Parameters: []Parameter{
			{Name: "name", Doc: "Its name.", Mandatory: true}, {Name: "size", Doc: "How large.", Default: `"small"`}, {Name: "**kwargs", Doc: "Others."},
		}}},
		Extensions: []Extension{{Name: "fetch", Doc: "Fetches.", Tags: []Tag{{Name: "one", Doc: "One.", Attributes: []Attribute{{Name: "name", Doc: "The name.", Type: nameType, Default: `"x"`}}}}}},
	}
}

func infos() *Module {
	return &Module{
		File:      "//:infos.bzl",
		Doc:       "Providers.",
		Providers: []Provider{{Name: "AInfo", Doc: "An A.", Fields: []Field{{"file", "File: it."}}}},
	}
}

func everything() *Module {
	return &Module{File: "//:defs.bzl", Doc: "All.", Rules: things().Rules, Functions: things().Functions, Providers: infos().Providers}
}

func TestPages(t *testing.T) {
	pages, err := Pages(everything(), []*Module{things(), infos()})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		rulesPage: head + rulesIntro + `
| | |
|---|---|
| Things | [` + "`make`](#make), [`thing`" + `](#thing) |

## Things

There are several.

### make

Makes it.

| parameter | default | |
|---|---|---|
| ` + "`name`" + ` | mandatory | Its name. |
| ` + "`size` | `\"small\"`" + ` | How large. |
| ` + "`**kwargs`" + ` | | Others. |

### thing

A thing.

| | |
|---|---|
| a | b |

` + "`bazel run`" + ` runs it. It gives [AInfo](providers.md#ainfo) and CcInfo.

| attribute | type | default | |
|---|---|---|---|
| ` + "`src`" + ` | label | mandatory | The source. |
| ` + "`deps`" + ` | list of labels with [AInfo](providers.md#ainfo) and CcInfo or CcInfo | ` + "`[]`" + ` | What it needs, a\|b.<br>And more. |
| ` + "`tool` | label | `\"@x~//a/tool\"`" + ` | The tool. |
`,
		providersPage: head + providersIntro + `
## AInfo

An A.

| field | |
|---|---|
| ` + "`file`" + ` | File: it. |
`,
		extensionsPage: head + extensionsIntro + `
## fetch

Fetches.

### fetch.one

One.

| attribute | type | default | |
|---|---|---|---|
| ` + "`name` | string | `\"x\"`" + ` | The name. |
`,
	} {
		if pages[name] != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, pages[name], want)
		}
	}
}

func TestPagesFail(t *testing.T) {
	for _, test := range []struct {
		name, message string
		change        func(public, things, infos *Module)
	}{
		{"not documented", "//:defs.bzl: more is in none of the files that are documented: add its file", func(public, _, _ *Module) {
			public.Rules = append(public.Rules, Rule{Name: "more", Doc: "More."})
		}},
		{"not public", "//:infos.bzl: BInfo is not in //:defs.bzl: load it there too", func(_, _, infos *Module) {
			infos.Providers = append(infos.Providers, Provider{Name: "BInfo", Doc: "A B."})
		}},
		{"twice", "//:infos.bzl: make is in //:things.bzl too", func(_, things, infos *Module) { infos.Functions = things.Functions }},
		{"aspect", "//:things.bzl: 1 aspects, repository rules or symbolic macros have no page", func(_, things, _ *Module) { things.Others = 1 }},
		{"file", "//:things.bzl: the file has no docstring", func(_, things, _ *Module) { things.Doc = "" }},
		{"rule", "//:things.bzl: thing has no docstring", func(_, things, _ *Module) { things.Rules[0].Doc = " \n" }},
		{"attribute", "//:things.bzl: the attribute src of thing has no docstring", func(_, things, _ *Module) { things.Rules[0].Attributes[2].Doc = "" }},
		{"type", "//:things.bzl: the attribute src of thing has the type 77, which is not known", func(_, things, _ *Module) { things.Rules[0].Attributes[2].Type = 77 }},
		{"macro", "//:things.bzl: make has no docstring", func(_, things, _ *Module) { things.Functions[0].Doc = "" }},
		{"parameter", "//:things.bzl: the parameter size of make has no docstring", func(_, things, _ *Module) { things.Functions[0].Parameters[1].Doc = "" }},
		{"provider", "//:infos.bzl: AInfo has no docstring", func(_, _, infos *Module) { infos.Providers[0].Doc = "" }},
		{"field", "//:infos.bzl: the field file of AInfo has no docstring", func(_, _, infos *Module) { infos.Providers[0].Fields[0].Doc = "" }},
		{"extension", "//:things.bzl: fetch has no docstring", func(_, things, _ *Module) { things.Extensions[0].Doc = "" }},
		{"tag", "//:things.bzl: fetch.one has no docstring", func(_, things, _ *Module) { things.Extensions[0].Tags[0].Doc = "" }},
		{"attribute of a tag", "//:things.bzl: the attribute name of fetch.one has no docstring", func(_, things, _ *Module) { things.Extensions[0].Tags[0].Attributes[0].Doc = "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			public, things, infos := everything(), things(), infos()
			test.change(public, things, infos)
			if _, err := Pages(public, []*Module{things, infos}); err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %q", err, test.message)
			}
		})
	}
}

func TestLabel(t *testing.T) {
	for text, want := range map[string]string{
		`"x"`:                           `"x"`,
		`[]`:                            `[]`,
		`None`:                          `None`,
		`"//erlang:erlang"`:             `"//erlang"`,
		`"@rules//erlang:minimal"`:      `"@rules//erlang:minimal"`,
		`Label("@@rules~//init:init")`:  `"@rules~//init"`,
		`Label("//toolchains/x:other")`: `"//toolchains/x:other"`,
	} {
		if got := label(text); got != want {
			t.Errorf("label(%s) = %s, want %s", text, got, want)
		}
	}
}
