// SPDX-License-Identifier: Apache-2.0

package elfcheck

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	arMagic     = "!<arch>\n"
	thinMagic   = "!<thin>\n"
	arHeaderLen = 60
)

// A member is one file of an archive. Its data is data[Offset:Offset+Size] of the archive.
type member struct {
	Name         string
	Offset, Size int
}

// parseArchive lists the members of an archive as GNU ar and llvm-ar write it, without symbol and name tables.
func parseArchive(data []byte) ([]member, error) {
	if bytes.HasPrefix(data, []byte(thinMagic)) {
		return nil, errors.New("a thin archive, which holds no files: make it with plain \"ar rcs\"")
	}
	if !bytes.HasPrefix(data, []byte(arMagic)) {
		return nil, errors.New("not an archive")
	}
	var members []member
	var names string
	for at := len(arMagic); at < len(data); {
		if len(data)-at < arHeaderLen {
			return nil, fmt.Errorf("offset %d: the archive ends in the middle of a header", at)
		}
		header := data[at : at+arHeaderLen]
		if string(header[58:]) != "`\n" {
			return nil, fmt.Errorf("offset %d: a member header should end in \"`\\n\", not %q", at, header[58:])
		}
		// Fields are padded with spaces on the right.
		size, err := strconv.ParseUint(strings.TrimRight(string(header[48:58]), " "), 10, 34)
		if err != nil {
			return nil, fmt.Errorf("offset %d: %q is not the size of a member", at, header[48:58])
		}
		offset := at + arHeaderLen
		if size > uint64(len(data)-offset) {
			return nil, fmt.Errorf("offset %d: a member of %d bytes, but only %d are left", at, size, len(data)-offset)
		}
		at = offset + int(size) + int(size)&1 // members begin at even offsets
		name := strings.TrimRight(string(header[:16]), " ")
		switch {
		case name == "/" || name == "/SYM64/": // symbol tables
			continue
		case name == "//":
			names = string(data[offset : offset+int(size)])
			continue
		case strings.HasPrefix(name, "#1/"):
			return nil, fmt.Errorf("offset %d: a BSD archive: make it with GNU ar or \"llvm-ar --format=gnu\"", offset-arHeaderLen)
		case strings.HasPrefix(name, "/"):
			if name, err = longName(names, name[1:]); err != nil {
				return nil, fmt.Errorf("offset %d: %w", offset-arHeaderLen, err)
			}
		default:
			name = strings.TrimSuffix(name, "/")
		}
		members = append(members, member{name, offset, int(size)})
	}
	return members, nil
}

// longName finds the name at an offset of the name table; names in it end in "/\n".
func longName(names, at string) (string, error) {
	n, err := strconv.ParseUint(at, 10, 31)
	if err != nil || n >= uint64(len(names)) {
		return "", fmt.Errorf("the member name /%s does not point into the name table of %d bytes", at, len(names))
	}
	name, _, found := strings.Cut(names[n:], "/\n")
	if !found {
		return "", fmt.Errorf("the member name /%s has no end in the name table", at)
	}
	return name, nil
}
