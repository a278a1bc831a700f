// SPDX-License-Identifier: Apache-2.0

package foreignbuild

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"rules_elixir_vm/tools/internal/archive"
)

// applyPatch applies the patch file at its exact lines: no fuzz, no offset. A
// changed file keeps its time, so that no rule of make runs because of it.
func applyPatch(work *archive.Tree, p Patch, epoch time.Time) error {
	data, err := os.ReadFile(p.Path)
	if err != nil {
		return err
	}
	files, _, err := gitdiff.Parse(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("parsing: %w", err)
	}
	if len(files) == 0 {
		return errors.New("the patch changes no file")
	}
	// The parser takes the a/ and b/ off git's names only.
	git := bytes.HasPrefix(data, []byte("diff --git ")) || bytes.Contains(data, []byte("\ndiff --git "))
	for _, f := range files {
		oldName, err := patchedName(p.Dir, f.OldName, git)
		if err != nil {
			return err
		}
		newName, err := patchedName(p.Dir, f.NewName, git)
		if err != nil {
			return err
		}
		if err := applyFile(work, f, oldName, newName, epoch); err != nil {
			name := newName
			if f.IsDelete {
				name = oldName
			}
			var at *gitdiff.ApplyError
			if errors.As(err, &at) && at.Fragment > 0 && at.Fragment <= len(f.TextFragments) {
				hunk := f.TextFragments[at.Fragment-1]
				return fmt.Errorf("file %s, hunk %d (%s), line %d: %w; the patch must fit exactly, renew it for this source",
					name, at.Fragment, strings.TrimSpace(hunk.Header()), at.Line, err)
			}
			return fmt.Errorf("file %s: %w", name, err)
		}
	}
	return nil
}

func patchedName(dir, name string, git bool) (string, error) {
	if name == "" {
		return "", nil
	}
	if !git {
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return "", fmt.Errorf("file name %q has no first segment to take off (-p1)", name)
		}
		name = rest
	}
	clean, err := archive.CleanName(name)
	if err != nil {
		return "", err
	}
	return path.Join(dir, clean), nil
}

func applyFile(work *archive.Tree, f *gitdiff.File, oldName, newName string, epoch time.Time) error {
	mode, mtime := fs.FileMode(0o644), epoch
	var before []byte
	if f.IsNew {
		disk, err := work.Path(newName)
		if err != nil {
			return err
		}
		if _, err := os.Lstat(disk); err == nil {
			return errors.New("the patch creates it, but it is there already")
		}
	} else {
		disk, err := work.Path(oldName)
		if err != nil {
			return err
		}
		info, err := os.Lstat(disk)
		if err != nil {
			return fmt.Errorf("the patch changes %s: %w", oldName, err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("the patch changes %s, which is no regular file", oldName)
		}
		if before, err = os.ReadFile(disk); err != nil {
			return err
		}
		mode, mtime = info.Mode().Perm(), info.ModTime()
	}
	if f.NewMode != 0 {
		// The parser keeps the file type as git writes it, in octal.
		if kind := uint32(f.NewMode) &^ 0o7777; kind != 0 && kind != 0o100000 {
			return fmt.Errorf("the patch makes it a file of mode %o; expected a regular file", uint32(f.NewMode))
		}
		mode = archive.FileMode(f.NewMode)
	}
	var after bytes.Buffer
	if err := gitdiff.Apply(&after, bytes.NewReader(before), f); err != nil {
		return err
	}
	if f.IsDelete || f.IsRename {
		if f.IsDelete && after.Len() > 0 {
			return errors.New("the patch deletes it, but some of its lines are not in the patch")
		}
		disk, err := work.Path(oldName)
		if err != nil {
			return err
		}
		if err := os.Remove(disk); err != nil || f.IsDelete {
			return err
		}
	}
	return work.WriteFile(newName, &after, mode, mtime)
}
