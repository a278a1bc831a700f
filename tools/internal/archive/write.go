// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/klauspost/compress/zstd"
)

// header reduces h to what a deterministic archive may hold. The format is
// left to package tar: USTAR where it fits, else PAX.
func header(h *tar.Header, mtime time.Time) *tar.Header {
	out := &tar.Header{Typeflag: h.Typeflag, Name: h.Name, Linkname: h.Linkname, ModTime: mtime}
	switch h.Typeflag {
	case tar.TypeDir:
		out.Name += "/"
		out.Mode = 0o755
	case tar.TypeSymlink:
		out.Mode = 0o777
	case tar.TypeReg:
		out.Size = h.Size
		out.Mode = int64(FileMode(fs.FileMode(h.Mode)))
	case tar.TypeLink:
		out.Mode = int64(FileMode(fs.FileMode(h.Mode)))
	}
	return out
}

// FileMode is 0755 for what its owner may execute, else 0644.
func FileMode(mode fs.FileMode) fs.FileMode {
	if mode&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

// WriteDir writes what filter selects below root as a tar: sorted by name,
// owner 0, the given time everywhere. Parents of selected paths are included.
// Hard links become files of their own.
func WriteDir(w io.Writer, root string, filter *Filter, mtime time.Time) error {
	selected := map[string]fs.FileInfo{}
	err := filepath.WalkDir(root, func(disk string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, disk)
		if err != nil || name == "." {
			return err
		}
		name = filepath.ToSlash(name)
		if !filter.Match(name) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		selected[name] = info
		for parent := filepath.Dir(name); parent != "."; parent = filepath.Dir(parent) {
			if _, ok := selected[parent]; ok {
				break
			}
			if info, err = os.Lstat(filepath.Join(root, parent)); err != nil {
				return err
			}
			selected[parent] = info
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := filter.Unused(); err != nil {
		return err
	}
	names := make([]string, 0, len(selected))
	for name := range selected {
		names = append(names, name)
	}
	sort.Strings(names)
	tw := tar.NewWriter(w)
	for _, name := range names {
		if err := writeEntry(tw, root, name, selected[name], mtime); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return tw.Close()
}

func writeEntry(tw *tar.Writer, root, name string, info fs.FileInfo, mtime time.Time) error {
	h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm())}
	disk := filepath.Join(root, filepath.FromSlash(name))
	switch info.Mode().Type() {
	case 0:
		h.Typeflag, h.Size = tar.TypeReg, info.Size()
	case fs.ModeDir:
		h.Typeflag = tar.TypeDir
	case fs.ModeSymlink:
		target, err := os.Readlink(disk)
		if err != nil {
			return err
		}
		h.Typeflag, h.Linkname = tar.TypeSymlink, target
	default:
		return fmt.Errorf("%s cannot go into an archive; expected files, directories and symlinks only", info.Mode().Type())
	}
	if err := tw.WriteHeader(header(h, mtime)); err != nil {
		return err
	}
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	f, err := os.Open(disk)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(tw, f)
	return err
}

// Subset copies the members of in that filter selects to out as a zstd tar,
// in the order and with the times of in.
func Subset(in *Reader, strip int, filter *Filter, out io.Writer) error {
	// One thread: the bytes must not depend on the machine.
	z, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	tw := tar.NewWriter(z)
	files := map[string]bool{}
	err = Walk(in.Reader, strip, filter, func(h *tar.Header) error {
		switch h.Typeflag {
		case tar.TypeReg:
			files[h.Name] = true
		case tar.TypeLink:
			if !files[h.Linkname] {
				return fmt.Errorf("hard link target %q is not in the subset; include it too", h.Linkname)
			}
			files[h.Name] = true
		}
		if err := tw.WriteHeader(header(h, h.ModTime.Truncate(time.Second))); err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			return nil
		}
		_, err := io.Copy(tw, in)
		return err
	})
	if err == nil {
		err = tw.Close()
	}
	if closeErr := z.Close(); err == nil {
		err = closeErr
	}
	return err
}

// CreateTemp lets write fill a new file beside path, and returns its name; the
// caller renames it to path. After an error nothing is left.
func CreateTemp(path string, mode fs.FileMode, write func(io.Writer) error) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	err = write(f)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// CreateFile lets write fill a temporary file beside path and renames it to
// path only if that went well.
func CreateFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	temp, err := CreateTemp(path, mode, write)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}
