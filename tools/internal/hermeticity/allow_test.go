// SPDX-License-Identifier: Apache-2.0

package hermeticity

import (
	"strings"
	"testing"
)

const tableHead = "## Known violations\n| id | mnemonic | where | pattern | why |\n|---|:-:|---|---|---|\n"

func TestParseAllowed(t *testing.T) {
	got := rules(t, "testdata/known.md")
	var ids []string
	for _, r := range got {
		ids = append(ids, r.ID)
		if r.Optional != (r.ID == "macos") {
			t.Errorf("%s: optional is %t", r.ID, r.Optional)
		}
	}
	if want := "genrule-shell strict-path leaky-headers params macos"; strings.Join(ids, " ") != want {
		t.Errorf("got %s, want %s", ids, want)
	}
	if r := got[0]; r.Mnemonic != "Genrule" || r.Where != "argument" || r.Pattern.String() != "^(?:/bin/(ba|da)?sh)$" || r.Line != 12 || r.File != "known.md" {
		t.Errorf("got %+v", r)
	}
	for _, text := range []string{"## Known violations\nNone.\n", tableHead, tableHead + "\n## Known violations of others\n| a |\n"} {
		if got, err := ParseAllowed("f", text); err != nil || len(got) != 0 {
			t.Errorf("%q: got %v, %v, want no rules", text, got, err)
		}
	}
}

func TestParseAllowedErrors(t *testing.T) {
	const good = "| a | A | argument | `x` | y |\n"
	for _, test := range []struct{ text, want string }{
		{"", `f: the heading "## Known violations" is missing`},
		{"```\n## Known violations\n```\n", "heading"},
		{"### Known violations\n", "heading"},
		{"## Known violations\n| id | pattern |\n", "f:2: expected the columns | id | mnemonic | where | pattern | why |, found | id | pattern |"},
		{strings.Replace(tableHead, ":-:", "x", 1), `f:3: expected |---| below the names of the columns, found "x"`},
		{tableHead + "| a | A | argument | `x` |\n", "f:4: expected 5 cells, found 4"},
		{tableHead + "| a | A | argument | `x|y` | y |\n", `f:4: expected 5 cells, found 6 (a "|" inside a cell is written "\|")`},
		{tableHead + "| a | A | argument | `x` | y\n", `f:4: a row has to end in "|"`},
		{tableHead + "| A b | A | argument | `x` | y |\n", `f:4: the id "A b"`},
		{tableHead + "| a | A-B | argument | `x` | y |\n", `f:4: row a: the mnemonic "A-B"`},
		{tableHead + "| a | A | env | `x` | y |\n", `f:4: row a: where is "env"`},
		{tableHead + "| a | A | argument | x | y |\n", `f:4: row a: the pattern "x": expected a regular expression in backticks`},
		{tableHead + "| a | A | argument | `x(` | y |\n", "f:4: row a: the pattern: error parsing regexp: missing closing )"},
		{tableHead + "| a | A | argument | `x)(?:y` | y |\n", "f:4: row a: the pattern: error parsing regexp: unexpected )"},
		{tableHead + "| a | A | argument | `x` | |\n", "f:4: row a: say why"},
		{tableHead + "| a | A | argument | `x` | optional: |\n", "f:4: row a: say why"},
		{tableHead + good + good, `f:5: the id "a" is that of line 4, too`},
		{tableHead + good + "\n" + good, `f:6: a second table under "## Known violations": keep one`},
		{tableHead + good + tableHead, `f:5: a second heading "## Known violations", the first is on line 1`},
	} {
		_, err := ParseAllowed("f", test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got error %v, want %q", test.text, err, test.want)
		}
	}
	_, err := ParseAllowed("f", tableHead+"| a |\n| b |\n")
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two bad rows: want two errors, got %v", err)
	}
}

func FuzzParseAllowed(f *testing.F) {
	f.Add(tableHead + "| a | A | argument | `x\\|y` | y |\n| b | * | environment | `PATH=.*` | optional: z |\n")
	f.Add("# x\n```\n## Known violations\n```\n## Known violations\n| id |\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseAllowed("f", text)
		if err != nil {
			return
		}
		lines := strings.Split(text, "\n")
		for _, r := range rules {
			if r.ID == "" || r.Pattern == nil || r.Why == "" || !strings.Contains(lines[r.Line-1], r.ID) {
				t.Fatalf("line %d %q became %+v", r.Line, lines[r.Line-1], r)
			}
		}
	})
}
