// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseFragment(t *testing.T) {
	const text = `# SPDX-License-Identifier: Apache-2.0

# a comment; CONFIG_NOT_READ=y
#CONFIG_COMMENTED_OUT=y
CONFIG_A=y
  CONFIG_B=m   ` + "\r" + `
CONFIG_C=n
# CONFIG_D is not set
CONFIG_E=123
CONFIG_F=-1
CONFIG_G=0X00aBc
CONFIG_ZERO=0x0
CONFIG_H="a # \"b\" \\ \c"
CONFIG_I=""
CONFIG_J=y # nocheck: no prompt
# CONFIG_K is not set # nocheck: selected # by that
CONFIG_L="x"# nocheck:y
CONFIG_60XX_wdt=y
CONFIG_A=y`
	want := []Option{
		{"A", "y", "f", 5, ""},
		{"B", "m", "f", 6, ""},
		{"C", "n", "f", 7, ""},
		{"D", "n", "f", 8, ""},
		{"E", "123", "f", 9, ""},
		{"F", "-1", "f", 10, ""},
		{"G", "0xabc", "f", 11, ""},
		{"ZERO", "0x0", "f", 12, ""},
		{"H", `"a # \"b\" \\ c"`, "f", 13, ""},
		{"I", `""`, "f", 14, ""},
		{"J", "y", "f", 15, "no prompt"},
		{"K", "n", "f", 16, "selected # by that"},
		{"L", `"x"`, "f", 17, "y"},
		{"60XX_wdt", "y", "f", 18, ""},
		{"A", "y", "f", 19, ""},
	}
	got, err := ParseFragment("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("option %d: got %+v, want %+v", i, got[i:], want[i:])
		}
	}
}

func TestParseFragmentErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"CONFIG_A", `f:1: "CONFIG_A" is not an option`},
		{"CONFIG_A = y", `f:1: "CONFIG_A = y" is not an option`},
		{"A=y", `f:1: "A=y" is not an option`},
		{"CONFIG_A-B=y", `is not an option`},
		{"CONFIG_A=", `f:1: CONFIG_A: "" is not a value: expected y, m, n`},
		{"CONFIG_A=yes", `"yes" is not a value`},
		{"CONFIG_A=Y", `"Y" is not a value`},
		{"CONFIG_A=007", `"007" is not a value`},
		{"CONFIG_A=0x", `"0x" is not a value`},
		{`CONFIG_A="x`, `the string "x has no closing quote`},
		{`CONFIG_A="x\`, `has no closing quote`},
		{`CONFIG_A="x" y`, `"y" after the value`},
		{"CONFIG_A=y # because", `"# because" after the value: only "# nocheck: reason" may follow`},
		{"CONFIG_A=y # nocheck", `nocheck without a reason`},
		{"CONFIG_A=y # nocheck: ", `nocheck without a reason`},
		{"CONFIG_A=y # nocheck because", `nocheck without a reason`},
		{"CONFIG_A=y # nochecking: x", `only "# nocheck: reason" may follow`},
		{"# CONFIG_A is not set by default", `"by default" after the value`},
		{"\nCONFIG_A=y\n# CONFIG_A is not set\n", "f:3: CONFIG_A=n contradicts CONFIG_A=y on line 2"},
		{"CONFIG_A=1\nCONFIG_A=0x1\n", "f:2: CONFIG_A=0x1 contradicts CONFIG_A=1 on line 1"},
	} {
		_, err := ParseFragment("f", []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got error %v, want %q", test.text, err, test.want)
		}
	}
	_, err := ParseFragment("f", []byte("x\nCONFIG_A=y\ny\nz\n"))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three bad lines: want three errors, got %v", err)
	}
}

func TestParseFragmentOffTwice(t *testing.T) {
	if _, err := ParseFragment("f", []byte("CONFIG_A=n\n# CONFIG_A is not set\n")); err != nil {
		t.Errorf("=n and \"is not set\" are the same, got %v", err)
	}
}

func TestParseConfig(t *testing.T) {
	got, err := ParseConfig(".config", []byte("#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_A=y\n# CONFIG_B is not set\n"+
		"CONFIG_INT=\nCONFIG_HEX=0x1000\nCONFIG_S=\"--x=\\\"y\\\"\"\n"))
	want := Config{"A": "y", "B": "n", "INT": "", "HEX": "0x1000", "S": `"--x=\"y\""`}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func fragment(t *testing.T, file, text string) []Option {
	t.Helper()
	options, err := ParseFragment(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func TestMerge(t *testing.T) {
	merged := Merge(
		fragment(t, "a", "CONFIG_XZ=y\nCONFIG_A=y\nCONFIG_B=\"x\\\\\"\nCONFIG_C=m\n"),
		fragment(t, "b", "CONFIG_GZIP=y\nCONFIG_A=n\n"),
	)
	const want = "CONFIG_XZ=y\nCONFIG_B=\"x\\\\\"\nCONFIG_C=m\nCONFIG_GZIP=y\n# CONFIG_A is not set\n"
	if got := string(Format(merged)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRest(t *testing.T) {
	merged := fragment(t, "f", "CONFIG_B=y\nCONFIG_Z=y\n")
	const want = "# CONFIG_A is not set\n# CONFIG_C is not set\n"
	if got := string(Format(Rest(Symbols{"C": {}, "B": {}, "A": {}}, merged))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheck(t *testing.T) {
	config, err := ParseConfig(".config", []byte(`CONFIG_GOOD=y
# CONFIG_CHOICE is not set
CONFIG_SELECTED=y
CONFIG_RANGE=20
CONFIG_MODULE=m
CONFIG_HEX=0x10
CONFIG_NAME="a"
CONFIG_GENERATED=y
`))
	if err != nil {
		t.Fatal(err)
	}
	symbols := Symbols{}
	for _, n := range []string{"GOOD", "CHOICE", "SELECTED", "RANGE", "MODULE", "HEX", "NAME", "HIDDEN", "HIDDEN_NAME", "FEATURE_TOUCH_NODEREF", "NET"} {
		symbols[n] = struct{}{}
	}
	for _, test := range []struct{ line, want, wantBlind string }{
		{"CONFIG_GOOD=y", "", ""},
		{"CONFIG_HEX=0x0010", "", ""},
		{"CONFIG_HIDDEN=n", "", ""},
		{"CONFIG_GENERATED=y", "", ""}, // in the .config, so not unknown, whatever the scan saw
		{
			"CONFIG_HIDDEN=y",
			`f:1: CONFIG_HIDDEN: wanted y, got n: dropped: it is not in the .config, so something it "depends on" is off`,
			`f:1: CONFIG_HIDDEN: wanted y, got n: dropped or unknown: it is not in the .config`,
		},
		{
			`CONFIG_HIDDEN_NAME=""`,
			`f:1: CONFIG_HIDDEN_NAME: wanted "", got nothing: dropped: it is not in the .config, so something it "depends on" is off`,
			`f:1: CONFIG_HIDDEN_NAME: wanted "", got nothing: dropped or unknown: it is not in the .config`,
		},
		{
			"CONFIG_TOUCH_NODEREF=y",
			"f:1: CONFIG_TOUCH_NODEREF: wanted y, got nothing: unknown option: no Kconfig file defines it; did you mean CONFIG_FEATURE_TOUCH_NODEREF?",
			"f:1: CONFIG_TOUCH_NODEREF: wanted y, got n: dropped or unknown: it is not in the .config",
		},
		{
			"# CONFIG_SLECETED is not set",
			"f:1: CONFIG_SLECETED: wanted n, got nothing: unknown option: no Kconfig file defines it; did you mean CONFIG_SELECTED?",
			"",
		},
		{
			"CONFIG_QQQQQQQQQ=y # nocheck: only in 6.13",
			"f:1: warning: CONFIG_QQQQQQQQQ: wanted y, got nothing: unknown option: no Kconfig file defines it (nocheck: only in 6.13)",
			"f:1: warning: CONFIG_QQQQQQQQQ: wanted y, got n: dropped or unknown: it is not in the .config (nocheck: only in 6.13)",
		},
		{
			"CONFIG_CHOICE=y",
			`f:1: CONFIG_CHOICE: wanted y, got n: dropped: something it "depends on" is off, or another member of its choice won`,
			`f:1: CONFIG_CHOICE: wanted y, got n: dropped: something it "depends on" is off, or another member of its choice won`,
		},
		{
			"CONFIG_SELECTED=n",
			"f:1: CONFIG_SELECTED: wanted n, got y: not turned off: another option selects it, or it has no prompt",
			"f:1: CONFIG_SELECTED: wanted n, got y: not turned off: another option selects it, or it has no prompt",
		},
		{
			"CONFIG_RANGE=30",
			"f:1: CONFIG_RANGE: wanted 30, got 20: changed: its range, what it depends on, or another option that selects it decided otherwise",
			"f:1: CONFIG_RANGE: wanted 30, got 20: changed: its range, what it depends on, or another option that selects it decided otherwise",
		},
	} {
		for _, with := range []struct {
			symbols Symbols
			want    string
		}{{symbols, test.want}, {nil, test.wantBlind}} {
			got := ""
			for _, f := range Check(config, fragment(t, "f", test.line), with.symbols) {
				got += f.String()
			}
			if got != with.want {
				t.Errorf("%s (symbols known: %t):\ngot  %s\nwant %s", test.line, with.symbols != nil, got, with.want)
			}
		}
	}
}

func TestDiff(t *testing.T) {
	a := Config{"SAME": "y", "OFF": "n", "GONE": "y", "TURNED_OFF": "y", "HIDDEN": "n", "CHANGED": "12", "EMPTY": `""`}
	b := Config{"SAME": "y", "CHANGED": "13", "TURNED_OFF": "n", "OFF": "n", "NEW": "m"}
	want := []string{"-CONFIG_CHANGED=12", "+CONFIG_CHANGED=13", `-CONFIG_EMPTY=""`, "-CONFIG_GONE=y", "+CONFIG_NEW=m", "-CONFIG_TURNED_OFF=y"}
	if got := Diff(a, b); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Diff(a, a); len(got) != 0 {
		t.Errorf("a file differs from itself: %q", got)
	}
}

// What was read, merged and written reads back as the same options.
func FuzzParseFragment(f *testing.F) {
	f.Add([]byte("CONFIG_A=y # nocheck: b\n# CONFIG_B is not set\nCONFIG_C=0x1F\nCONFIG_D=\"a\\\"\\\\#\"\nCONFIG_E=-7\n"))
	f.Add([]byte("CONFIG_A=y\nCONFIG_A=n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		options, err := ParseFragment("f", data)
		if err != nil {
			return
		}
		merged := Merge(options)
		text := Format(merged)
		again, err := ParseFragment("f", text)
		if err != nil {
			t.Fatalf("cannot read back %q: %v", text, err)
		}
		if len(again) != len(merged) {
			t.Fatalf("%d options became %d", len(merged), len(again))
		}
		for i := range again {
			if again[i].Name != merged[i].Name || again[i].Value != merged[i].Value {
				t.Fatalf("%v became %v", merged[i], again[i])
			}
		}
		// A .config that holds just what was asked for passes.
		config, err := ParseConfig("c", text)
		if err != nil {
			t.Fatal(err)
		}
		if found := Check(config, merged, nil); len(found) != 0 {
			t.Fatalf("checked against itself: %v", found)
		}
	})
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("# CONFIG_A is not set\nCONFIG_B=\nCONFIG_C=\"x\"\nCONFIG_D=strange\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := ParseConfig("c", data)
		if err != nil {
			return
		}
		for name, value := range config {
			if !symbol.MatchString(name) || !bytes.Contains(data, []byte(name)) {
				t.Fatalf("name %q out of nowhere", name)
			}
			if strings.Contains(value, "\n") {
				t.Fatalf("value %q holds a line break", value)
			}
		}
		if d := Diff(config, config); len(d) != 0 {
			t.Fatalf("differs from itself: %q", d)
		}
	})
}
