// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// files makes them in a new current directory.
func files(t *testing.T, contents map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range contents {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const menuJSON = `{
	"command": "savefragment",
	"path": "bazel-out/bin/x.json",
	"menu": {
		"label": "//:kernel",
		"build": {
			"label": "//:menu", "log": ".kernelconfig/x.log",
			"steps": [{"name": "menu", "dir": "src", "argv": ["make"], "interactive": true}],
			"outputs": [{"path": ".kernelconfig/fragment", "from": "fragment"}]
		},
		"fragments": [{"path": "kernel/a.config", "dest": "config/a.config"}, {"path": "b.config", "dest": "config/b.config"}, {"path": "c.config", "dest": "config/c.config"}]
	}
}`

func TestParseCommand(t *testing.T) {
	if _, err := parseCommand([]byte(menuJSON)); err != nil {
		t.Error(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{`"command"`, `"comand"`, `unknown field "comand"`},
		{`"savefragment"`, `"save"`, `"command" is "save"; expected menuconfig, savefragment or diffconfig`},
		{`"savefragment"`, `"diffconfig"`, `expected "configs" and no "menu"`},
		{`"path": "bazel-out/bin/x.json",`, `"path": "../x",`, `"path" is "../x"; expected a path below the exec root`},
		{`"label": "//:kernel"`, `"label": ""`, `expected "label" and "build"`},
		{`"name": "menu"`, `"name": ""`, `"build": steps[0]`},
		{`".kernelconfig/x.log"`, `"kernel/x.log"`, `"build" writes kernel/x.log; expected a path in .kernelconfig`},
		{`".kernelconfig/fragment"`, `".kernelconfig/../fragment"`, `"build" writes .kernelconfig/../fragment`},
		{`"menu":`, `"configs": {"vm": "x"}, "menu":`, `expected "menu" and no "configs"`},
	} {
		text := strings.Replace(menuJSON, test.old, test.new, 1)
		if text == menuJSON {
			t.Fatalf("%s is not there", test.old)
		}
		if _, err := parseCommand([]byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %q", test.new, err, test.want)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	f.Add([]byte(menuJSON))
	f.Add([]byte(`{"command": "diffconfig", "path": "x.json", "configs": {"vm": "x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCommand(data)
		if err == nil && !filepath.IsLocal(c.Path) {
			t.Errorf("%q is taken for a path below the exec root", c.Path)
		}
	})
}

// A file that is a fragment of the kernel is edited in its place; another one comes last.
func TestLayout(t *testing.T) {
	files(t, map[string]string{
		"root/b.config": "CONFIG_B=y\n", "root/c.config": "", "source/a.config": "CONFIG_A=y\n",
		"other.config": header + "//:kernel.\nCONFIG_A=y\n",
	})
	// Bazel's exec root links to the packages of the source tree.
	if err := os.Symlink("../source", "root/kernel"); err != nil {
		t.Fatal(err)
	}
	c, err := parseCommand([]byte(menuJSON))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		file   string
		layout Layout
		files  int
	}{
		{"", Layout{Before: []string{"config/a.config", "config/b.config", "config/c.config"}}, 0},
		{"new.config", Layout{Before: []string{"config/a.config", "config/b.config", "config/c.config"}}, 0},
		{"other.config", Layout{Before: []string{"config/a.config", "config/b.config", "config/c.config"}, Edited: "edited.config"}, 1},
		{"source/a.config", Layout{Before: []string{}, Edited: "config/a.config", After: []string{"config/b.config", "config/c.config"}}, 0},
		{"root/b.config", Layout{Before: []string{"config/a.config"}, Edited: "config/b.config", After: []string{"config/c.config"}}, 0},
		{"root/c.config", Layout{Before: []string{"config/a.config", "config/b.config"}, Edited: "config/c.config", After: []string{}}, 0},
	} {
		var file *target
		if test.file != "" {
			if file, err = newTarget(test.file, true); err != nil {
				t.Fatal(err)
			}
		}
		layout, copied, err := c.Menu.layout("root", file)
		if err != nil || !reflect.DeepEqual(layout, test.layout) || len(copied) != test.files {
			t.Errorf("%q: got %+v, %v, %v; want %+v", test.file, layout, copied, err, test.layout)
		}
	}
}

func TestTarget(t *testing.T) {
	files(t, map[string]string{
		"ours.config":  header + "//:kernel.\nCONFIG_A=y\n",
		"hand.config":  "# why\nCONFIG_A=y\n",
		"broken":       header + "//:kernel.\nnonsense\n",
		"dir/x.config": "",
	})
	for _, test := range []struct {
		name  string
		force bool
		want  string
	}{
		{"new.config", false, ""},
		{"ours.config", false, ""},
		{"hand.config", false, "hand.config exists, and its first line does not begin with"},
		{"hand.config", true, ""},
		{"dir/x.config", false, "add -f"},
		{"broken", true, "broken cannot be edited, it is not a fragment:\nbroken:2: \"nonsense\""},
		{"dir", true, "is a directory"},
		{"no/new.config", false, "no is not a directory; make it first"},
		{"hand.config/new.config", false, "not a directory"},
	} {
		_, err := newTarget(test.name, test.force)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s, force %t: got error %v, want %q", test.name, test.force, err, test.want)
		}
	}
}

func TestTargetWrite(t *testing.T) {
	files(t, map[string]string{"real/x.config": header, "user/.keep": ""})
	if err := os.Symlink("../real/x.config", "user/link.config"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod("real/x.config", 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	// Where the user stands, not where bazel run starts the program.
	t.Setenv("BUILD_WORKING_DIRECTORY", filepath.Join(here, "user"))
	for _, name := range []string{"link.config", "new.config"} {
		file, err := newTarget(name, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.write([]byte("text " + name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"real/x.config": "text link.config", "user/link.config": "text link.config", "user/new.config": "text new.config"} {
		if got, err := os.ReadFile(name); string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	if target, err := os.Readlink("user/link.config"); err != nil || target != "../real/x.config" {
		t.Errorf("the link is gone: %q, %v", target, err)
	}
	for name, want := range map[string]os.FileMode{"real/x.config": 0o600, "user/new.config": 0o644} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want mode %v", name, info, err, want)
		}
	}
	for _, dir := range []string{"real", "user"} {
		if left, _ := filepath.Glob(dir + "/.*config*"); left != nil {
			t.Errorf("left: %q", left)
		}
	}
}

func TestDiffconfig(t *testing.T) {
	files(t, map[string]string{
		"root/out/vm.json":      `{"command": "diffconfig", "path": "out/vm.json", "configs": {"vm": "out/vm/config", "micro": "out/micro/config"}}`,
		"root/out/vm/config":    "CONFIG_A=y\nCONFIG_B=\"x\"\nCONFIG_C=1\n# CONFIG_D is not set\n",
		"root/out/micro/config": "CONFIG_A=y\nCONFIG_C=2\nCONFIG_D=y\n",
		"user/vm":               "CONFIG_A=y\n",
		"user/bad":              "nonsense\n",
		"runfiles/.keep":        "",
	})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BUILD_WORKING_DIRECTORY", filepath.Join(here, "user"))
	if err := os.Symlink(filepath.Join(here, "root/out/vm.json"), "runfiles/program.json"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args, stdout, err string
		status            int
	}{
		{"vm vm", "", "", 0},
		{"vm micro", "-CONFIG_B=\"x\"\n-CONFIG_C=1\n+CONFIG_C=2\n+CONFIG_D=y\n", "", 1},
		{"./vm micro", "+CONFIG_C=2\n+CONFIG_D=y\n", "", 1},
		{"./vm vm", "+CONFIG_B=\"x\"\n+CONFIG_C=1\n", "", 1},
		{"vm nano", "", "nano is neither one of micro, vm nor a file that can be read: ", 2},
		{"bad vm", "", "bad:1: ", 2},
		{"vm", "", "1 arguments, expected 2\nusage: A B: compares configurations, of micro, vm or of .config files", 2},
		{"-x vm vm", "", "flag provided but not defined: -x", 2},
	} {
		c, err := ReadCommand("runfiles/program.json")
		if err != nil {
			t.Fatal(err)
		}
		var stdout, stderr strings.Builder
		status, err := c.Run(strings.Fields(test.args), &stdout, &stderr)
		if status != test.status || stdout.String() != test.stdout || test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: got status %d, error %v, %q; want status %d, error %q, %q", test.args, status, err, &stdout, test.status, test.err, test.stdout)
		}
	}
}

// What a user gives is looked at before the menu opens.
func TestUsage(t *testing.T) {
	files(t, map[string]string{"hand.config": "CONFIG_A=y\n"})
	for _, test := range []struct{ command, args, want string }{
		{"menuconfig", "x", "1 arguments, expected 0"},
		{"savefragment", "", "expected 1\nusage: [-f] FILE: "},
		{"savefragment", "a b", "2 arguments, expected 1"},
		{"savefragment", "hand.config", "hand.config exists"},
	} {
		c, err := parseCommand([]byte(strings.Replace(menuJSON, "savefragment", test.command, 1)))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		status, err := c.Run(strings.Fields(test.args), &out, &out)
		if status != 2 || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: got status %d, error %v, want %q", test.command, test.args, status, err, test.want)
		}
	}
}

// A program that was copied elsewhere cannot find its files, and says so.
func TestExecRoot(t *testing.T) {
	files(t, map[string]string{"copy/x.json": strings.Replace(menuJSON, "savefragment", "menuconfig", 1)})
	c, err := ReadCommand("copy/x.json")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if status, err := c.Run(nil, &out, &out); status != 1 || err == nil || !strings.Contains(err.Error(), "use bazel run") {
		t.Errorf("got status %d, error %v", status, err)
	}
	if _, err := ReadCommand("missing.json"); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "start it by bazel run") {
		t.Errorf("got error %v", err)
	}
}

// A session can write nothing in Bazel's exec root, and takes nothing of it away.
func TestSession(t *testing.T) {
	files(t, map[string]string{"root/bazel-out/x": "x", "root/.kernelconfig/y": "y"})
	root, err := filepath.Abs("root")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := session(root)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "bazel-out/x")); string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, OwnDir)); err != nil || len(entries) > 0 {
		t.Errorf("its own directory: %v, %v", entries, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("root/bazel-out/x"); err != nil {
		t.Error(err)
	}
}
