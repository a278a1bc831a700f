// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const fullSpec = `{
	"label": "//image:vm",
	"cpu": "x86_64", "machine": "q35", "memory_mb": 256, "cpus": 2,
	"qemu": "/bin/qemu", "kernel": "/boot/bzImage", "vmlinux": "/boot/vmlinux", "initrd": "/boot/initramfs",
	"cmdline": ["quiet", "key=\"two words\""],
	"disks": [{"file": "/a,b.img", "readonly": true}, {"file": "/c.img", "snapshot": true}, {"scratch_mb": 16}],
	"network": {"forwards": [{"host": 8080, "guest": 80}], "echo": "10.0.2.100:7"},
	"rng": true,
	"qemu_args": ["-S"],
	"test": {
		"expect": ["^a$", "b+"], "reject": ["BUG"], "exit_code": 0, "timeout_seconds": 60,
		"failure": {"kind": "kernel_panic", "message": ["sysrq"]}
	}
}`

// change decodes fullSpec, sets one value by its path and encodes it again.
func change(t *testing.T, value any, path ...any) []byte {
	t.Helper()
	var spec any
	if err := json.Unmarshal([]byte(fullSpec), &spec); err != nil {
		t.Fatal(err)
	}
	at := spec
	for i, key := range path {
		switch key := key.(type) {
		case int:
			at = at.([]any)[key]
		case string:
			if i == len(path)-1 {
				at.(map[string]any)[key] = value
			} else {
				at = at.(map[string]any)[key]
			}
		}
	}
	data, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t *testing.T, data []byte) *Spec {
	t.Helper()
	s, err := ParseSpec(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseSpec(t *testing.T) {
	s := parse(t, []byte(fullSpec))
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if again := parse(t, data); !reflect.DeepEqual(s, again) {
		t.Errorf("encoded and decoded again it is %+v, want %+v", again, s)
	}
}

func TestParseSpecErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "EOF"},
		{"more", []byte(fullSpec + "{}"), "more after it"},
		{"unknown field", change(t, 1, "memory"), `unknown field "memory"`},
		{"unknown inner field", change(t, 1, "test", "expected"), `unknown field "expected"`},
		{"label", change(t, "", "label"), `"label" is missing`},
		{"cpu", change(t, "riscv64", "cpu"), `"cpu" is "riscv64"; expected "aarch64" or "x86_64"`},
		{"machine", change(t, "virt", "machine"), `"machine" is "virt"; for x86_64 expected one of microvm, pc, q35`},
		{"machine of the other cpu", change(t, "aarch64", "cpu"), `"machine" is "q35"; for aarch64 expected one of virt`},
		{"memory", change(t, 0, "memory_mb"), `"memory_mb" is 0`},
		{"cpus", change(t, -1, "cpus"), `"cpus" is -1`},
		{"qemu", change(t, "", "qemu"), `"qemu" is missing`},
		{"kernel", change(t, "", "kernel"), `"kernel" is missing`},
		{"vmlinux", []byte(strings.Replace(strings.Replace(fullSpec, "q35", "microvm", 1), "/boot/vmlinux", "", 1)), `"vmlinux" is missing; the machine microvm`},
		{"cmdline", change(t, []any{"a", ""}, "cmdline"), `cmdline[1] is ""`},
		{"cmdline of two lines", change(t, []any{"a\nb"}, "cmdline"), `cmdline[0] is "a\nb"`},
		{"empty disk", change(t, map[string]any{}, "disks", 0, "file"), "cannot unmarshal"},
		{"no disk", change(t, "", "disks", 0, "file"), `disks[0]: expected either "file" or "scratch_mb"`},
		{"two disks in one", change(t, 5, "disks", 0, "scratch_mb"), `disks[0]: expected either "file" or "scratch_mb"`},
		{"scratch", change(t, -5, "disks", 2, "scratch_mb"), `disks[2]: "scratch_mb" is -5`},
		{"read-only scratch", change(t, true, "disks", 2, "readonly"), `disks[2]: "readonly" and "snapshot" are for`},
		{"read-only snapshot", change(t, true, "disks", 1, "readonly"), `disks[1]: "readonly" and "snapshot" exclude`},
		{"port", change(t, 65536, "network", "forwards", 0, "host"), "network: forwards[0] is 65536 to 80"},
		{"port of the guest", change(t, 0, "network", "forwards", 0, "guest"), "network: forwards[0] is 8080 to 0"},
		{"port twice", change(t, []any{map[string]any{"host": 1, "guest": 2}, map[string]any{"host": 1, "guest": 3}}, "network", "forwards"), "forwards[1]: port 1 of the host is forwarded twice"},
		{"echo", change(t, "10.0.2.100", "network", "echo"), `"echo" is "10.0.2.100"; expected address:port`},
		{"echo elsewhere", change(t, "10.0.3.1:7", "network", "echo"), "expected an address in 10.0.2.0/24"},
		{"echo without a port", change(t, "10.0.2.100:0", "network", "echo"), "and a port"},
		{"echo in the guest", change(t, "10.0.2.15:7", "network", "echo"), "this address is the guest"},
		{"expect", change(t, []any{"a", "(b"}, "test", "expect"), `test: expect[1] is "(b", which is no regular expression`},
		{"reject", change(t, []any{"*"}, "test", "reject"), `test: reject[0] is "*"`},
		{"exit code", change(t, 256, "test", "exit_code"), `test: "exit_code" is 256`},
		{"timeout", change(t, -1, "test", "timeout_seconds"), `test: "timeout_seconds" is -1`},
		{"failure", change(t, "panic", "test", "failure", "kind"), `failure: "kind" is "panic"; expected one of client_failed, exit_code, init_failed, kernel_not_reached, kernel_panic, line_missing, qemu_failed`},
		{"message", change(t, []any{"["}, "test", "failure", "message"), `failure: message[0] is "["`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := ParseSpec(test.data); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, expected %q in it", err, test.want)
			}
		})
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add([]byte(fullSpec))
	f.Add([]byte(`{"test":{"expect":["("]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpec(data)
		if err != nil {
			return
		}
		m := &machine{Spec: s, accelerator: "tcg", work: "/work"}
		if argv := m.command(); len(argv) < 10 || m.script() == "" {
			t.Errorf("the command is %q", argv)
		}
	})
}
