// SPDX-License-Identifier: Apache-2.0

package console

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func lines(writes ...string) []string {
	var got []string
	p := NewParser(func(line string) { got = append(got, line) })
	for _, data := range writes {
		p.Write([]byte(data))
	}
	p.Close()
	return got
}

func TestParser(t *testing.T) {
	for _, test := range []struct {
		name   string
		writes []string
		want   []string
	}{
		{"nothing", nil, nil},
		{"LF", []string{"a\nb\n"}, []string{"a", "b"}},
		{"CRLF", []string{"a\r\nb\r\n"}, []string{"a", "b"}},
		{"CR CR LF", []string{"a\r\r\nb"}, []string{"a", "b"}},
		{"CR alone", []string{" 10 %\r 20 %\r"}, []string{" 10 %", " 20 %"}},
		{"empty lines", []string{"a\n\n\r\n\r\nb\n"}, []string{"a", "", "", "", "b"}},
		{"CRLF over two writes", []string{"a\r", "\nb"}, []string{"a", "b"}},
		{"a marker over three writes", []string{"E2", "E: pas", "sed\n"}, []string{"E2E: passed"}},
		{"no end", []string{"/ # "}, []string{"/ # "}},
		{"only an escape at the end", []string{"a\n\x1b[0"}, []string{"a"}},
		{"colour", []string{"\x1b[1;31mred\x1b[0m\n"}, []string{"red"}},
		{"private mode", []string{"\x1b[?25l\x1b[2J\x1b[01;01Ha\n"}, []string{"a"}},
		{"sequence over writes", []string{"a\x1b", "[", "1", ";3", "1", "mb\n"}, []string{"ab"}},
		{"title, BEL", []string{"\x1b]0;title\abc\n"}, []string{"bc"}},
		{"title, ST", []string{"\x1b]0;title\x1b\\c\n"}, []string{"c"}},
		{"device control", []string{"\x1bPq#0\x1b\\a\x1b_x\x1b\\b\n"}, []string{"ab"}},
		{"charset", []string{"\x1b(B\x1b)0a\x1b%Gb\n"}, []string{"ab"}},
		{"reset and keypad", []string{"\x1bca\x1b=b\x1b>\n"}, []string{"ab"}},
		{"a cut sequence keeps the next line", []string{"a\x1b[12\nb\x1b]0;x\nc\n"}, []string{"a", "b", "c"}},
		{"a sequence in a sequence", []string{"\x1b[1\x1b[31ma\n"}, []string{"a"}},
		{"cancelled", []string{"\x1b[1\x18a\n"}, []string{"a"}},
		{"escape before a letter beyond ASCII", []string{"\x1bä\n"}, []string{"ä"}},
		{"control characters", []string{"a\x00\a\bb\tc\x7f\n"}, []string{"ab\tc"}},
		{"UTF-8", []string{"gr\xc3", "\xbc\xc3\x9fe\n"}, []string{"grüße"}},
		{"invalid UTF-8", []string{"a\xff\xfeb\xc3\n"}, []string{"a\ufffdb\ufffd"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := lines(test.writes...); !slices.Equal(got, test.want) {
				t.Errorf("got %q, expected %q", got, test.want)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	whole := strings.Repeat("a", MaxLine-1) + "ü" + strings.Repeat("b", 2*MaxLine) + "c"
	got := lines(whole + "\nnext\n")
	if n := len(got); n < 4 || got[n-1] != "next" {
		t.Fatalf("got %d lines, the last %q", len(got), got[len(got)-1])
	}
	if strings.Join(got[:len(got)-1], "") != whole {
		t.Error("the pieces are not the line")
	}
	for _, line := range got {
		if len(line) > MaxLine || !utf8.ValidString(line) {
			t.Errorf("a piece of %d bytes, valid: %v", len(line), utf8.ValidString(line))
		}
	}
}

// What QEMU wrote to its serial port, byte by byte.
func TestStatus(t *testing.T) {
	for name, want := range map[string]Status{
		"firmware.log": {},
		"boot.log":     {Kernel: "Linux version"},
		"panic.log":    {Kernel: "Linux version", Panic: "sysrq triggered crash"},
		"quiet.log":    {Kernel: "sysrq: Trigger a crash", Panic: "sysrq triggered crash"},
		"notime.log":   {Kernel: "Linux version", Panic: "sysrq triggered crash"},
		"noinit.log":   {Kernel: "Linux version", Panic: "VFS: Unable to mount root fs on \"\" or unknown-block(0,0)", Init: "VFS: Unable to mount root fs on \"\" or unknown-block(0,0)"},
		"badinit.log":  {Kernel: "Linux version", Panic: "No working init found", Init: "No working init found", InitHint: "Failed to execute /init (error -13)"},
		"requested.log": {
			Kernel: "Linux version", Panic: "Requested init /bin/none failed (error -2).", InitHint: "Failed to execute /etc/hosts (error -13)", Init: "Requested init /bin/none failed (error -2).",
		},
		"killed.log": {Kernel: "Linux version", Panic: "Attempted to kill init! exitcode=0x00000100", Init: "Attempted to kill init! exitcode=0x00000100"},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			var got Status
			p := NewParser(got.Line)
			p.Write(data)
			p.Close()
			for _, field := range []struct{ name, got, want string }{
				{"Kernel", got.Kernel, want.Kernel},
				{"Panic", got.Panic, want.Panic},
				{"Init", got.Init, want.Init},
				{"InitHint", got.InitHint, want.InitHint},
			} {
				if !strings.Contains(field.got, field.want) || (field.got == "") != (field.want == "") {
					t.Errorf("%s is %q, expected %q in it", field.name, field.got, field.want)
				}
			}
		})
	}
}

func TestStatusLines(t *testing.T) {
	for line, want := range map[string]Status{
		"": {},
		"SeaBIOS (version 1.16.2-debian-1.16.2-1)":              {},
		"a program about Linux version 7":                       {},
		"[    0.1] not a time of the kernel":                    {},
		"[ OK ] Started Kernel panic - not syncing: no":         {},
		"/ # [   12.345678] Kernel panic - not syncing: it":     {Kernel: "/ # [   12.345678] Kernel panic - not syncing: it", Panic: "it"},
		"[    1.2][    T1] Kernel panic - not syncing: it":      {},
		"[    1.234567][    T1] Kernel panic - not syncing: it": {Kernel: "[    1.234567][    T1] Kernel panic - not syncing: it", Panic: "it"},
		"---[ end Kernel panic - not syncing: it ]---":          {},
		"Kernel panic - not syncing:":                           {Kernel: "Kernel panic - not syncing:", Panic: "(no reason given)"},
		"[123456.000001] x":                                     {Kernel: "[123456.000001] x"},
	} {
		var got Status
		got.Line(line)
		if got != want {
			t.Errorf("%q: got %+v, expected %+v", line, got, want)
		}
	}
}

// The first panic is the one that tells why.
func TestFirstPanic(t *testing.T) {
	var s Status
	s.Line("Kernel panic - not syncing: first")
	s.Line("Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009")
	if s.Panic != "first" || s.Init != "" {
		t.Errorf("got %+v", s)
	}
}

func FuzzSplit(f *testing.F) {
	logs, err := filepath.Glob("testdata/*.log")
	if err != nil || len(logs) == 0 {
		f.Fatalf("no logs: %v", err)
	}
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, uint16(7), uint16(1000))
	}
	f.Add([]byte("a\x1b[1\r\r\nb\x1b]x\x1b\\\xc3\xbc\xff"), uint16(3), uint16(5))
	f.Add([]byte(strings.Repeat("ü", MaxLine)), uint16(MaxLine-1), uint16(2))
	f.Fuzz(func(t *testing.T, data []byte, a, b uint16) {
		whole := lines(string(data))
		first := min(int(a), len(data))
		second := min(first+int(b), len(data))
		if split := lines(string(data[:first]), string(data[first:second]), string(data[second:])); !slices.Equal(whole, split) {
			t.Errorf("whole %q, split at %d and %d %q", whole, first, second, split)
		}
		var each []string
		p := NewParser(func(line string) { each = append(each, line) })
		for i := range data {
			p.Write(data[i : i+1])
		}
		p.Close()
		if !slices.Equal(whole, each) {
			t.Errorf("whole %q, byte by byte %q", whole, each)
		}
		for _, line := range whole {
			if !utf8.ValidString(line) || strings.ContainsAny(line, "\x1b\r\n\x00") {
				t.Errorf("line %q", line)
			}
			// U+FFFD has three bytes where the invalid one had one.
			if len(line) > 3*MaxLine {
				t.Errorf("a line of %d bytes", len(line))
			}
			var s Status
			s.Line(line)
		}
	})
}
