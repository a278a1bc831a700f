// SPDX-License-Identifier: Apache-2.0

// Package filetree is the model of a file system that every image format is written from: a spec says what goes where,
// with which mode and owner; Load makes the sorted, checked tree of it.
package filetree

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"rules_elixir_vm/tools/internal/strictjson"
)

// Spec describes a tree. Sources are files, relative to the current directory; all other paths are absolute paths of the
// tree. Origin says in messages who asked for something: a target and its attribute.
type Spec struct {
	// Label names the target in messages.
	Label        string        `json:"label"`
	Entries      []Entry       `json:"entries,omitempty"`
	Tars         []Tar         `json:"tars,omitempty"`
	SymlinkLists []SymlinkList `json:"symlink_lists,omitempty"`
}

// Entry is one path of the tree.
type Entry struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`  // "file", "directory", "symlink" or "device"
	Mode   string `json:"mode"`  // four octal digits
	Owner  string `json:"owner"` // "UID:GID"
	Origin string `json:"origin"`

	Source string `json:"source,omitempty"` // of a file
	Target string `json:"target,omitempty"` // of a symlink
	Device string `json:"device,omitempty"` // "c MAJOR MINOR" or "b MAJOR MINOR"
}

// Tar is an archive, of any common compression, to unpack into the directory Prefix.
type Tar struct {
	Source string `json:"source"`
	Prefix string `json:"prefix"`
	Origin string `json:"origin"`
}

// SymlinkList is a file with one path on each line, without the leading slash; each becomes a symlink to Target. A line
// that names the target itself is passed over.
type SymlinkList struct {
	Source string `json:"source"`
	Target string `json:"target"`
	Origin string `json:"origin"`
}

// ReadSpec reads the spec in a file.
func ReadSpec(file string) (*Spec, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	s, err := ParseSpec(data)
	if err != nil {
		return nil, fmt.Errorf("reading the spec %s: %w", file, err)
	}
	return s, nil
}

// ParseSpec decodes a spec strictly and checks each part of it by itself.
func ParseSpec(data []byte) (*Spec, error) {
	s := &Spec{}
	if err := strictjson.Decode(data, s); err != nil {
		return nil, err
	}
	if s.Label == "" {
		return nil, errors.New(`"label" is missing`)
	}
	for i, e := range s.Entries {
		if _, err := e.node(); err != nil {
			return nil, fmt.Errorf("entries[%d] %s: %w", i, e.Path, err)
		}
	}
	for i, t := range s.Tars {
		err := checkPath(t.Prefix)
		if err == nil && t.Source == "" {
			err = errors.New(`"source" is missing`)
		}
		if err != nil {
			return nil, fmt.Errorf("tars[%d] %s: %w", i, t.Source, err)
		}
	}
	for i, l := range s.SymlinkLists {
		err := checkPath(l.Target)
		if err == nil && l.Source == "" {
			err = errors.New(`"source" is missing`)
		}
		if err != nil {
			return nil, fmt.Errorf("symlink_lists[%d] %s: %w", i, l.Source, err)
		}
	}
	return s, nil
}

// node checks e and decodes its strings.
func (e Entry) node() (*Node, error) {
	if err := checkPath(e.Path); err != nil {
		return nil, err
	}
	n := &Node{Path: e.Path, Origin: e.Origin}
	mode, err := strconv.ParseUint(e.Mode, 8, 12)
	if err != nil || len(e.Mode) != 4 {
		return nil, fmt.Errorf(`"mode" is %q; expected four octal digits such as "0644"`, e.Mode)
	}
	n.Mode = uint32(mode)
	uid, gid, _ := strings.Cut(e.Owner, ":")
	if n.UID, err = parseID(uid); err == nil {
		n.GID, err = parseID(gid)
	}
	if err != nil {
		return nil, fmt.Errorf(`"owner" is %q; expected two numbers such as "0:0"`, e.Owner)
	}

	wrong := e.Source + e.Target + e.Device
	field := ""
	switch e.Kind {
	case "file":
		n.Kind, field, wrong = File, "source", e.Target+e.Device
		n.Content.path = e.Source
		if e.Source == "" {
			return nil, errors.New(`"source" is missing`)
		}
	case "directory":
		n.Kind = Directory
	case "symlink":
		n.Kind, field, wrong = Symlink, "target", e.Source+e.Device
		n.Target = e.Target
		if err := checkTarget(e.Target); err != nil {
			return nil, err
		}
		if n.Mode != 0o777 {
			return nil, fmt.Errorf(`"mode" is %q; a symlink has 0777`, e.Mode)
		}
	case "device":
		field, wrong = "device", e.Source+e.Target
		if n.Kind, n.Major, n.Minor, err = parseDevice(e.Device); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf(`"kind" is %q; expected file, directory, symlink or device`, e.Kind)
	}
	if wrong != "" {
		return nil, fmt.Errorf(`of "source", "target" and "device" a %s may have %q only`, e.Kind, field)
	}
	if e.Path == "/" && n.Kind != Directory {
		return nil, fmt.Errorf("the root is a directory, not a %s", e.Kind)
	}
	return n, nil
}

const (
	maxPath = 4095 // PATH_MAX without the NUL
	maxName = 255
	// The last number means "leave as it is" to chown.
	maxID = 1<<32 - 2
	// What a dev_t of Linux holds.
	maxMajor = 1<<12 - 1
	maxMinor = 1<<20 - 1
)

func parseID(s string) (uint32, error) {
	return parseNumber(s, maxID)
}

func parseNumber(s string, limit uint64) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > limit || strconv.FormatUint(n, 10) != s {
		return 0, errors.New("not a number in the range")
	}
	return uint32(n), nil
}

func parseDevice(s string) (kind Kind, major, minor uint32, err error) {
	parts := strings.Split(s, " ")
	if len(parts) == 3 && (parts[0] == "c" || parts[0] == "b") {
		kind = CharDevice
		if parts[0] == "b" {
			kind = BlockDevice
		}
		if major, err = parseNumber(parts[1], maxMajor); err == nil {
			if minor, err = parseNumber(parts[2], maxMinor); err == nil {
				return kind, major, minor, nil
			}
		}
	}
	return 0, 0, 0, fmt.Errorf(`"device" is %q; expected "c MAJOR MINOR" or "b MAJOR MINOR", at most %d and %d`, s, maxMajor, maxMinor)
}

// checkPath accepts the one way to write an absolute path.
func checkPath(p string) error {
	switch {
	case !strings.HasPrefix(p, "/"):
		return fmt.Errorf("the path %q is not absolute; expected one such as /etc/hosts", p)
	case p != path.Clean(p):
		return fmt.Errorf("the path %q is not canonical; expected %q", p, path.Clean(p))
	case len(p) > maxPath:
		return fmt.Errorf("the path %.40q… has %d bytes; at most %d are possible", p, len(p), maxPath)
	}
	for _, name := range strings.Split(p, "/") {
		if len(name) > maxName {
			return fmt.Errorf("the file name %.40q… has %d bytes; at most %d are possible", name, len(name), maxName)
		}
	}
	return checkText("path", p)
}

func checkTarget(target string) error {
	switch {
	case target == "":
		return errors.New("a symlink without a target")
	case len(target) > maxPath:
		return fmt.Errorf("the target %.40q… of a symlink has %d bytes; at most %d are possible", target, len(target), maxPath)
	}
	return checkText("target", target)
}

// checkText refuses what would make a listing ambiguous.
func checkText(what, s string) error {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return fmt.Errorf("the %s %q holds a control character", what, s)
		}
	}
	return nil
}
