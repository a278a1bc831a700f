// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"debug/elf"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rootsEnv names a folder with one folder per tree, the tree's packages unpacked
// in it. Unpacking needs the mirror and some 1.5 GB, so this test is run by hand
// when "without" in packages.json changes:
//
//	for t in build_tools git go keyring llvm qemu qemu_user; do for each .deb of $t: dpkg-deb -x FILE.deb $ROOTS/$t; done
//	DEBIANLOCK_ROOTS=$ROOTS go test -run TestTreesLoad ./tools/internal/debian
const rootsEnv = "DEBIANLOCK_ROOTS"

// libraryDirs is where the loader looks in an unpacked tree.
var libraryDirs = []string{"usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib64", "lib64", "usr/lib", "usr/lib/llvm-19/lib"}

// notLoadable lists, by tree, the programs that are left without a library of
// theirs on purpose, since nothing calls them.
var notLoadable = map[string][]string{
	// libcurl3t64-gnutls is for what is fetched by HTTP.
	"git": {
		"usr/lib/git-core/git-http-fetch",
		"usr/lib/git-core/git-http-push",
		"usr/lib/git-core/git-imap-send",
		"usr/lib/git-core/git-remote-http",
	},
	// All but the last because libcurl4t64 would bring 24 packages.
	"llvm": {
		"usr/lib/llvm-19/bin/llvm-cov",
		"usr/lib/llvm-19/bin/llvm-debuginfod",
		"usr/lib/llvm-19/bin/llvm-debuginfod-find",
		"usr/lib/llvm-19/bin/llvm-objdump",
		"usr/lib/llvm-19/bin/llvm-symbolizer",
		"usr/lib/llvm-19/bin/llvm-exegesis",
	},
}

// TestTreesLoad: every ELF file of a tree finds every shared library it needs,
// inside the tree.
func TestTreesLoad(t *testing.T) {
	roots := os.Getenv(rootsEnv)
	if roots == "" {
		t.Skipf("%s is not set: this test is run by hand on unpacked trees", rootsEnv)
	}
	data, err := os.ReadFile("../../../third_party/debian/lock.json")
	if err != nil {
		t.Fatal(err)
	}
	lock, err := DecodeLock(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range sortedKeys(lock.Trees) {
		t.Run(tree, func(t *testing.T) {
			root := filepath.Join(roots, tree)
			if _, err := os.Stat(root); err != nil {
				t.Fatal(err)
			}
			missing, checked, err := missingLibraries(root)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d dynamic ELF files", checked)
			for _, file := range sortedKeys(missing) {
				if !slices.Contains(notLoadable[tree], file) {
					t.Errorf("%s needs %q", file, missing[file])
				}
			}
			for _, file := range notLoadable[tree] {
				if missing[file] == nil {
					t.Errorf("%s is listed as not loadable, but finds all it needs or is gone", file)
				}
			}
		})
	}
}

// missingLibraries maps ELF files to their NEEDED entries that are not in root.
func missingLibraries(root string) (missing map[string][]string, checked int, err error) {
	missing = map[string][]string{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/testdata/") {
			return err
		}
		f, err := elf.Open(path)
		var notELF *elf.FormatError
		if errors.As(err, &notELF) || err != nil && strings.Contains(err.Error(), "EOF") {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		if f.Machine != elf.EM_X86_64 || f.Class != elf.ELFCLASS64 {
			return nil
		}
		needed, err := f.ImportedLibraries()
		if err != nil || len(needed) == 0 {
			return nil
		}
		checked++
		rel, _ := filepath.Rel(root, path)
		dirs := slices.Clone(libraryDirs)
		for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
			paths, _ := f.DynString(tag)
			for _, p := range paths {
				for _, dir := range strings.Split(p, ":") {
					dir = strings.ReplaceAll(dir, "$ORIGIN", "/"+filepath.Dir(rel))
					dirs = append(dirs, strings.TrimPrefix(filepath.Clean(dir), "/"))
				}
			}
		}
		for _, lib := range needed {
			if !slices.ContainsFunc(dirs, func(dir string) bool {
				_, err := os.Stat(filepath.Join(root, dir, lib))
				return err == nil
			}) {
				missing[rel] = append(missing[rel], lib)
			}
		}
		return nil
	})
	return missing, checked, err
}
