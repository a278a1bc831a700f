// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// helloBzip2 is a bzip2 tar of one file "hello": Go has no bzip2 writer.
const helloBzip2 = "QlpoOTFBWSZTWY4smNUAAHv7kMkAAEJAAH+AAAhiRJ4ABAAACCAAdQlQnqDTTQ2UGnqCKU00AAAHZ91bOSISmopTTjB3LOJoJCQGFAGMKkSC41iQw4jktFmtkSctJFvBn9Lgx2XajoO+6ofi7kinChIRxZMaoA=="

// entry is one member for makeTar.
type entry struct {
	name, content string
	kind          byte // default: a file
	link          string
	mode          int64
	mtime         int64
}

func makeTar(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Typeflag: e.kind, Name: e.name, Linkname: e.link, Mode: e.mode, ModTime: time.Unix(e.mtime, 0)}
		switch e.kind {
		case 0:
			h.Typeflag, h.Size = tar.TypeReg, int64(len(e.content))
		case tar.TypeXGlobalHeader:
			h = &tar.Header{Typeflag: e.kind, PAXRecords: map[string]string{"comment": "x"}}
		}
		if h.Mode == 0 && e.kind != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func compressed(t *testing.T, plain []byte) map[string][]byte {
	t.Helper()
	bz2, err := base64.StdEncoding.DecodeString(helloBzip2)
	if err != nil {
		t.Fatal(err)
	}
	pack := func(open func(io.Writer) (io.WriteCloser, error)) []byte {
		var out bytes.Buffer
		w, err := open(&out)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(plain)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	return map[string][]byte{
		"plain": plain,
		"bzip2": bz2,
		"gzip":  pack(func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }),
		"xz":    pack(func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }),
		"zstd":  pack(func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
	}
}

func TestOpen(t *testing.T) {
	for kind, data := range compressed(t, makeTar(t, entry{name: "hello", content: "hello", mtime: 1000000000})) {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			r, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			h, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil || h.Name != "hello" || string(content) != "hello" || h.ModTime.Unix() != 1000000000 {
				t.Errorf("got %q with %q of %v, %v", h.Name, content, h.ModTime, err)
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("at the end: got %v", err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// An archive cut short is an error, never a shorter archive.
func TestOpenTruncated(t *testing.T) {
	for kind, data := range compressed(t, makeTar(t, entry{name: "hello", content: "hello"})) {
		t.Run(kind, func(t *testing.T) {
			n := len(data) / 2
			if kind == "plain" {
				n = 514 // in the middle of the content
			}
			r, err := NewReader(bytes.NewReader(data[:n]))
			for err == nil {
				if _, err = r.Next(); err == nil {
					_, err = io.Copy(io.Discard, r)
				}
			}
			if err == io.EOF {
				t.Error("the end of the archive came without an error")
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.tar")
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: got %v", err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "empty") || !strings.Contains(err.Error(), path) {
		t.Errorf("empty file: got %v", err)
	}
	r, err := NewReader(strings.NewReader(strings.Repeat("no archive at all ", 100)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != tar.ErrHeader {
		t.Errorf("no archive: got %v", err)
	}
}
