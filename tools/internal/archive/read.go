// SPDX-License-Identifier: Apache-2.0

// Package archive reads tar archives of any common compression, unpacks them
// without ever leaving a directory, and writes tars whose bytes depend on
// names, modes and contents alone.
package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Reader is a tar stream, decompressed.
type Reader struct {
	*tar.Reader
	close []func() error
}

// Open opens the tar archive at path, whatever its compression.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening archive: %w", err)
	}
	r, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening archive %s: %w", path, err)
	}
	r.close = append(r.close, f.Close)
	return r, nil
}

// Close releases the decompressor and closes the file.
func (r *Reader) Close() error {
	var first error
	for _, c := range r.close {
		if err := c(); err != nil && first == nil {
			first = err
		}
	}
	r.close = nil
	return first
}

// NewReader tells the compression by its magic bytes; a stream with none of
// them is taken as a plain tar.
func NewReader(in io.Reader) (*Reader, error) {
	buffered := bufio.NewReaderSize(in, 1<<20)
	magic, err := buffered.Peek(6)
	if err != nil && err != io.EOF {
		return nil, err
	}
	var plain io.Reader = buffered
	r := &Reader{}
	switch {
	case len(magic) == 0:
		return nil, fmt.Errorf("the file is empty")
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("reading gzip header: %w", err)
		}
		plain = z
	case bytes.HasPrefix(magic, []byte("BZh")):
		plain = bzip2.NewReader(buffered)
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ\x00")):
		z, err := xz.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("reading xz header: %w", err)
		}
		plain = z
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, fmt.Errorf("reading zstd header: %w", err)
		}
		r.close = append(r.close, func() error { z.Close(); return nil })
		plain = z
	}
	r.Reader = tar.NewReader(plain)
	return r, nil
}
