// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rules_elixir_vm/tools/internal/archive"
)

const tenLines = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

// patched applies a patch to a tree with src/f of ten lines, and src/run.
func patched(t *testing.T, text string) (dir string, err error) {
	t.Helper()
	dir = t.TempDir()
	work, err := archive.NewTree(filepath.Join(dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"src/f": 0o644, "src/run": 0o755} {
		if err := work.WriteFile(name, strings.NewReader(tenLines), mode, time.Unix(1000, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("..", filepath.Join(dir, "work/src/up")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("f", filepath.Join(dir, "work/src/link")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "fix.patch")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "work/src"), applyPatch(work, Patch{Path: file, Dir: "src"}, time.Unix(77, 0))
}

const change5 = "@@ -3,5 +3,5 @@ context\n 3\n 4\n-5\n+five\n 6\n 7\n"

func TestApplyPatch(t *testing.T) {
	for _, test := range []struct {
		name, patch string
		file        string // checked afterwards
		want        string // "" means: must not exist
		mode        os.FileMode
		mtime       int64
	}{
		{"git", "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n" + change5, "f", strings.Replace(tenLines, "5", "five", 1), 0o644, 1000},
		{"mail", "From: x\nSubject: y\n\n text\n---\n f | 2 +-\n\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n" + change5 + "-- \n2.39\n", "f", strings.Replace(tenLines, "5", "five", 1), 0o644, 1000},
		{"diff -u", "--- old-1.0/run\t2020-01-01 00:00:00\n+++ new-1.0/run\t2020-01-02 00:00:00\n" + change5, "run", strings.Replace(tenLines, "5", "five", 1), 0o755, 1000},
		{"quilt", "Description: text\nIndex: b/f\n===================================================================\n--- a/f\n+++ b/f\n" + change5, "f", strings.Replace(tenLines, "5", "five", 1), 0o644, 1000},
		{"new", "diff --git a/d/n b/d/n\nnew file mode 100755\n--- /dev/null\n+++ b/d/n\n@@ -0,0 +1 @@\n+x\n", "d/n", "x\n", 0o755, 77},
		{"new by diff -u", "--- /dev/null\n+++ b/d/n\n@@ -0,0 +1 @@\n+x\n", "d/n", "x\n", 0o644, 77},
		{"delete", "diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1,10 +0,0 @@\n-" + strings.TrimSuffix(strings.ReplaceAll(tenLines, "\n", "\n-"), "-"), "f", "", 0, 0},
		{"rename", "diff --git a/run b/g\nsimilarity index 100%\nrename from run\nrename to g\n", "g", tenLines, 0o755, 1000},
		{"renamed away", "diff --git a/run b/g\nsimilarity index 100%\nrename from run\nrename to g\n", "run", "", 0, 0},
		{"mode", "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n", "f", tenLines, 0o755, 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, err := patched(t, test.patch)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, test.file)
			info, err := os.Lstat(path)
			if test.want == "" {
				if !os.IsNotExist(err) {
					t.Errorf("%s is still there: %v", test.file, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(path); string(got) != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if info.Mode() != test.mode || info.ModTime().Unix() != test.mtime {
				t.Errorf("got mode %v and time %d, want %v and %d", info.Mode(), info.ModTime().Unix(), test.mode, test.mtime)
			}
		})
	}
}

func TestApplyPatchErrors(t *testing.T) {
	git := func(name string) string {
		return "diff --git a/" + name + " b/" + name + "\n--- a/" + name + "\n+++ b/" + name + "\n"
	}
	for _, test := range []struct {
		name, patch string
		want        []string
	}{
		{"nothing", "no patch\n", []string{"changes no file"}},
		{"cut short", git("f") + "@@ -3,5 +3,5 @@\n 3\n", []string{"parsing"}},
		{"second hunk", git("f") + "@@ -1,2 +1,2 @@\n-1\n+one\n 2\n@@ -8,2 +8,2 @@\n-eight\n+acht\n 9\n", []string{"file src/f, hunk 2 (@@ -8,2 +8,2 @@)", "line 8"}},
		{"shifted", git("f") + "@@ -2,5 +2,5 @@\n 3\n 4\n-5\n+five\n 6\n 7\n", []string{"file src/f, hunk 1"}},
		{"missing file", git("none") + change5, []string{"file src/none", "no such file"}},
		{"new over old", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n", []string{"file src/f", "there already"}},
		{"partial delete", "diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n", []string{"file src/f"}},
		{"out", "--- a/../x\n+++ b/../x\n" + change5, []string{`".."`}},
		{"out by git", git("../../x") + change5, []string{`".."`}},
		{"through a link", git("up/src/f") + change5, []string{"src/up", "symlink"}},
		{"a link", git("link") + change5, []string{"file src/link", "no regular file"}},
		{"new link", "diff --git a/n b/n\nnew file mode 120000\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n", []string{"file src/n", "expected a regular file"}},
		{"nothing to strip", "--- f\n+++ f\n" + change5, []string{`"f"`, "-p1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, err := patched(t, test.patch)
			if err == nil {
				t.Fatal("it was applied")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %q, want one with %q", err, want)
				}
			}
			if got, _ := os.ReadFile(filepath.Join(dir, "f")); string(got) != tenLines {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
}

// A patch never reaches outside the work directory and never panics.
func FuzzApplyPatch(f *testing.F) {
	f.Add("diff --git a/f b/f\n--- a/f\n+++ b/f\n" + change5)
	f.Add("--- a/f\n+++ b/../../../evil\n" + change5)
	f.Add("diff --git a/f b/f\nrename from f\nrename to ../../evil\n")
	f.Add("diff --git a/n b/n\nnew file mode 100644\nindex 0..1\nGIT binary patch\nliteral 1\nIcmZQ\n\nliteral 0\nHcmV?d00001\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		outer := t.TempDir()
		work, err := archive.NewTree(filepath.Join(outer, "work"))
		if err != nil {
			t.Fatal(err)
		}
		if err := work.WriteFile("src/f", strings.NewReader(tenLines), 0o644, time.Unix(1000, 0)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("../..", filepath.Join(outer, "work/src/up")); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(outer, "fix.patch")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		applyPatch(work, Patch{Path: file, Dir: "src"}, time.Unix(0, 0))
		if entries, err := os.ReadDir(outer); err != nil || len(entries) != 2 {
			t.Fatalf("beside the work directory there is now %v, %v", entries, err)
		}
		if got, _ := os.ReadFile(file); string(got) != text {
			t.Fatalf("the patch itself is now %q", got)
		}
	})
}
