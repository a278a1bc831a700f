// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func names(s Symbols) string { return strings.Join(slices.Sorted(maps.Keys(s)), " ") }

func TestScan(t *testing.T) {
	s := Symbols{}
	s.Scan([]byte(`mainmenu "x"
config A
	bool "config NOT_ME"
	depends on NEITHER
	help
	  config options are explained here
menuconfig B # with a comment
if B
	config   C_1
endif
//config:config D
//config:	bool "d"
//config:menuconfig E
//config: config F
 //config:config TOO_FAR_RIGHT
configG
`))
	if got, want := names(s), "A B C_1 D E F"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestScanDir(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	kernel := fstest.MapFS{
		"Kconfig":                         file("config ROOT\n"),
		"arch/x86/Kconfig.cpu":            file("config MCORE2\r\n"),
		"arch/arm/Kconfig-nommu":          file("config FLASH_SIZE\n"),
		"scripts/kconfig/tests/x/Kconfig": file("config MADE_UP\n"),
		"Documentation/kconfig.rst":       file("config EXAMPLE\n"),
		"init/main.c":                     file("//config:config NOT_BUSYBOX\n"),
	}
	busybox := fstest.MapFS{
		"Config.in":              file("config STATIC\n"),
		"coreutils/Config.src":   file("config COREUTILS\n"),
		"coreutils/Kbuild.src":   file("config KBUILD\n"),
		"coreutils/touch.c":      file("//config:config TOUCH\n//config:config FEATURE_TOUCH_NODEREF\nconfig C_CODE\n"),
		"coreutils/touch.c.orig": file("//config:config BACKUP\n"),
	}
	for _, test := range []struct {
		name string
		tree fstest.MapFS
		want string
	}{
		{"kernel", kernel, "FLASH_SIZE MCORE2 ROOT"},
		{"busybox", busybox, "COREUTILS FEATURE_TOUCH_NODEREF KBUILD STATIC TOUCH"},
	} {
		s := Symbols{}
		if err := s.ScanDir(test.tree); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := names(s); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
		if err := s.ScanDir(test.tree); err != nil {
			t.Errorf("%s: scanned again: %v", test.name, err)
		}
	}
	if err := (Symbols{}).ScanDir(fstest.MapFS{"README": file("config X\n")}); err == nil || !strings.Contains(err.Error(), "no symbol found") {
		t.Errorf("no Kconfig file: got error %v", err)
	}
}

func TestSymbolsList(t *testing.T) {
	s := Symbols{"B": {}, "A": {}}
	if got := string(s.Format()); got != "A\nB\n" {
		t.Errorf("got %q", got)
	}
	again := Symbols{}
	if err := again.ParseSymbols("list", s.Format()); err != nil || !maps.Equal(s, again) {
		t.Errorf("read back %v, %v", again, err)
	}
	if err := again.ParseSymbols("list", []byte("A\nconfig B\n")); err == nil || !strings.HasPrefix(err.Error(), `list:2: "config B" is not`) {
		t.Errorf("got error %v", err)
	}
}

func TestNearest(t *testing.T) {
	s := Symbols{}
	for _, n := range []string{"NET", "VIRTIO_NET", "VIRTIO_BLK", "FEATURE_LS_COLOR", "FUTEX", "EPOLL", "A_B", "B_B"} {
		s[n] = struct{}{}
	}
	for _, test := range []struct{ name, want string }{
		{"VIRTIO_NTE", "VIRTIO_NET"},
		{"VIRTIO_BLOCK", "VIRTIO_BLK"},
		{"LS_COLOR", "FEATURE_LS_COLOR"},
		{"FUTEXES", "FUTEX"},
		{"E_POLL", "EPOLL"},
		{"FEATURE_NET", ""}, // NET is too little of it
		{"QED", ""},
		{"C_B", "A_B"}, // equally near: the first
	} {
		if got := s.Nearest(test.name); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("config A\n//config:config B\nmenuconfig C # x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Symbols{}
		s.Scan(data)
		again := Symbols{}
		if err := again.ParseSymbols("list", s.Format()); err != nil || !maps.Equal(s, again) {
			t.Fatalf("the list of %q does not read back: %v", names(s), err)
		}
	})
}

func FuzzParseSymbols(f *testing.F) {
	f.Add([]byte("A\nB_2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Symbols{}
		if s.ParseSymbols("list", data) == nil {
			for n := range s {
				if !symbol.MatchString(n) {
					t.Fatalf("%q is not a name", n)
				}
			}
		}
	})
}
