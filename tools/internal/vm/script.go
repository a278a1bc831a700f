// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Words of a script's command line that the shell replaces.
var variables = strings.NewReplacer("@HERE@", "$here", "@WORK@", "$work", "@QEMU@", "$qemu", "@ACCEL@", "$accel", "@CPU@", "$cpu", "@CMDLINE@", "$(cat \"$here/cmdline\")")

// special characters of double quotes.
var special = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

// CommandLine is the kernel's.
func (s *Spec) CommandLine() string {
	m := machine{Spec: s}
	return strings.Join(m.cmdline(), " ")
}

// Script returns a shell script that boots the machine, with files that lie beside it: the names in the spec are theirs,
// and the kernel's command line is in the file cmdline.
func (s *Spec) Script() string {
	own := *s
	own.QEMU = "@QEMU@"
	for _, name := range []*string{&own.Kernel, &own.Vmlinux, &own.Initrd} {
		if *name != "" {
			*name = "@HERE@/" + *name
		}
	}
	own.Disks = nil
	for _, disk := range s.Disks {
		disk.File = "@HERE@/" + disk.File
		own.Disks = append(own.Disks, disk)
	}
	m := machine{Spec: &own, accelerator: "@ACCEL@", work: "@WORK@", interactive: true}

	var out strings.Builder
	fmt.Fprintf(&out, `#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Boots %s in QEMU on this terminal; Ctrl-A X leaves. Arguments go to QEMU. The files beside this one are the machine:
# they can be elsewhere, together. QEMU=PROGRAM names another emulator. The exit status is the guest's.
set -eu
here=$(dirname "$0")
qemu=${QEMU:-qemu-system-%s}
accel=tcg
cpu=%s
# A /dev/kvm that opens is not enough: in a nested guest without vmx and svm, machines then hang.
if [ -w /dev/kvm ] && [ "$(uname -m)" = %s ]%s; then
	accel=kvm
	cpu=host
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
`, s.Label, s.CPU, emulatedCPU[s.CPU], s.CPU, map[string]string{"x86_64": ` && grep -Eqw 'vmx|svm' /proc/cpuinfo`}[s.CPU])
	argv := m.command()
	for i := 1; i < len(argv); i++ {
		switch argv[i-1] {
		case "-cpu":
			argv[i] = "@CPU@"
		case "-append":
			argv[i] = "@CMDLINE@"
		}
	}
	writeCommand(&out, argv, quoteVariables)
	out.WriteString(` "$@" || status=$?
[ ! -s "$work/exit" ] || read -r status <"$work/exit"
exit "$status"
`)
	return out.String()
}

func quoteVariables(word string) string {
	if replaced := variables.Replace(word); replaced == word {
		return quote(word)
	}
	return `"` + variables.Replace(special.Replace(word)) + `"`
}

// Firecracker returns a configuration for firecracker --config-file, with files that lie beside it.
func (s *Spec) Firecracker() ([]byte, error) {
	type object = map[string]any
	kernel := s.Vmlinux
	if s.CPU == "aarch64" {
		kernel = s.Kernel
	}
	// The keyboard controller's reset is how a guest ends there.
	words := append([]string{"console=ttyS0", "panic=-1", "reboot=k"}, s.Cmdline...)
	boot := object{"kernel_image_path": kernel, "boot_args": strings.Join(words, " ")}
	if s.Initrd != "" {
		boot["initrd_path"] = s.Initrd
	}
	drives := []object{}
	for i, disk := range s.Disks {
		drives = append(drives, object{
			"drive_id": fmt.Sprintf("disk%d", i), "path_on_host": disk.File, "is_root_device": false, "is_read_only": disk.ReadOnly,
		})
	}
	config := object{
		"boot-source":    boot,
		"drives":         drives,
		"machine-config": object{"vcpu_count": s.CPUs, "mem_size_mib": s.MemoryMB},
	}
	if s.RNG {
		config["entropy"] = object{}
	}
	if s.Network != nil {
		config["network-interfaces"] = []object{{"iface_id": "eth0", "host_dev_name": "tap0"}}
	}
	data, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}
