// SPDX-License-Identifier: Apache-2.0

package elfcheck

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func arMember(name, content string) string {
	pad := ""
	if len(content)%2 == 1 {
		pad = "\n"
	}
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 0, 0, 0, 0o644, len(content)) + content + pad
}

func TestParseArchive(t *testing.T) {
	data := arMagic +
		arMember("/", "symbols") +
		arMember("//", "a/name/with/slashes.o/\nanother_long_name.o/\n") +
		arMember("a.o/", "odd") +
		arMember("/23", "even") +
		arMember("/0", "") +
		arMember("with space/", "x")
	want := "a.o=odd another_long_name.o=even a/name/with/slashes.o= with space=x"
	members, err := parseArchive([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range members {
		got = append(got, m.Name+"="+data[m.Offset:m.Offset+m.Size])
	}
	if strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if members, err := parseArchive([]byte(arMagic)); err != nil || len(members) != 0 {
		t.Errorf("an empty archive: got %v, %v", members, err)
	}
	// The pad byte after the last member may be missing.
	if _, err := parseArchive([]byte(strings.TrimSuffix(arMagic+arMember("a/", "odd"), "\n"))); err != nil {
		t.Error(err)
	}
}

func TestParseArchiveErrors(t *testing.T) {
	good := arMember("a.o/", "1234")
	for _, test := range []struct{ data, want string }{
		{"", "not an archive"},
		{"!<arch>", "not an archive"},
		{thinMagic + good, "a thin archive"},
		{arMagic + good[:59], "offset 8: the archive ends in the middle of a header"},
		{arMagic + good[:63], "offset 8: a member of 4 bytes, but only 3 are left"},
		{arMagic + good + strings.Replace(good, "`\n", "  ", 1), "offset 72: a member header should end"},
		{arMagic + strings.Replace(good, "4         `", "-4        `", 1), `offset 8: "-4        " is not the size`},
		{arMagic + strings.Replace(good, "4         `", "9999999999`", 1), "offset 8: a member of 9999999999 bytes, but only 4 are left"},
		{arMagic + arMember("#1/4", "a.o\x00"), "offset 8: a BSD archive"},
		{arMagic + arMember("/0", ""), "offset 8: the member name /0 does not point into the name table of 0 bytes"},
		{arMagic + arMember("/x", ""), "the member name /x does not point"},
		{arMagic + arMember("//", "a.o\n\n") + arMember("/0", ""), "offset 74: the member name /0 has no end"},
	} {
		_, err := parseArchive([]byte(test.data))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got error %v, want %q", test.data, err, test.want)
		}
	}
}

// Members lie one after the other inside the archive.
func FuzzParseArchive(f *testing.F) {
	gnu, err := os.ReadFile("testdata/gnu.a")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(gnu)
	f.Add([]byte(arMagic + arMember("//", "long_name.o/\n") + arMember("/0", "x") + arMember("a/", "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		members, err := parseArchive(data)
		if err != nil {
			return
		}
		at := len(arMagic)
		for _, m := range members {
			if m.Offset < at+arHeaderLen || m.Size < 0 || m.Offset+m.Size > len(data) {
				t.Fatalf("member %+v of %d bytes after %d", m, len(data), at)
			}
			at = m.Offset + m.Size
		}
	})
}
