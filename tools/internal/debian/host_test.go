// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFindMirror(t *testing.T) {
	// apt stands for the host's apt-get: a script that prints targets.
	apt := func(t *testing.T, script string) {
		dir := t.TempDir()
		if script != "" {
			must(t, os.WriteFile(filepath.Join(dir, "apt-get"), []byte("#!/bin/sh\n"+script), 0o755))
		}
		t.Setenv("PATH", dir)
	}
	for _, test := range []struct {
		name, flag, env, apt string
		want                 string
		err                  []string
	}{
		{name: "flag first", flag: "http://flag/", env: "http://env/", apt: "exit 1", want: "http://flag/"},
		{name: "then environment", env: "http://env/", apt: "exit 1", want: "http://env/"},
		{
			name: "then apt",
			apt: `echo "Debian|Debian-Security|http://security/"
echo "Other|Debian|http://other/"
echo "||http://unread/"
echo "Debian|Debian|file:/media/cdrom/"
echo "Debian|Debian|http://archive/debian/"
echo "Debian|Debian|http://later/debian/"`,
			want: "http://archive/debian/",
		},
		{name: "apt knows none", apt: "echo 'Ubuntu|Ubuntu|http://other/'", err: []string{"apt knows no Debian archive", "apt-get update", "-mirror or DEBIAN_MIRROR"}},
		{name: "apt fails", apt: "echo broken list >&2; exit 100", err: []string{"exit status 100", "broken list", "-mirror or DEBIAN_MIRROR"}},
		{name: "no apt", err: []string{"no apt to ask", "-mirror or DEBIAN_MIRROR"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			apt(t, test.apt)
			t.Setenv(MirrorEnv, test.env)
			got, err := FindMirror(test.flag)
			if test.err != nil {
				wantError(t, err, test.err...)
				return
			}
			must(t, err)
			if got != test.want {
				t.Errorf("got %q, expected %q", got, test.want)
			}
		})
	}
}

func TestReadKeyringsOfHost(t *testing.T) {
	defer func(was []string) { hostKeyrings = was }(hostKeyrings)
	dir := t.TempDir()
	hostKeyrings = []string{filepath.Join(dir, "a.pgp"), filepath.Join(dir, "a.gpg")}
	_, err := ReadKeyrings(nil)
	wantError(t, err, "none of", "a.gpg", "-keyring", "debian-archive-keyring")
	f, err := os.Create(hostKeyrings[1])
	must(t, err)
	must(t, newKey(t, nil).Serialize(f))
	must(t, f.Close())
	keys, err := ReadKeyrings(nil)
	must(t, err)
	if len(keys) != 1 {
		t.Errorf("got %d keys, expected 1", len(keys))
	}
}

func TestWorkspaceDir(t *testing.T) {
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", "")
	root, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	deep := filepath.Join(root, "a", "b")
	must(t, os.MkdirAll(deep, 0o755))
	t.Chdir(deep)
	if _, err := os.Stat(filepath.Join(filepath.Dir(root), "MODULE.bazel")); err == nil {
		t.Fatal("a MODULE.bazel lies above the temporary folder")
	}
	_, err = WorkspaceDir()
	wantError(t, err, "no MODULE.bazel in "+deep, "-packages and -lock")
	must(t, os.WriteFile(filepath.Join(root, "MODULE.bazel"), nil, 0o644))
	if got, err := WorkspaceDir(); err != nil || got != root {
		t.Errorf("got %q, %v, expected %q", got, err, root)
	}
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", "/elsewhere")
	if got, err := WorkspaceDir(); err != nil || got != "/elsewhere" {
		t.Errorf("got %q, %v, expected what bazel run says", got, err)
	}
}

// TestWriteFileFails: when the file cannot be replaced, it stays and nothing else
// is left.
func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "lock.json")
	must(t, os.MkdirAll(filepath.Join(name, "x"), 0o755)) // a folder is in the way
	if err := writeFile(name, []byte("new")); err == nil {
		t.Error("no error")
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
