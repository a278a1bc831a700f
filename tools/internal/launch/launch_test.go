// SPDX-License-Identifier: Apache-2.0

package launch

import (
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
)

// lay makes files in a new current directory: a value that begins with "->"
// is a symlink, "x:" an executable file.
func lay(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "->"); ok {
			err = os.Symlink(target, name)
		} else if text, ok := strings.CutPrefix(content, "x:"); ok {
			err = os.WriteFile(name, []byte(text), 0o755)
		} else {
			err = os.WriteFile(name, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// house is a tree of launched tools as Bazel lays it out.
func house() map[string]string {
	return map[string]string{
		"launcher":          "x:",
		"bin/clang":         "->../launcher",
		"bin/clang.launch":  `{"tree":["../ext","../run"],"loader":"ld.so","library_path":["lib","lib2"],"program":"clang","argv0":"clang","args":["-r=${TREE}/r","--ld-path=${BIN}/ld"],"no_args_if_first":["-cc1"],"env":{"LIB":"${TREE}/l"}}`,
		"bin/static":        "->../launcher",
		"bin/static.launch": `{"tree":["../ext"],"program":"busybox"}`,
		"bin/both":          "->../launcher",
		"bin/both.launch":   `{"tree":["../ext"],"program":"busybox","argv0":"${BIN}/both"}`,
		"ext/ld.so":         "",
		"ext/busybox":       "",
		"far/clang":         "->../near/cc",
		"near/cc":           "->../bin/clang",
		"alias/cc":          "->../launcher",
		"alias/cc.launch":   `{"alias":"../far/clang","args":["--target=x","${literal}"]}`,
		"alias/c++":         "->../launcher",
		"alias/c++.launch":  `{"alias":"cc","args":["-xc++"]}`,
		"alias/loop":        "->../launcher",
		"alias/loop.launch": `{"alias":"loop"}`,
		"alias/no":          "->../launcher",
		"alias/no.launch":   `{"alias":"nothing"}`,
		"bad/tool":          "->../launcher",
		"bad/tool.launch":   `{"trees":[]}`,
		"bad/ph":            "->../launcher",
		"bad/ph.launch":     `{"tree":["../ext"],"program":"busybox","args":["${WORK}"]}`,
		"bad/files":         "->../launcher",
		"bad/files.launch":  `{"tree":["../no","../run"],"loader":"ld.so","program":"p"}`,
		"bad/circle":        "->circle2",
		"bad/circle2":       "->circle",
		"bad/gone":          "->nowhere",
		"path/notexec":      "",
	}
}

func TestResolve(t *testing.T) {
	for _, test := range []struct {
		name string
		argv string // separated by spaces
		env  []string
		path string
		want string
		set  []string // the environment, sorted
	}{
		{
			name: "relative path stays relative",
			argv: "bin/clang -c a.c",
			path: "bin/../ext/ld.so",
			want: "bin/../ext/ld.so --inhibit-cache --library-path bin/../ext/lib:bin/../ext/lib2 --argv0 clang bin/../ext/clang -r=bin/../ext/r --ld-path=bin/ld -c a.c",
			set:  []string{"LIB=bin/../ext/l"},
		},
		{
			name: "link chain, one step at a time",
			argv: "far/clang",
			path: "far/../near/../bin/../ext/ld.so",
			want: "far/../near/../bin/../ext/ld.so --inhibit-cache --library-path far/../near/../bin/../ext/lib:far/../near/../bin/../ext/lib2 --argv0 clang far/../near/../bin/../ext/clang -r=far/../near/../bin/../ext/r --ld-path=far/../near/../bin/ld",
			set:  []string{"LIB=far/../near/../bin/../ext/l"},
		},
		{
			name: "from PATH, static, under the name as invoked",
			argv: "static -x",
			env:  []string{"PATH=path:bin", "LD_PRELOAD=p", "LD_LIBRARY_PATH=l", "A=1", "odd"},
			path: "bin/../ext/busybox",
			want: "static -x",
			set:  []string{"A=1", "PATH=path:bin", "odd"},
		},
		{
			name: "placeholder in argv0",
			argv: "bin/both",
			path: "bin/../ext/busybox",
			want: "bin/both",
		},
		{
			name: "variables are replaced",
			argv: "bin/clang",
			env:  []string{"LIB=host", "LIB2=x", "LD_PRELOAD=p", "LD_LIBRARY_PATH=l", "LD_AUDIT=a", "LD_=", "GLIBC_TUNABLES=t", "GCONV_PATH=g", "LOCPATH=l"},
			path: "bin/../ext/ld.so",
			want: "bin/../ext/ld.so --inhibit-cache --library-path bin/../ext/lib:bin/../ext/lib2 --argv0 clang bin/../ext/clang -r=bin/../ext/r --ld-path=bin/ld",
			set:  []string{"LIB2=x", "LIB=bin/../ext/l"},
		},
		{
			name: "no args before -cc1",
			argv: "bin/clang -cc1 a",
			path: "bin/../ext/ld.so",
			want: "bin/../ext/ld.so --inhibit-cache --library-path bin/../ext/lib:bin/../ext/lib2 --argv0 clang bin/../ext/clang -cc1 a",
			set:  []string{"LIB=bin/../ext/l"},
		},
		{
			name: "alias: its literal args after the tool's",
			argv: "alias/cc a.c",
			path: "alias/../far/../near/../bin/../ext/ld.so",
			want: "alias/../far/../near/../bin/../ext/ld.so --inhibit-cache --library-path alias/../far/../near/../bin/../ext/lib:alias/../far/../near/../bin/../ext/lib2 --argv0 clang alias/../far/../near/../bin/../ext/clang -r=alias/../far/../near/../bin/../ext/r --ld-path=alias/../far/../near/../bin/ld --target=x ${literal} a.c",
			set:  []string{"LIB=alias/../far/../near/../bin/../ext/l"},
		},
		{
			name: "alias: none before -cc1",
			argv: "alias/cc -cc1",
			path: "alias/../far/../near/../bin/../ext/ld.so",
			want: "alias/../far/../near/../bin/../ext/ld.so --inhibit-cache --library-path alias/../far/../near/../bin/../ext/lib:alias/../far/../near/../bin/../ext/lib2 --argv0 clang alias/../far/../near/../bin/../ext/clang -cc1",
			set:  []string{"LIB=alias/../far/../near/../bin/../ext/l"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			lay(t, house())
			c, err := Resolve(strings.Split(test.argv, " "), test.env)
			if err != nil {
				t.Fatal(err)
			}
			if c.Path != test.path {
				t.Errorf("path\ngot  %s\nwant %s", c.Path, test.path)
			}
			if got := strings.Join(c.Argv, " "); got != test.want {
				t.Errorf("argv\ngot  %s\nwant %s", got, test.want)
			}
			sort.Strings(c.Env)
			if !reflect.DeepEqual(c.Env, test.set) {
				t.Errorf("environment\ngot  %q\nwant %q", c.Env, test.set)
			}
		})
	}
}

// The environment comes in the same order each time.
func TestResolveEnvironmentOrder(t *testing.T) {
	files := house()
	files["bin/static.launch"] = `{"tree":["../ext"],"program":"busybox","env":{"D":"4","B":"2","E":"5","A":"1","C":"3"}}`
	lay(t, files)
	for range 10 {
		c, err := Resolve([]string{"bin/static"}, []string{"Z=z", "B=host", "LD=ld", "GCONV=g"})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Join(c.Env, " "), "Z=z LD=ld GCONV=g A=1 B=2 C=3 D=4 E=5"; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestResolveAliasOfAlias(t *testing.T) {
	lay(t, house())
	c, err := Resolve([]string{"alias/c++", "a.cc"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Argv, " "); !strings.HasSuffix(got, " --target=x ${literal} -xc++ a.cc") {
		t.Errorf("got %s", got)
	}
}

// In runfiles the files are elsewhere: the second candidate.
func TestResolveRunfiles(t *testing.T) {
	files := house()
	files["run/ld.so"] = files["ext/ld.so"]
	delete(files, "ext/ld.so")
	lay(t, files)
	c, err := Resolve([]string{"bin/clang"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != "bin/../run/ld.so" {
		t.Errorf("got %s", c.Path)
	}
}

// A name alone keeps a path that no reader takes for something on PATH.
func TestResolveInCurrentDirectory(t *testing.T) {
	lay(t, house())
	t.Chdir("bin")
	c, err := Resolve([]string{"./clang"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != "./../ext/ld.so" && c.Path != "../ext/ld.so" {
		t.Errorf("got %s", c.Path)
	}
}

func TestResolveErrors(t *testing.T) {
	for _, test := range []struct {
		argv string
		want []string
	}{
		{"", []string{"argv[0]"}},
		{"clang", []string{"clang", "not on PATH (path)"}},
		{"notexec", []string{"not on PATH"}},
		{"launcher/x", []string{"launcher/x.launch"}},
		{"./launcher", []string{"./launcher.launch", "symlink to the launcher"}},
		{"bad/tool", []string{"bad/tool.launch", `unknown field "trees"`}},
		{"bad/ph", []string{`"args"`, "unknown placeholder ${WORK}"}},
		{"bad/files", []string{"bad/../no/ld.so", "bad/../run/ld.so", "inputs of the action"}},
		{"bad/circle", []string{"bad/circle.launch", "bad/circle2.launch"}},
		{"bad/gone", []string{"cannot follow bad/nowhere"}},
		{"alias/loop", []string{"aliases in a row"}},
		{"alias/no", []string{"alias/no is an alias of alias/nothing", "cannot follow alias/nothing"}},
	} {
		t.Run(test.argv, func(t *testing.T) {
			lay(t, house())
			c, err := Resolve([]string{test.argv}, []string{"PATH=path"})
			if err == nil {
				t.Fatalf("got %v, want an error", c.Argv)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want one with %q", err, want)
				}
			}
		})
	}
}
