// SPDX-License-Identifier: Apache-2.0

package elfcheck

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// image describes an ELF file to make.
type image struct {
	machine  elf.Machine
	kind     elf.Type
	interp   string
	needed   []string
	flags1   elf.DynFlag1
	symtab   bool
	buildID  bool // as a segment and a section
	noShdrs  bool // no section headers at all
	debug    string
	compress bool   // the debug section
	text     string // somewhere in the file
}

// bytes lays the file out: header, program headers, contents, section headers. Addresses equal offsets.
func (im image) bytes(t testing.TB) []byte {
	t.Helper()
	le := binary.LittleEndian
	var progs []elf.Prog64
	sections := []elf.Section64{{}}
	names := []byte{0}
	const progsAt, maxProgs = 64, 4
	body := make([]byte, progsAt+maxProgs*56)
	add := func(content []byte) (offset uint64) {
		offset = uint64(len(body))
		body = append(body, content...)
		for len(body)%8 != 0 {
			body = append(body, 0)
		}
		return offset
	}
	segment := func(kind elf.ProgType, content []byte) uint64 {
		at := add(content)
		progs = append(progs, elf.Prog64{Type: uint32(kind), Off: at, Vaddr: at, Filesz: uint64(len(content))})
		return at
	}
	section := func(name string, kind elf.SectionType, flags elf.SectionFlag, offset uint64, size int) {
		sections = append(sections, elf.Section64{Name: uint32(len(names)), Type: uint32(kind), Flags: uint64(flags), Off: offset, Size: uint64(size)})
		names = append(append(names, name...), 0)
	}
	pack := func(values ...any) []byte {
		var b bytes.Buffer
		for _, v := range values {
			if err := binary.Write(&b, le, v); err != nil {
				t.Fatal(err)
			}
		}
		return b.Bytes()
	}
	if im.interp != "" {
		segment(elf.PT_INTERP, append([]byte(im.interp), 0))
	}
	if im.needed != nil || im.flags1 != 0 {
		strtab := []byte{0}
		var table []byte
		for _, n := range im.needed {
			table = append(table, pack(elf.Dyn64{Tag: int64(elf.DT_NEEDED), Val: uint64(len(strtab))})...)
			strtab = append(append(strtab, n...), 0)
		}
		at := add(strtab)
		table = append(table, pack(
			elf.Dyn64{Tag: int64(elf.DT_STRTAB), Val: at},
			elf.Dyn64{Tag: int64(elf.DT_STRSZ), Val: uint64(len(strtab))},
			elf.Dyn64{Tag: int64(elf.DT_FLAGS_1), Val: uint64(im.flags1)},
			elf.Dyn64{},
			elf.Dyn64{Tag: int64(elf.DT_NEEDED), Val: 1 << 40}, // after the end: not read
		)...)
		segment(elf.PT_DYNAMIC, table)
	}
	if im.buildID {
		note := pack([]uint32{4, 4, 1}, []byte("GNU\x00abcd"), []uint32{4, 3, 3}, []byte("GNU\x00\xca\xfe\x01\x00"))
		section(".note.gnu.build-id", elf.SHT_NOTE, 0, segment(elf.PT_NOTE, note), len(note))
	}
	if im.symtab {
		section(".symtab", elf.SHT_SYMTAB, 0, add(make([]byte, 24)), 24)
	}
	if im.debug != "" {
		content, flags := []byte(im.debug), elf.SectionFlag(0)
		if im.compress {
			var z bytes.Buffer
			w := zlib.NewWriter(&z)
			w.Write(content)
			w.Close()
			content = append(pack(elf.Chdr64{Type: uint32(elf.COMPRESS_ZLIB), Size: uint64(len(content)), Addralign: 1}), z.Bytes()...)
			flags = elf.SHF_COMPRESSED
		}
		section(".debug_line", elf.SHT_PROGBITS, flags, add(content), len(content))
	}
	add([]byte("\x00" + im.text + "\x00"))
	progs = append(progs, elf.Prog64{Type: uint32(elf.PT_LOAD), Filesz: uint64(len(body))})
	header := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: uint16(im.kind), Machine: uint16(im.machine), Version: 1,
		Phoff: progsAt, Ehsize: 64, Phentsize: 56, Phnum: uint16(len(progs)), Shentsize: 64,
	}
	if im.kind == elf.ET_REL {
		header.Phnum, header.Phoff = 0, 0
	}
	if !im.noShdrs {
		section(".shstrtab", elf.SHT_STRTAB, 0, 0, 0)
		last := &sections[len(sections)-1]
		last.Off, last.Size = add(names), uint64(len(names))
		header.Shoff, header.Shnum, header.Shstrndx = uint64(len(body)), uint16(len(sections)), uint16(len(sections)-1)
		body = append(body, pack(sections)...)
	}
	copy(body, pack(header))
	copy(body[progsAt:], pack(progs))
	return body
}

func TestCheck(t *testing.T) {
	x86, arm := elf.EM_X86_64, elf.EM_AARCH64
	static := image{machine: x86, kind: elf.ET_EXEC}
	dynamic := image{machine: x86, kind: elf.ET_DYN, interp: "/lib/ld-musl-x86_64.so.1", needed: []string{"libc.so", "libz.so.1"}, flags1: elf.DF_1_PIE}
	bare := dynamic
	bare.noShdrs = true
	staticPIE := image{machine: x86, kind: elf.ET_DYN, flags1: elf.DF_1_PIE | elf.DF_1_NOW}
	library := image{machine: x86, kind: elf.ET_DYN, flags1: elf.DF_1_NOW}
	object := image{machine: x86, kind: elf.ET_REL, symtab: true}
	forbid := Expectation{Forbid: []string{"/root/", "/home/"}, Allow: []string{"see /home/page", "/homely"}}
	for _, test := range []struct {
		name  string
		image image
		e     Expectation // its Machine is x86_64
		want  []string    // without the file name
	}{
		{"all is well", static, Expectation{Static: true, NoPIE: true, NoBuildID: true, Stripped: true, MaxSize: 10000}, nil},
		{"machine", image{machine: arm, kind: elf.ET_EXEC}, Expectation{}, []string{"expected 64-bit little-endian x86_64, found EM_AARCH64 ELFCLASS64 ELFDATA2LSB"}},
		{"static", dynamic, Expectation{Static: true}, []string{
			"expected a static program without interpreter, found interpreter /lib/ld-musl-x86_64.so.1",
			"expected a static program without needed libraries, found needed libc.so, libz.so.1",
		}},
		{"static without section headers", bare, Expectation{Static: true}, []string{
			"expected a static program without interpreter, found interpreter /lib/ld-musl-x86_64.so.1",
			"expected a static program without needed libraries, found needed libc.so, libz.so.1",
		}},
		{"dynamic", dynamic, Expectation{PIE: true, Interpreter: "/lib/ld-musl-x86_64.so.1", Needed: []string{"libz.so.1", "libc.so"}}, nil},
		{"wrong interpreter and library", dynamic, Expectation{Interpreter: "/lib64/ld", Needed: []string{"libc.so"}}, []string{
			"expected interpreter /lib64/ld, found /lib/ld-musl-x86_64.so.1",
			"expected needed libraries libc.so, found libc.so, libz.so.1",
		}},
		{"no interpreter or library", static, Expectation{Interpreter: "/lib64/ld", Needed: []string{"libc.so"}}, []string{
			"expected interpreter /lib64/ld, found none",
			"expected needed libraries libc.so, found none",
		}},
		{"static PIE", staticPIE, Expectation{Static: true, PIE: true}, nil},
		{"not PIE", static, Expectation{PIE: true}, []string{"expected a position independent program, found a program with fixed addresses (ET_EXEC)"}},
		{"PIE", staticPIE, Expectation{NoPIE: true}, []string{"expected a program with fixed addresses, found a position independent program (ET_DYN)"}},
		{"a library is no PIE", library, Expectation{PIE: true}, []string{"expected a position independent program, found a shared library (ET_DYN without DF_1_PIE or interpreter)"}},
		{"an object is neither", object, Expectation{NoPIE: true}, []string{"expected a program with fixed addresses, found neither (ET_REL)"}},
		{"build ID", image{machine: x86, kind: elf.ET_EXEC, buildID: true}, Expectation{NoBuildID: true}, []string{"expected no build ID, found build ID cafe01"}},
		{"build ID without section headers", image{machine: x86, kind: elf.ET_EXEC, buildID: true, noShdrs: true}, Expectation{NoBuildID: true}, []string{"expected no build ID, found build ID cafe01"}},
		{"build ID of an object", image{machine: x86, kind: elf.ET_REL, buildID: true}, Expectation{NoBuildID: true}, []string{"expected no build ID, found build ID cafe01"}},
		{"not stripped", image{machine: x86, kind: elf.ET_EXEC, symtab: true, debug: "x"}, Expectation{Stripped: true}, []string{"expected a stripped file, found sections .symtab, .debug_line"}},
		{"an object may have symbols", object, Expectation{Stripped: true}, nil},
		{"but no debug sections", image{machine: x86, kind: elf.ET_REL, symtab: true, debug: "x"}, Expectation{Stripped: true}, []string{"expected a stripped file, found sections .debug_line"}},
		{"size", static, Expectation{MaxSize: 100}, []string{"expected at most 100 bytes, found 440 bytes, 340 too many"}},
		{"forbidden", image{machine: x86, kind: elf.ET_EXEC, text: "in /root/a and /root/b\x00/home/c\xff/home/c"}, forbid, []string{
			`expected not to hold "/root/", found "in /root/a and /root/b" at offset 0x124`,
			`expected not to hold "/home/", found "/home/c" at offset 0x138`,
		}},
		{"allowed", image{machine: x86, kind: elf.ET_EXEC, text: "see /home/page\x00/homely\x00see /home/pages"}, forbid, nil},
		{"not allowed", image{machine: x86, kind: elf.ET_EXEC, text: "look at /home/page"}, forbid, []string{`expected not to hold "/home/", found "look at /home/page" at offset 0x129`}},
		{"forbidden in a compressed section", image{machine: x86, kind: elf.ET_REL, debug: "/root/x", compress: true}, forbid, []string{
			`, section .debug_line uncompressed: expected not to hold "/root/", found "/root/x" at offset 0x0`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.e.Machine = "x86_64"
			if err := test.e.Validate(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range test.e.Check("f", test.image.bytes(t)) {
				got = append(got, strings.TrimPrefix(strings.TrimPrefix(f.String(), "f"), ": "))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestCheckNotELF(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{"", "f: expected an ELF file, found 0 bytes"},
		{elf.ELFMAG, "f: expected an ELF file, found "},
		{"#!/bin/sh\n", "f: expected an ELF file, found 10 bytes that begin with \"#!/bin/s\""},
		{thinMagic, "f: expected an archive, found a thin archive"},
		{arMagic + "x", "f: expected an archive, found offset 8: the archive ends"},
	} {
		got := Expectation{Machine: "x86_64"}.Check("f", []byte(test.data))
		if len(got) != 1 || !strings.HasPrefix(got[0].String(), test.want) {
			t.Errorf("%q: got %v, want %s", test.data, got, test.want)
		}
	}
}

func TestCheckManyPlaces(t *testing.T) {
	var text strings.Builder
	for i := range 50 {
		text.WriteString("/tmp/" + strings.Repeat("x", i) + "\x00")
	}
	data := image{machine: elf.EM_X86_64, kind: elf.ET_EXEC, text: text.String()}.bytes(t)
	got := Expectation{Machine: "x86_64", Forbid: []string{"/tmp/"}}.Check("f", data)
	if len(got) != maxReports+1 || got[maxReports].Found != "30 more places" {
		t.Errorf("got %d failures, the last: %v", len(got), got[len(got)-1])
	}
}

func TestCheckArchive(t *testing.T) {
	data, err := os.ReadFile("testdata/gnu.a")
	if err != nil {
		t.Fatal(err)
	}
	e := Expectation{Machine: "aarch64", Static: true, Stripped: true, NoBuildID: true, MaxSize: 100, Forbid: []string{"with_a_long", "od"}}
	const found = ", found EM_X86_64 ELFCLASS64 ELFDATA2LSB"
	want := []string{
		"f.a: expected at most 100 bytes, found 1640 bytes, 1540 too many",
		"f.a(f.o): expected 64-bit little-endian aarch64" + found,
		"f.a(an_object_with_a_long_name.o): expected 64-bit little-endian aarch64" + found,
		"f.a(odd.txt): expected an ELF file, found 3 bytes that begin with \"odd\"",
		`f.a: expected not to hold "with_a_long", found "an_object_with_a_long_name" at offset 0x5c`,
		`f.a: expected not to hold "with_a_long", found "an_object_with_a_long_name.o/" at offset 0xb4`,
		`f.a(an_object_with_a_long_name.o): expected not to hold "with_a_long", found "an_object_with_a_long_name" at offset 0x83`,
		`f.a: expected not to hold "od", found "odd.txt/        0           0     0     644     3         ` + "`" + `" at offset 0x628`,
		`f.a(odd.txt): expected not to hold "od", found "odd" at offset 0x0`,
	}
	var got []string
	for _, f := range e.Check("f.a", data) {
		got = append(got, f.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A program that a real linker made: this one.
func TestCheckSelf(t *testing.T) {
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	if runtime.GOOS != "linux" || machine == "" {
		t.Skip("not a platform whose programs are checked")
	}
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := (Expectation{Machine: machine}).Check("self", data); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if got := (Expectation{Machine: machine, Forbid: []string{"Check" + "Self"}}).Check("self", data); len(got) == 0 {
		t.Error("the name of this test is not found in it")
	}
}

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		e    Expectation
		want string
	}{
		{Expectation{}, `machine ""`},
		{Expectation{Machine: "riscv64"}, `machine "riscv64"`},
		{Expectation{Machine: "x86_64", Static: true, Needed: []string{"libc.so"}}, "a static program has neither"},
		{Expectation{Machine: "x86_64", Static: true, Interpreter: "/lib/ld"}, "a static program has neither"},
		{Expectation{Machine: "x86_64", PIE: true, NoPIE: true}, "cannot be both"},
		{Expectation{Machine: "x86_64", Forbid: []string{""}}, "empty string"},
	} {
		if err := test.e.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %q", test.e, err, test.want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(image{machine: elf.EM_X86_64, kind: elf.ET_DYN, interp: "/lib/ld", needed: []string{"libc.so"}, flags1: elf.DF_1_PIE, symtab: true, buildID: true, debug: "/tmp/x", compress: true}.bytes(f))
	f.Add(image{machine: elf.EM_AARCH64, kind: elf.ET_REL, text: "/root/"}.bytes(f))
	gnu, err := os.ReadFile("testdata/gnu.a")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(gnu)
	f.Fuzz(func(t *testing.T, data []byte) {
		e := Expectation{Machine: "x86_64", Static: true, NoPIE: true, NoBuildID: true, Stripped: true, Forbid: HostPaths}
		clean := len(e.Check("f", data)) == 0
		for _, s := range HostPaths {
			if clean && bytes.Contains(data, []byte(s)) {
				t.Fatalf("%q was not found", s)
			}
		}
	})
}
