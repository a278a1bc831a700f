// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func writeTar(t *testing.T, path string, files map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A setting is a workspace with a project, a cache, and the current directory with what Bazel built.
type setting struct{ workspace, cache string }

func newSetting(t *testing.T) setting {
	t.Helper()
	t.Chdir(t.TempDir())
	s := setting{t.TempDir(), t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.workspace, "shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.workspace, "shop/mix.exs"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	writeTar(t, "sdk.tar", map[string]string{"bin/erl": "erl"})
	writeTar(t, "store.tar", map[string]string{"store/ebin/store.app": "one"})
	writeSpec(t, "store")
	return s
}

func writeSpec(t *testing.T, libraries ...string) {
	t.Helper()
	list := []map[string]string{}
	for _, app := range libraries {
		list = append(list, map[string]string{"app": app, "path": app + ".tar"})
	}
	data, err := json.Marshal(map[string]any{
		"label": "//shop:mix", "app": "shop", "directory": "shop",
		"archives":  []map[string]string{{"dir": "sdk", "path": "sdk.tar"}},
		"libraries": list,
		"tools":     []map[string]string{{"name": "paint", "path": "tools/paint"}},
		"argv":      []string{"${TOOLS}/sdk/bin/erl", "--root", "${WORKSPACE}", "--"}, "terminal_argv": []string{"-color"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("spec.json", data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s setting) prepare(t *testing.T, terminal bool, args []string, env ...string) *command {
	t.Helper()
	c, err := prepare("spec.json", args, append([]string{"BUILD_WORKSPACE_DIRECTORY=" + s.workspace, "XDG_CACHE_HOME=" + s.cache}, env...), terminal)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *command) get(name string) string {
	for _, variable := range c.env {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

func TestCommand(t *testing.T) {
	s := newSetting(t)
	for _, test := range []struct {
		args     []string
		env      []string
		terminal bool
		wantEnv  string
		want     []string
	}{
		{args: []string{"format"}, wantEnv: "dev", want: []string{"--root", s.workspace, "--", "format"}},
		{args: []string{"test", "a"}, wantEnv: "test", want: []string{"--root", s.workspace, "--", "test", "a"}},
		{args: []string{"test"}, env: []string{"MIX_ENV=ci"}, wantEnv: "ci", want: []string{"--root", s.workspace, "--", "test"}},
		{terminal: true, wantEnv: "dev", want: []string{"-color", "--root", s.workspace, "--"}},
		{terminal: true, env: []string{"NO_COLOR=1"}, wantEnv: "dev", want: []string{"--root", s.workspace, "--"}},
	} {
		c := s.prepare(t, test.terminal, test.args, append(test.env, "ROOTDIR=/other", "MIX_BUILD_ROOT=/other", "TERM=xterm")...)
		if !slices.Equal(c.argv[1:], test.want) {
			t.Errorf("argv: got %q, want %q", c.argv[1:], test.want)
		}
		if content, err := os.ReadFile(c.argv[0]); err != nil || string(content) != "erl" {
			t.Errorf("%s: got %q, %v", c.argv[0], content, err)
		}
		if c.dir != filepath.Join(s.workspace, "shop") || c.get("MIX_ENV") != test.wantEnv || c.get("TERM") != "xterm" || c.get("ROOTDIR") != "" || c.get("MIX_BUILD_ROOT") != "" {
			t.Errorf("got %q, %q", c.dir, c.env)
		}
		if build := c.get("MIX_BUILD_PATH"); !strings.HasPrefix(build, s.cache+"/") || filepath.Base(build) != test.wantEnv {
			t.Errorf("MIX_BUILD_PATH is %q", build)
		}
	}
}

func TestLibraries(t *testing.T) {
	s := newSetting(t)
	lib := filepath.Join(s.prepare(t, false, nil).get("MIX_BUILD_PATH"), "lib")
	check := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(lib, "store/ebin/store.app")); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	check("one")
	own := filepath.Join(lib, "shop")
	if err := os.Mkdir(own, 0o755); err != nil {
		t.Fatal(err)
	}
	s.prepare(t, false, nil)
	if _, err := os.Stat(own); err != nil {
		t.Errorf("nothing has changed: %v", err)
	}

	// Another version: what was compiled against the old one goes.
	writeTar(t, "store.tar", map[string]string{"store/ebin/store.app": "two"})
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes("store.tar", later, later); err != nil {
		t.Fatal(err)
	}
	s.prepare(t, false, nil)
	check("two")
	if _, err := os.Stat(own); err == nil {
		t.Error("what was compiled against another version is still there")
	}

	// The same where only a second run comes to the end.
	if err := os.Mkdir(own, 0o755); err != nil {
		t.Fatal(err)
	}
	writeTar(t, "store.tar", map[string]string{"store/ebin/store.app": "three"})
	if err := os.WriteFile("web.tar", []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	writeSpec(t, "store", "web")
	if _, err := prepare("spec.json", nil, []string{"BUILD_WORKSPACE_DIRECTORY=" + s.workspace, "XDG_CACHE_HOME=" + s.cache}, false); err == nil {
		t.Error("what is no archive was unpacked")
	}
	writeSpec(t, "store")
	s.prepare(t, false, nil)
	check("three")
	if _, err := os.Stat(own); err == nil {
		t.Error("what was compiled against another version is there after a failure")
	}

	writeSpec(t)
	s.prepare(t, false, nil)
	if left, err := os.ReadDir(lib); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestErrors(t *testing.T) {
	s := newSetting(t)
	workspace, cache := "BUILD_WORKSPACE_DIRECTORY="+s.workspace, "XDG_CACHE_HOME="+s.cache
	for name, test := range map[string]struct {
		env  []string
		want string
	}{
		"not by Bazel": {[]string{cache}, "//shop:mix works in the source tree: start it by `bazel run //shop:mix"},
		"no home":      {[]string{workspace}, "set HOME or XDG_CACHE_HOME"},
		"relative":     {[]string{workspace, "XDG_CACHE_HOME=x"}, "set HOME or XDG_CACHE_HOME"},
		"no project":   {[]string{"BUILD_WORKSPACE_DIRECTORY=" + s.cache, cache}, "looking for the project"},
		"environment":  {[]string{workspace, cache, "MIX_ENV=../x"}, `MIX_ENV is "../x"`},
	} {
		if _, err := prepare("spec.json", nil, test.env, false); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	for name, content := range map[string]string{"unknown": `{"label": "x", "argvs": []}`, "empty": `{}`} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := prepare(name, nil, []string{workspace, cache}, false); err == nil || !strings.Contains(err.Error(), "reading the spec") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// Half of an archive is not taken for the whole.
	if err := os.Truncate("store.tar", 513); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := prepare("spec.json", nil, []string{workspace, cache}, false); err == nil || !strings.Contains(err.Error(), "unpacking store.tar") {
			t.Errorf("got %v", err)
		}
	}
}

// Tools come first on PATH, whatever else there is.
func TestTools(t *testing.T) {
	s := newSetting(t)
	if err := os.Mkdir("tools", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("tools/paint", []byte("paint"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "/usr/bin:/bin"} {
		c := s.prepare(t, false, nil, "PATH="+path)
		bin, rest, _ := strings.Cut(c.get("PATH"), ":")
		if content, err := os.ReadFile(filepath.Join(bin, "paint")); err != nil || string(content) != "paint" || rest != path {
			t.Errorf("PATH is %q: %q %v", c.get("PATH"), content, err)
		}
	}
}
