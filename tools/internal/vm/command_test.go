// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	full := parse(t, []byte(fullSpec))
	for _, test := range []struct {
		name    string
		machine machine
		change  func(*Spec)
		want    string // without what all have
	}{
		{
			name: "q35, test", machine: machine{accelerator: "tcg"}, want: `
-machine q35 -accel tcg -cpu Nehalem-v1 -smp 2 -m 256M -no-reboot -kernel /boot/bzImage -initrd /boot/initramfs
-append console=ttyS0 panic=-1 quiet key="two words"
-chardev stdio,id=console,signal=off -serial chardev:console
-device virtio-serial-pci -chardev file,id=exit,path=/w,,k/exit -device virtserialport,chardev=exit,name=org.rules_elixir_vm.exit
-drive if=none,id=disk0,format=raw,file=/a,,b.img,readonly=on -device virtio-blk-pci,drive=disk0
-drive if=none,id=disk1,format=raw,file=/c.img,snapshot=on -device virtio-blk-pci,drive=disk1
-drive if=none,id=disk2,format=raw,file=/w,,k/disk2.img -device virtio-blk-pci,drive=disk2
-chardev socket,id=echo,path=/w,,k/echo
-netdev user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:8080-:80,guestfwd=tcp:10.0.2.100:7-chardev:echo
-device virtio-net-pci,netdev=net,romfile=
-object rng-builtin,id=rng -device virtio-rng-pci,rng=rng -S`,
		},
		{
			name: "microvm, on a terminal, with KVM", machine: machine{accelerator: "kvm", interactive: true},
			change: func(s *Spec) {
				s.Machine, s.Disks, s.QEMUArgs = "microvm", s.Disks[2:], nil
				s.Network = &Network{}
			}, want: `
-machine microvm,acpi=off -accel kvm -cpu host -smp 2 -m 256M -no-reboot -kernel /boot/vmlinux -initrd /boot/initramfs
-append console=ttyS0 panic=-1 reboot=t quiet key="two words"
-chardev stdio,id=console,mux=on,signal=off -mon chardev=console,mode=readline -serial chardev:console
-device virtio-serial-device -chardev file,id=exit,path=/w,,k/exit -device virtserialport,chardev=exit,name=org.rules_elixir_vm.exit
-drive if=none,id=disk0,format=raw,file=/w,,k/disk0.img -device virtio-blk-device,drive=disk0
-netdev user,id=net -device virtio-net-device,netdev=net
-object rng-builtin,id=rng -device virtio-rng-device,rng=rng`,
		},
		{
			name: "pc, with IEx", machine: machine{accelerator: "tcg", interactive: true, shell: true},
			change: func(s *Spec) {
				*s = Spec{Label: "//x", CPU: "x86_64", Machine: "pc", MemoryMB: 64, CPUs: 1, QEMU: "/bin/qemu", Kernel: "/boot/bzImage", Cmdline: []string{"quiet"}}
			}, want: `
-machine pc -accel tcg -cpu Nehalem-v1 -smp 1 -m 64M -no-reboot -kernel /boot/bzImage
-append console=ttyS0 panic=-1 init.shell="` + startShell + `" quiet
-chardev stdio,id=console,mux=on,signal=off -mon chardev=console,mode=readline -serial chardev:console
-device virtio-serial-pci -chardev file,id=exit,path=/w,,k/exit -device virtserialport,chardev=exit,name=org.rules_elixir_vm.exit
-chardev socket,id=shell,path=/w,,k/shell -device virtserialport,chardev=shell,name=org.rules_elixir_vm.shell`,
		},
		{
			name: "virt, bare", machine: machine{accelerator: "tcg"},
			change: func(s *Spec) {
				*s = Spec{Label: "//x", CPU: "aarch64", Machine: "virt", MemoryMB: 64, CPUs: 1, QEMU: "/bin/qemu", Kernel: "/boot/Image"}
			}, want: `
-machine virt -accel tcg -cpu max -smp 1 -m 64M -no-reboot -kernel /boot/Image
-append console=ttyAMA0 panic=-1
-chardev stdio,id=console,signal=off -serial chardev:console
-device virtio-serial-pci -chardev file,id=exit,path=/w,,k/exit -device virtserialport,chardev=exit,name=org.rules_elixir_vm.exit`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := *full
			if test.change != nil {
				test.change(&spec)
			}
			m := test.machine
			m.Spec, m.work = &spec, "/w,k"
			want := "/bin/qemu -nodefaults -no-user-config -display none " + strings.ReplaceAll(strings.TrimSpace(test.want), "\n", " ")
			if got := strings.Join(m.command(), " "); got != want {
				t.Errorf("got\n%s\nexpected\n%s", got, want)
			}
		})
	}
}

// A shell takes the printed command as the words that it is.
func TestShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to ask")
	}
	dir := t.TempDir()
	m := &machine{Spec: parse(t, []byte(fullSpec)), accelerator: "tcg", work: dir + "/it's a $dir"}
	m.QEMU = "printf"
	m.Cmdline = append(m.Cmdline, `a='b\c'`, "`d`", "*")
	m.QEMUArgs = []string{"", "~"}
	// printf prints its arguments, one a line, by its first one.
	script := strings.Replace(m.script(), "printf", `printf '%s\n'`, 1)
	out, err := exec.Command(sh, "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, script)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if want := m.command()[1:]; !slices.Equal(got, want) {
		t.Errorf("got\n%q\nexpected\n%q", got, want)
	}
	if out, err := exec.Command(sh, "-c", `test "$(wc -c < "$1")" = 16777216`, "sh", m.scratch(2)).CombinedOutput(); err != nil {
		t.Errorf("the scratch disk: %v %s", err, out)
	}
}

func TestAccelerator(t *testing.T) {
	const with, without = "processor\t: 0\nflags\t\t: fpu vmx sse\nvmx flags\t: x\n", "flags\t\t: fpu sse\nvmx flags\t: vmx svm\n"
	missing := errors.New("open /dev/kvm: permission denied")
	for _, test := range []struct {
		name      string
		host      host
		guest     string
		want, why string
	}{
		{"all there", host{"x86_64", nil, with}, "x86_64", "kvm", "opens"},
		{"AMD", host{"x86_64", nil, "flags : svm\n"}, "x86_64", "kvm", "opens"},
		{"nested", host{"x86_64", nil, without}, "x86_64", "tcg", "neither vmx nor svm"},
		{"no cpuinfo", host{"x86_64", nil, ""}, "x86_64", "tcg", "neither vmx nor svm"},
		{"no kvm", host{"x86_64", missing, with}, "x86_64", "tcg", "permission denied"},
		{"another processor", host{"x86_64", nil, with}, "aarch64", "tcg", "the guest's processor is aarch64, the host's x86_64"},
		{"arm", host{"aarch64", nil, "Features : fp\n"}, "aarch64", "kvm", "opens"},
	} {
		if got, why := test.host.accelerator(test.guest); got != test.want || !strings.Contains(why, test.why) {
			t.Errorf("%s: got %s (%s), expected %s (%s)", test.name, got, why, test.want, test.why)
		}
	}
}
