// SPDX-License-Identifier: Apache-2.0

package kernel_test

import (
	"bufio"
	"bytes"
	"debug/elf"
	"regexp"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

var profiles = []string{"vm", "micro", "hardened"}

func config(t *testing.T, profile string) map[string]string {
	t.Helper()
	options := map[string]string{}
	for line := range strings.Lines(string(built.Read(t, "CONFIG_"+profile))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			options[strings.TrimPrefix(name, "CONFIG_")] = value
		}
	}
	return options
}

// The table in docs/kernel.md says what the configurations say.
func TestDocumentedOptions(t *testing.T) {
	configs := map[string]map[string]string{}
	for _, profile := range profiles {
		configs[profile] = config(t, profile)
	}
	columns := "| option | " + strings.Join(profiles, " | ") + " | why |"
	_, table, ok := strings.Cut(string(built.Read(t, "DOC")), columns)
	if !ok {
		t.Fatalf("docs/kernel.md has no table that begins with %q", columns)
	}
	row := regexp.MustCompile(`^\| ([A-Z0-9_]+) \| (\S+) \| (\S+) \| (\S+) \|`)
	// One that is off everywhere is absent from all of them, and so would a misspelt one be.
	known := map[string]bool{}
	for line := range strings.Lines(string(built.Read(t, "SYMBOLS_vm"))) {
		known[strings.TrimSpace(line)] = true
	}
	found := map[string]bool{}
	scanner := bufio.NewScanner(strings.NewReader(strings.TrimSpace(table)))
	scanner.Scan() // the rule below the header
	for scanner.Scan() && strings.HasPrefix(scanner.Text(), "|") {
		m := row.FindStringSubmatch(scanner.Text())
		if m == nil {
			t.Errorf("cannot read this row: %s", scanner.Text())
			continue
		}
		found[m[1]] = true
		if !known[m[1]] {
			t.Errorf("docs/kernel.md has the option %s, and Linux has none of that name", m[1])
		}
		for i, profile := range profiles {
			want, ok := configs[profile][m[1]]
			if !ok {
				want = "-"
			}
			if m[2+i] != want {
				t.Errorf("docs/kernel.md says that %s is %q in %s, its configuration says %q", m[1], m[2+i], profile, want)
			}
		}
	}
	for _, option := range []string{"64BIT", "VIRTIO_NET", "SWAP"} {
		if !found[option] {
			t.Errorf("docs/kernel.md has no row for %s: was the table read?", option)
		}
	}
}

func TestImageSizes(t *testing.T) {
	// In bytes: what docs/kernel.md says, and a little.
	for profile, limit := range map[string]int{"vm": 1_500_000, "micro": 1_200_000} {
		image := built.Read(t, "IMAGE_"+profile)
		t.Logf("%s: bzImage has %d bytes", profile, len(image))
		if len(image) > limit {
			t.Errorf("%s: bzImage has %d bytes, at most %d are expected", profile, len(image), limit)
		}
		// Documentation/arch/x86/boot.rst: the setup header's signature.
		if !bytes.Equal(image[0x202:0x206], []byte("HdrS")) {
			t.Errorf("%s: bzImage has no boot header", profile)
		}
	}
}

func TestVmlinux(t *testing.T) {
	for _, profile := range []string{"vm", "micro"} {
		data := built.Read(t, "VMLINUX_"+profile)
		file, err := elf.NewFile(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: vmlinux: %v", profile, err)
		}
		if symbols, err := file.Symbols(); err == nil {
			t.Errorf("%s: vmlinux has %d symbols, it should be stripped", profile, len(symbols))
		}
		// XEN_ELFNOTE_PHYS32_ENTRY, a note of type 18 that Xen owns, is the PVH entry point.
		note := append([]byte{4, 0, 0, 0, 4, 0, 0, 0, 18, 0, 0, 0}, "Xen\x00"...)
		wide := append([]byte{4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0}, "Xen\x00"...)
		if !bytes.Contains(data, note) && !bytes.Contains(data, wide) {
			t.Errorf("%s: vmlinux has no PVH entry", profile)
		}
		for _, path := range []string{"/root/", "/home/", "/tmp/", "bazel-out", "execroot"} {
			if i := bytes.Index(data, []byte(path)); i >= 0 {
				t.Errorf("%s: vmlinux holds a path of the machine that built it: %q", profile, data[i:min(i+80, len(data))])
			}
		}
		if want := []byte("(rules_elixir_vm@bazel)"); !bytes.Contains(data, want) {
			t.Errorf("%s: the banner of vmlinux does not say %s", profile, want)
		}
	}
}

func TestRelease(t *testing.T) {
	release := string(built.Read(t, "RELEASE_vm"))
	if !regexp.MustCompile(`^6\.12\.\d+\n$`).MatchString(release) {
		t.Errorf("release is %q, expected 6.12.<number> and a newline", release)
	}
	if !bytes.Contains(built.Read(t, "SYSTEM_MAP_vm"), []byte(" T start_kernel\n")) && !bytes.Contains(built.Read(t, "SYSTEM_MAP_vm"), []byte(" start_kernel\n")) {
		t.Error("System.map does not know start_kernel")
	}
}

// What the BEAM cannot do without must be in every profile.
func TestBEAM(t *testing.T) {
	for _, profile := range profiles {
		options := config(t, profile)
		for _, option := range []string{
			"ADVISE_SYSCALLS", "EPOLL", "EVENTFD", "FUTEX", "HIGH_RES_TIMERS", "MEMFD_CREATE", "MULTIUSER", "POSIX_TIMERS",
			"SHMEM", "SIGNALFD", "TIMERFD", "TMPFS", "UNIX",
		} {
			if options[option] != "y" {
				t.Errorf("%s: CONFIG_%s is off", profile, option)
			}
		}
		if len(options) < 100 {
			t.Errorf("%s: only %d options are on: was the configuration read?", profile, len(options))
		}
	}
}
