// SPDX-License-Identifier: Apache-2.0

package vmimage

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const machine = `{"label": "//x:y", "cpu": "x86_64", "machine": "pc", "memory_mb": 64, "cpus": 1, "qemu": "q",
	"kernel": "bzImage", "initrd": "initramfs.cpio.xz", "cmdline": ["quiet"], "network": {"forwards": [{"host": 1, "guest": 2}]}}`

func spec(dir string) string {
	return fmt.Sprintf(`{"machine": %s, "files": {"bzImage": "%[2]s/k", "initramfs.cpio.xz": "%[2]s/i"}, "kernel_release": "%[2]s/r", "kernel_config": "%[2]s/c",
		"release": "%[2]s/m", "busybox": "%[2]s/b", "components": {"musl": "1.2.5"}}`, machine, dir)
}

func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"k": "kernel", "i": "", "r": "6.12.107\n", "c": "CONFIG_RD_XZ=y\n", "b": "\x00BusyBox v1.37.0 ()\x00",
		"m": `{"name": "demo", "version": "0.1.0", "erts_version": "15.2", "otp_version": "27.3", "openssl_version": "3.5.7", "elixir_version": "1.18.3", "applications": {"demo": "0.1.0"}}`,
	})
	s, err := ParseSpec([]byte(spec(dir)))
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(files["cmdline"]); got != "console=ttyS0 panic=-1 quiet\n" {
		t.Errorf("cmdline: got %q", got)
	}
	var m Manifest
	if err := json.Unmarshal(files["vm.json"], &m); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range m.Files {
		names = append(names, file.Name)
		if file.Name == "initramfs.cpio.xz" && (file.Size != 0 || file.SHA256 != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") {
			t.Errorf("initramfs: got %+v", file)
		}
	}
	if got := strings.Join(names, " "); got != "bzImage cmdline firecracker.json initramfs.cpio.xz run" {
		t.Errorf("got the files %s", got)
	}
	for name, want := range map[string]string{"busybox": "1.37.0", "elixir": "1.18.3", "erts": "15.2", "linux": "6.12.107", "musl": "1.2.5", "openssl": "3.5.7", "otp": "27.3"} {
		if m.Components[name] != want {
			t.Errorf("%s: got %q, expected %q", name, m.Components[name], want)
		}
	}
	if m.MemoryMB != 64 || m.Release.Applications["demo"] != "0.1.0" || len(m.Forwards) != 1 || m.Forwards[0].Guest != 2 {
		t.Errorf("got %s", files["vm.json"])
	}
	again, err := s.Generate()
	if err != nil || string(again["vm.json"]) != string(files["vm.json"]) {
		t.Errorf("the manifest is another one the second time: %v", err)
	}
}

func TestGenerateErrors(t *testing.T) {
	dir := t.TempDir()
	good := map[string]string{"k": "", "i": "", "r": "", "c": "CONFIG_RD_XZ=y", "b": "BusyBox v1", "m": `{"name": "a", "version": "1"}`}
	for _, test := range []struct{ file, text, want string }{
		{"b", "nothing", "has no banner"},
		{"m", `{"name": "a"}`, `expected "name" and "version"`},
		{"m", `{"name": "a", "version": "1", "colour": "red"}`, "unknown field"},
		{"m", `{} {}`, "found more after it"},
		{"k", "", "bzImage: open"},
		{"c", "# CONFIG_RD_XZ is not set\nCONFIG_RD_XZ=yes", "initramfs.cpio.xz: the kernel cannot unpack it: CONFIG_RD_XZ is not set in its configuration"},
		{"c", "", "the kernel's configuration: open"},
	} {
		write(t, dir, good)
		write(t, dir, map[string]string{test.file: test.text})
		if test.text == "" {
			if err := os.Remove(filepath.Join(dir, test.file)); err != nil {
				t.Fatal(err)
			}
		}
		s, err := ParseSpec([]byte(spec(dir)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Generate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: got %v, expected %s", test.file, test.text, err, test.want)
		}
	}
}

func TestParseSpecErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:              "machine: ",
		`{"colour": "x"}`: "unknown field",
		`{"machine": ` + machine + `, "files": {"bzImage": "k", "initramfs.cpio.xz": "i"}}`:                                                                                  `expected "kernel_release" and "kernel_config"`,
		`{"machine": ` + machine + `, "files": {"bzImage": "k"}, "kernel_release": "r", "kernel_config": "c"}`:                                                               `the file "initramfs.cpio.xz", which is not in "files"`,
		`{"machine": ` + machine + `, "files": {"bzImage": "k", "initramfs.cpio.xz": "i", "../x": "y"}, "kernel_release": "r", "kernel_config": "c"}`:                        `"../x"`,
		`{"machine": ` + machine + `, "files": {"bzImage": "k", "initramfs.cpio.xz": "i", "run": "y"}, "kernel_release": "r", "kernel_config": "c"}`:                         `"run" is one that is made here`,
		`{"machine": ` + machine + `, "files": {"bzImage": "k", "initramfs.cpio.xz": "i"}, "kernel_release": "r", "kernel_config": "c"} x`:                                   "found more after it",
		`{"machine": ` + strings.Replace(machine, "//x:y", `//x:y\n`, 1) + `, "files": {}, "kernel_release": "r", "kernel_config": "c"}`:                                     "a label of one line",
		`{"machine": ` + strings.Replace(machine, `"cpus": 1`, `"cpus": 1, "test": {}`, 1) + `, "files": {}, "kernel_release": "r", "kernel_config": "c"}`:                   `no "test"`,
		`{"machine": ` + strings.Replace(machine, `"cpus": 1`, `"cpus": 1, "disks": [{"scratch_mb": 1}]`, 1) + `, "files": {}, "kernel_release": "r", "kernel_config": "c"}`: "no scratch disks",
		`{"machine": ` + strings.Replace(machine, `"cpus": 1`, `"cpus": 0`, 1) + `, "files": {"bzImage": "k"}, "kernel_release": "r", "kernel_config": "c"}`:                 `"cpus" is 0`,
	} {
		if _, err := ParseSpec([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, expected %s", text, err, want)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add([]byte(spec("/x")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseSpec(data); err == nil {
			// Whatever is taken has a script and a configuration.
			if s.Machine.Script() == "" {
				t.Error("no script")
			}
			if _, err := s.Machine.Firecracker(); err != nil {
				t.Error(err)
			}
		}
	})
}
