// SPDX-License-Identifier: Apache-2.0

// Package elfcheck asserts properties of ELF files and of archives of them: what they are built for, what they need at
// run time, and that nothing of the building machine is left in them.
package elfcheck

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// HostPaths are strings that a hermetic build does not leave in its outputs.
var HostPaths = []string{"/root/", "/home/", "/tmp/", "execroot", "bazel-out", "sandbox/", "/usr/lib/llvm"}

// Expectation says what a file should be like. The zero value of a field expects nothing.
type Expectation struct {
	Machine     string   // x86_64 or aarch64
	Static      bool     // no interpreter, no needed library
	Interpreter string   // the program interpreter
	Needed      []string // just these libraries are needed, in any order
	PIE, NoPIE  bool     // whether the program is position independent
	NoBuildID   bool     // no GNU build ID
	Stripped    bool     // no symbol table, no debug sections; of an object: no debug sections
	Forbid      []string // byte strings that must not occur
	Allow       []string // where one of these occurs, a forbidden string in it is fine
	MaxSize     int64    // of the file, in bytes
}

// Failure is one expectation that a file does not meet.
type Failure struct {
	File            string // with the member of an archive: lib.a(member.o)
	Expected, Found string
}

func (f Failure) String() string {
	return fmt.Sprintf("%s: expected %s, found %s", f.File, f.Expected, f.Found)
}

var machines = map[string]elf.Machine{"x86_64": elf.EM_X86_64, "aarch64": elf.EM_AARCH64}

// Validate reports expectations that contradict each other.
func (e Expectation) Validate() error {
	switch _, ok := machines[e.Machine]; {
	case !ok:
		return fmt.Errorf("machine %q: expected x86_64 or aarch64", e.Machine)
	case e.Static && (e.Interpreter != "" || len(e.Needed) > 0):
		return errors.New("a static program has neither an interpreter nor needed libraries")
	case e.PIE && e.NoPIE:
		return errors.New("a program cannot be both position independent and not")
	case slices.Contains(e.Forbid, ""):
		return errors.New("the empty string cannot be forbidden: every file holds it")
	}
	return nil
}

// Check returns the failures of an ELF file or an archive of ELF files; a file that is neither is a failure, too.
func (e Expectation) Check(file string, data []byte) []Failure {
	var failures []Failure
	if e.MaxSize > 0 && int64(len(data)) > e.MaxSize {
		failures = append(failures, Failure{file, fmt.Sprintf("at most %d bytes", e.MaxSize), fmt.Sprintf("%d bytes, %d too many", len(data), int64(len(data))-e.MaxSize)})
	}
	var members []member
	if bytes.HasPrefix(data, []byte(arMagic)) || bytes.HasPrefix(data, []byte(thinMagic)) {
		var err error
		if members, err = parseArchive(data); err != nil {
			failures = append(failures, Failure{file, "an archive", err.Error()})
		}
		for _, m := range members {
			failures = append(failures, e.checkELF(file+"("+m.Name+")", data[m.Offset:m.Offset+m.Size])...)
		}
	} else {
		failures = append(failures, e.checkELF(file, data)...)
	}
	return append(failures, e.checkForbidden(file, data, members)...)
}

func (e Expectation) checkELF(file string, data []byte) []Failure {
	if !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return []Failure{{file, "an ELF file", fmt.Sprintf("%d bytes that begin with %q", len(data), part(data, 0, 8))}}
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return []Failure{{file, "an ELF file", err.Error()}}
	}
	var failures []Failure
	fail := func(expected, found string) { failures = append(failures, Failure{file, expected, found}) }

	if f.Machine != machines[e.Machine] || f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB {
		fail("64-bit little-endian "+e.Machine, fmt.Sprintf("%v %v %v", f.Machine, f.Class, f.Data))
	}
	if e.Stripped {
		if found := unstripped(f); found != "" {
			fail("a stripped file", found)
		}
	}
	if e.NoBuildID {
		if id := buildID(f, data); id != "" {
			fail("no build ID", id)
		}
	}
	interpreter, err := interpreter(f)
	if err != nil {
		fail("a readable interpreter name", err.Error())
	}
	dyn, err := readDynamic(f, data)
	if err != nil {
		fail("a readable dynamic section", err.Error())
	}
	if e.Static {
		if interpreter != "" {
			fail("a static program without interpreter", "interpreter "+interpreter)
		}
		if len(dyn.needed) > 0 {
			fail("a static program without needed libraries", "needed "+strings.Join(dyn.needed, ", "))
		}
	}
	if e.Interpreter != "" && interpreter != e.Interpreter {
		fail("interpreter "+e.Interpreter, orNone(interpreter))
	}
	if len(e.Needed) > 0 && !slices.Equal(slices.Sorted(slices.Values(e.Needed)), slices.Sorted(slices.Values(dyn.needed))) {
		fail("needed libraries "+strings.Join(e.Needed, ", "), orNone(strings.Join(dyn.needed, ", ")))
	}
	if e.PIE || e.NoPIE {
		kind := "neither (" + f.Type.String() + ")"
		switch {
		case f.Type == elf.ET_EXEC:
			kind = "a program with fixed addresses (ET_EXEC)"
		case f.Type == elf.ET_DYN && (dyn.flags1&uint64(elf.DF_1_PIE) != 0 || interpreter != ""):
			kind = "a position independent program (ET_DYN)"
		case f.Type == elf.ET_DYN:
			kind = "a shared library (ET_DYN without DF_1_PIE or interpreter)"
		}
		if e.PIE && !strings.HasPrefix(kind, "a position independent program") {
			fail("a position independent program", kind)
		}
		if e.NoPIE && f.Type != elf.ET_EXEC {
			fail("a program with fixed addresses", kind)
		}
	}
	// Compressed sections hide their strings from the search in the file.
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_COMPRESSED == 0 || len(e.Forbid) == 0 {
			continue
		}
		text, err := io.ReadAll(s.Open())
		if err != nil {
			fail("a readable section "+s.Name, err.Error())
			continue
		}
		failures = append(failures, e.checkForbidden(file+", section "+s.Name+" uncompressed", text, nil)...)
	}
	return failures
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func unstripped(f *elf.File) string {
	var found []string
	for _, s := range f.Sections {
		debug := strings.HasPrefix(s.Name, ".debug_") || strings.HasPrefix(s.Name, ".zdebug_")
		// An object without symbols is of no use to a linker.
		if debug || s.Type == elf.SHT_SYMTAB && f.Type != elf.ET_REL {
			found = append(found, s.Name)
		}
	}
	if found == nil {
		return ""
	}
	return "sections " + strings.Join(found, ", ")
}

// buildID returns a description of a GNU build ID, found by segment or section, or "".
func buildID(f *elf.File, data []byte) string {
	var notes [][]byte
	for _, p := range f.Progs {
		if p.Type == elf.PT_NOTE {
			notes = append(notes, part(data, p.Off, p.Filesz))
		}
	}
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOTE {
			notes = append(notes, part(data, s.Offset, s.FileSize))
		}
	}
	const gnuBuildID = 3
	for _, note := range notes {
		for len(note) >= 12 {
			nameLen, descLen := uint64(f.ByteOrder.Uint32(note)), uint64(f.ByteOrder.Uint32(note[4:]))
			kind := f.ByteOrder.Uint32(note[8:])
			name := part(note, 12, nameLen)
			desc := part(note, 12+(nameLen+3)&^3, descLen)
			if kind == gnuBuildID && string(name) == "GNU\x00" {
				return fmt.Sprintf("build ID %x", desc)
			}
			note = part(note, 12+(nameLen+3)&^3+(descLen+3)&^3, uint64(len(note)))
		}
	}
	return ""
}

// part returns data[offset:offset+size], cut where data ends.
func part(data []byte, offset, size uint64) []byte {
	if offset >= uint64(len(data)) {
		return nil
	}
	data = data[offset:]
	return data[:min(size, uint64(len(data)))]
}

func interpreter(f *elf.File) (string, error) {
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name, err := io.ReadAll(p.Open())
		if err != nil {
			return "", fmt.Errorf("segment %v: %w", p.Type, err)
		}
		path, _, _ := strings.Cut(string(name), "\x00")
		if path == "" {
			return "", fmt.Errorf("segment %v: an empty name", p.Type)
		}
		return path, nil
	}
	return "", nil
}

type dynamic struct {
	needed []string
	flags1 uint64
}

// readDynamic reads the PT_DYNAMIC segment, which is what the loader goes by: the section of the same contents, which
// debug/elf reads, may be missing.
func readDynamic(f *elf.File, data []byte) (dynamic, error) {
	var d dynamic
	if f.Class != elf.ELFCLASS64 {
		return d, nil
	}
	var table []byte
	for _, p := range f.Progs {
		if p.Type == elf.PT_DYNAMIC {
			table = part(data, p.Off, p.Filesz)
		}
	}
	var names []uint64
	var stringsAt, stringsSize uint64
	for end := false; !end && len(table) >= 16; table = table[16:] {
		value := f.ByteOrder.Uint64(table[8:])
		switch elf.DynTag(f.ByteOrder.Uint64(table)) {
		case elf.DT_NULL:
			end = true
		case elf.DT_NEEDED:
			names = append(names, value)
		case elf.DT_STRTAB:
			stringsAt = value
		case elf.DT_STRSZ:
			stringsSize = value
		case elf.DT_FLAGS_1:
			d.flags1 = value
		}
	}
	var stringTable []byte
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && stringsAt >= p.Vaddr && stringsAt-p.Vaddr < p.Filesz {
			stringTable = part(data, p.Off+stringsAt-p.Vaddr, stringsSize)
		}
	}
	for _, n := range names {
		name, _, ended := bytes.Cut(part(stringTable, n, uint64(len(stringTable))), []byte{0})
		if !ended {
			return d, fmt.Errorf("the name of a needed library (string %d) is not in the string table", n)
		}
		d.needed = append(d.needed, string(name))
	}
	return d, nil
}

// maxReports limits the places reported for one forbidden string in one file.
const maxReports = 20

func (e Expectation) checkForbidden(file string, data []byte, members []member) []Failure {
	var failures []Failure
	for _, forbidden := range e.Forbid {
		more := 0
		reported := map[string]bool{}
		for at := 0; ; at++ {
			i := bytes.Index(data[at:], []byte(forbidden))
			if i < 0 {
				break
			}
			at += i
			if e.allowed(data, at, forbidden) {
				continue
			}
			name, offset := place(file, at, members)
			text := surrounding(data, at, len(forbidden))
			if reported[name+text] {
				continue
			}
			if len(reported) == maxReports {
				more++
				continue
			}
			reported[name+text] = true
			failures = append(failures, Failure{name, fmt.Sprintf("not to hold %q", forbidden), fmt.Sprintf("%q at offset %#x", text, offset)})
		}
		if more > 0 {
			failures = append(failures, Failure{file, fmt.Sprintf("not to hold %q", forbidden), fmt.Sprintf("%d more places", more)})
		}
	}
	return failures
}

// allowed reports whether the forbidden string at this offset is part of a string that is allowed.
func (e Expectation) allowed(data []byte, at int, forbidden string) bool {
	for _, a := range e.Allow {
		for i := 0; i+len(forbidden) <= len(a); i++ {
			if a[i:i+len(forbidden)] == forbidden && at >= i && bytes.HasPrefix(data[at-i:], []byte(a)) {
				return true
			}
		}
	}
	return false
}

// place returns the member of an archive and the offset in it.
func place(file string, at int, members []member) (string, int) {
	for _, m := range members {
		if at >= m.Offset && at < m.Offset+m.Size {
			return file + "(" + m.Name + ")", at - m.Offset
		}
	}
	return file, at
}

// surrounding returns the printable text around data[at:at+n], at most 80 bytes on each side.
func surrounding(data []byte, at, n int) string {
	printable := func(b byte) bool { return b >= ' ' && b <= '~' }
	start, end := at, at+n
	for start > 0 && at-start < 80 && printable(data[start-1]) {
		start--
	}
	for end < len(data) && end-(at+n) < 80 && printable(data[end]) {
		end++
	}
	return string(data[start:end])
}
