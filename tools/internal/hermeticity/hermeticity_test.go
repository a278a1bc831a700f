// SPDX-License-Identifier: Apache-2.0

package hermeticity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

func TestHostWords(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		// Found.
		{"/usr", "/usr"},
		{"/usr/bin/env", "/usr/bin/env"},
		{"/lib64/ld-linux.so.2 /libx32 /lib", "/lib64/ld-linux.so.2|/libx32|/lib"},
		{"/usr/bin:/bin", "/usr/bin:/bin"},
		{"tools:/bin", "tools:/bin"},
		{"--sysroot=/opt/sdk", "--sysroot=/opt/sdk"},
		{"-I/usr/include", "-I/usr/include"},
		{"-L/lib", "-L/lib"},
		{"-isystem/usr/include", "-isystem/usr/include"},
		{"-B/usr/bin/", "-B/usr/bin/"},
		{"--/usr", "--/usr"},
		{"=-iwithsysroot/usr", "=-iwithsysroot/usr"},
		{`-I"/usr/include"`, `-I"/usr/include"`},
		{"-Wl,-rpath,/usr/lib", "-Wl,-rpath,/usr/lib"},
		{"-Wl,-L/usr/lib", "-Wl,-L/usr/lib"},
		{`-DETC=\"/etc\"`, `-DETC=\"/etc\"`},
		{"'/home/user'", "'/home/user'"},
		{"@/tmp/params", "@/tmp/params"},
		{"file:///usr/share", "file:///usr/share"},
		{"${HOME:-/root}", "${HOME:-/root}"},
		{"cp -r a /var/x && ls", "/var/x"},
		{"echo x >/tmp/y", ">/tmp/y"},
		{"$(/usr/bin/id)", "$(/usr/bin/id)"},
		{"`/usr/bin/id`", "`/usr/bin/id`"},
		{"a;/sbin/init", "a;/sbin/init"},
		{"#!/bin/sh\nexit", "#!/bin/sh"},
		{"{/opt,/srv}", "{/opt,/srv}"},
		{"/dev/urandom", "/dev/urandom"},
		{"/dev/nullx", "/dev/nullx"},
		{"/proc/cpuinfo", "/proc/cpuinfo"},
		{"/dev/null:/usr/bin", "/dev/null:/usr/bin"},
		{"/Users/a /nix/store /snap/b", "/Users/a|/nix/store|/snap/b"},
		// Not found.
		{"", ""},
		{"/", ""},
		{"//bin/foo //usr:x", ""},
		{"@//bin/foo @@//bin/foo @repo//usr/lib:x --label=//etc", ""},
		{"external/x/usr/lib/y", ""},
		{"./usr/bin ../usr/bin bazel-out/k8/bin/usr", ""},
		{"--dir=a/usr/b -Iexternal/usr/include", ""},
		{"${WORK}/usr $WORK/usr $(pwd)/usr %{prefix}/usr", ""},
		{`"${WORK}"/usr "$WORK"/usr 'a'/usr`, ""},
		{"`pwd`/usr", ""},
		{"https://example.org/usr/lib", ""},
		{"/usrlocal /binary /library /lib.so /opt-x", ""},
		{"s/usr/bin/", ""},
		{"a-I/usr --dir/usr aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-I/usr -isystemx/usr", ""},
		{"/proc/self/cwd -fdebug-prefix-map=/proc/self/cwd=. /proc/self/cwd/x", ""},
		{"/dev/null </dev/null /dev/stdin 2>/dev/fd/2 /proc/self/fd/3", ""},
		{"/app/bin", ""},
	} {
		if got := strings.Join(hostWords(test.text), "|"); got != test.want {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}

func rules(t *testing.T, file string) []Rule {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ParseAllowed("known.md", string(text))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func write(t *testing.T, r Report) (string, bool) {
	t.Helper()
	var b strings.Builder
	ok, err := r.Write(&b, "known.md")
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), ok
}

// aquery.json is what Bazel 7.7.1 printed for a genrule and two small rules.
func TestCheckGolden(t *testing.T) {
	aquery, err := os.ReadFile("testdata/aquery.json")
	if err != nil {
		t.Fatal(err)
	}
	const fix = "hermeticity: 5 host paths in the actions are not in the list: make the actions use declared inputs instead, " +
		"or, if a path has to stay, add a row for it under \"## Known violations\" in known.md\n"
	for _, test := range []struct {
		name   string
		aquery []byte
		rules  []Rule
		want   string
		ok     bool
	}{
		{"all known", aquery, rules(t, "testdata/known.md"), "hermeticity: 4 actions use nothing of the host but what known.md lists\n", true},
		{"none known", aquery, nil, `Genrule: argument /bin/bash: in 1 actions, e.g. of //:gen
Genrule: environment PATH=/bin:/usr/bin:/usr/local/bin: in 1 actions, e.g. of //:gen
LeakyTool: argument -I/usr/include: in 1 actions, e.g. of //:leaky
LeakyTool: environment PATH=/usr/bin:/bin: in 1 actions, e.g. of //:leaky
ParamTool: argument --in=/etc/hosts: in 1 actions, e.g. of //:param
` + fix, false},
		{"two documents", append(bytes.Clone(aquery), aquery...), nil, `Genrule: argument /bin/bash: in 2 actions, e.g. of //:gen
Genrule: environment PATH=/bin:/usr/bin:/usr/local/bin: in 2 actions, e.g. of //:gen
LeakyTool: argument -I/usr/include: in 2 actions, e.g. of //:leaky
LeakyTool: environment PATH=/usr/bin:/bin: in 2 actions, e.g. of //:leaky
ParamTool: argument --in=/etc/hosts: in 2 actions, e.g. of //:param
` + fix, false},
		{"too many known", []byte(`{"actions": [{"mnemonic": "X", "environmentVariables": [{"key": "PATH", "value": "/usr/bin"}]}]}`), rules(t, "testdata/known.md"),
			`known.md:12: row genrule-shell matched nothing: the list is too long: remove it
known.md:14: row leaky-headers matched nothing: the list is too long: remove it
known.md:15: row params matched nothing: the list is too long: remove it
hermeticity: 3 rows of the list matched nothing: remove them from known.md, or begin their why with "optional:"
`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, err := Check(bytes.NewReader(test.aquery), test.rules)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := write(t, report)
			if got != test.want || ok != test.ok {
				t.Errorf("%t\n%swant %t\n%s", ok, got, test.ok, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	row := func(mnemonic, where, pattern string) string {
		return fmt.Sprintf("%s\n\n| id | mnemonic | where | pattern | why |\n|---|---|---|---|---|\n| x | %s | %s | `%s` | y |\n", Heading, mnemonic, where, pattern)
	}
	const word = `{"actions": [{"mnemonic": "Cc", "targetId": 3, "arguments": ["-c", "run /usr/bin/x -I/usr/y"]}], "targets": [{"id": 3, "label": "//a:b"}]}`
	for _, test := range []struct{ name, aquery, allow, want string }{
		{"a word, not the argument", word, row("Cc", "argument", "/usr/bin/x"), "Cc: argument -I/usr/y: in 1 actions, e.g. of //a:b"},
		{"the whole word", word, row("Cc", "argument", "/usr/bin"), "Cc: argument -I/usr/y: in 1 actions, e.g. of //a:b\nCc: argument /usr/bin/x: in 1 actions, e.g. of //a:b\nknown.md:5: row x matched nothing"},
		{"an alternative is whole, too", word, row("Cc", "argument", `/usr\|.*y`), "Cc: argument /usr/bin/x: in 1 actions, e.g. of //a:b"},
		{"another mnemonic", word, row("Go", "argument", ".*"), "Cc: argument -I/usr/y: in 1 actions, e.g. of //a:b\nCc: argument /usr/bin/x: in 1 actions, e.g. of //a:b\nknown.md:5: row x matched nothing"},
		{"any mnemonic", word, row("*", "argument", ".*"), ""},
		{"another place", word, row("*", "environment", ".*"), "Cc: argument -I/usr/y: in 1 actions, e.g. of //a:b\nCc: argument /usr/bin/x: in 1 actions, e.g. of //a:b\nknown.md:5: row x matched nothing"},
		{
			"environment", `{"actions": [{"mnemonic": "Cc", "environmentVariables": [{"key": "CFLAGS", "value": "-O -I/usr/a -I/usr/b"}, {"key": "/usr"}]}]}`, row("Cc", "environment", "CFLAGS=-I/usr/a"),
			"Cc: environment CFLAGS=-I/usr/b: in 1 actions, e.g. of target 0, which has no label",
		},
		{"parameter file", `{"actions": [{"mnemonic": "Cc", "paramFiles": [{"execPath": "/usr", "arguments": ["/usr/x"]}]}]}`, Heading, "Cc: argument /usr/x: in 1 actions, e.g. of target 0, which has no label"},
		{
			"targets before actions, counted once an action", `{"targets": [{"id": 1, "label": "//:one"}, {"id": 2, "label": "//:two"}], "x": {"y": [{}], "z": 1}, "v": 2,
			"actions": [{"mnemonic": "A", "targetId": 2, "arguments": ["/usr", "/usr"]}, {"mnemonic": "A", "targetId": 1, "arguments": ["/usr"]}]}`, Heading,
			"A: argument /usr: in 2 actions, e.g. of //:two",
		},
		{"what an action writes is not looked at", `{"actions": [{"mnemonic": "FileWrite", "fileContents": "/usr/bin/env"}]}`, Heading, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules, err := ParseAllowed("known.md", test.allow)
			if err != nil {
				t.Fatal(err)
			}
			report, err := Check(strings.NewReader(test.aquery), rules)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range report.Unknown {
				got = append(got, f.String())
			}
			for _, u := range report.Unused {
				got = append(got, fmt.Sprintf("%s:%d: row %s matched nothing", u.File, u.Line, u.ID))
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	for _, test := range []struct{ aquery, want string }{
		{"", "holds no action"},
		{"{}", "holds no action"},
		{`{"targets": []}`, "holds no action"},
		{"ERROR: no such target", "near byte 0: invalid character 'E'"},
		{"[]", `expected "{", found [`},
		{"{", "unexpected EOF"},
		{`{"actions": [{"mnemonic": "A"}`, `in "actions": unexpected EOF`},
		{`{"actions": [{"mnemonic": "A"}]`, "unexpected EOF"},
		{`{"artifacts": [{"id": 1`, `in "artifacts": unexpected EOF`},
		{`{"actions": {"mnemonic": "A"}}`, `in "actions": expected "[", found {`},
		{`{"actions": [{"mnemonic": 1}]}`, `in "actions": json: cannot unmarshal number`},
		{`{"actions": [{"mnemonic": "A"}]} {"actions": [`, `in "actions": unexpected EOF`},
	} {
		_, err := Check(strings.NewReader(test.aquery), nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %q", test.aquery, err, test.want)
		}
	}
}

func TestLongWord(t *testing.T) {
	f := Finding{"A", "argument", "/usr/" + strings.Repeat("é", 1000), 1, "//:x"}
	if got := f.String(); len(got) > 300 || !strings.Contains(got, "… (2005 bytes)") || strings.ToValidUTF8(got, "") != got {
		t.Errorf("got %q", got)
	}
}

// A document is read as a stream: an action is seen before the next is written.
func TestReadAqueryStreams(t *testing.T) {
	r, w := io.Pipe()
	seen := make(chan string)
	done := make(chan error)
	go func() {
		done <- readAquery(json.NewDecoder(r), func(a action) { seen <- a.Mnemonic }, func(target) {})
	}()
	text := `{"artifacts": [{"id": 1}], "actions": [`
	for i := range 3 {
		// The comma only says that there is another one.
		if _, err := io.WriteString(w, text+fmt.Sprintf(`{"mnemonic": "A%d"}`, i)); err != nil {
			t.Fatal(err)
		}
		if got, want := <-seen, fmt.Sprintf("A%d", i); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		text = ","
	}
	if _, err := io.WriteString(w, "]}"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func FuzzHostWords(f *testing.F) {
	f.Add(`-I"/usr/include" x`)
	f.Add(`/dev/null:/proc/self/cwd=/etc`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, word := range hostWords(text) {
			if !strings.Contains(text, word) || !strings.Contains(word, "/") || len(strings.Fields(word)) != 1 {
				t.Fatalf("%q is no word of %q", word, text)
			}
		}
		// What begins a word is found whatever follows it in other words.
		if got := hostWords("/usr/bin " + text); len(got) == 0 || got[0] != "/usr/bin" {
			t.Fatalf("got %q", got)
		}
	})
}

func FuzzCheck(f *testing.F) {
	golden, err := os.ReadFile("testdata/aquery.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add([]byte(`{"targets":[{"id":1,"label":"//:a"}],"actions":[{"targetId":1,"mnemonic":"M","arguments":["/usr"],"paramFiles":[{"arguments":["/etc"]}]}],"x":{"y":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := Check(bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		if report.Actions == 0 {
			t.Fatal("no action and no error")
		}
		for _, f := range report.Unknown {
			if f.Example == "" || f.Actions < 1 || f.Actions > report.Actions {
				t.Fatalf("%+v of %d actions", f, report.Actions)
			}
		}
	})
}
