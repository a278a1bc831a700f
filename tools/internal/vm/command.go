// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"path/filepath"
	"strings"
)

// ExitPort is the name of the virtio-serial port that is the exit channel.
const ExitPort = "org.rules_elixir_vm.exit"

// ReportPort is that of the report of a test.
const ReportPort = "org.rules_elixir_vm.report"

// machine is what the command line needs besides a spec whose paths are those
// of the disk.
type machine struct {
	*Spec
	accelerator string
	work        string // a directory for the files of this run
	interactive bool
	shell       bool // a port leads to IEx
}

func (m *machine) exitFile() string   { return filepath.Join(m.work, "exit") }
func (m *machine) reportFile() string { return filepath.Join(m.work, "report") }
func (m *machine) echoSocket() string { return filepath.Join(m.work, "echo") }
func (m *machine) shellSocket() string {
	return filepath.Join(m.work, "shell")
}
func (m *machine) scratch(i int) string {
	return filepath.Join(m.work, fmt.Sprintf("disk%d.img", i))
}

// emulatedCPU is the model that TCG runs, by processor. That of x86_64 is x86-64-v2: a kernel which finds SMAP, AVX and
// string operations that are fast on a real processor takes up to a second more to boot when all of it is emulated.
var emulatedCPU = map[string]string{"aarch64": "max", "x86_64": "Nehalem-v1"}

// command returns the QEMU command line.
func (m *machine) command() []string {
	options := map[string]string{"microvm": "microvm,acpi=off"}[m.Machine]
	if options == "" {
		options = m.Machine
	}
	cpu := emulatedCPU[m.CPU]
	if m.accelerator == "kvm" {
		cpu = "host"
	}
	kernel := m.Kernel
	if m.Machine == "microvm" {
		kernel = m.Vmlinux
	}
	argv := []string{
		m.QEMU,
		"-nodefaults", "-no-user-config", "-display", "none",
		"-machine", options,
		"-accel", m.accelerator,
		"-cpu", cpu,
		"-smp", fmt.Sprint(m.CPUs),
		"-m", fmt.Sprintf("%dM", m.MemoryMB),
		// A panic and a reboot end QEMU.
		"-no-reboot",
		"-kernel", kernel,
	}
	if m.Initrd != "" {
		argv = append(argv, "-initrd", m.Initrd)
	}
	argv = append(argv, "-append", strings.Join(m.cmdline(), " "))

	if m.interactive {
		// Ctrl-C is for the guest; Ctrl-A is QEMU's.
		argv = append(argv,
			"-chardev", "stdio,id=console,mux=on,signal=off",
			"-mon", "chardev=console,mode=readline")
	} else {
		argv = append(argv, "-chardev", "stdio,id=console,signal=off")
	}
	argv = append(argv,
		"-serial", "chardev:console",
		"-device", m.virtio("serial"),
		"-chardev", "file,id=exit,path="+escape(m.exitFile()),
		"-device", "virtserialport,chardev=exit,name="+ExitPort)
	if m.Test != nil && m.Test.Report {
		argv = append(argv,
			"-chardev", "file,id=report,path="+escape(m.reportFile()),
			"-device", "virtserialport,chardev=report,name="+ReportPort)
	}
	if m.shell {
		argv = append(argv,
			"-chardev", "socket,id=shell,path="+escape(m.shellSocket()),
			"-device", "virtserialport,chardev=shell,name="+ShellPort)
	}
	for i, disk := range m.Disks {
		drive := fmt.Sprintf("if=none,id=disk%d,format=raw,file=", i)
		if disk.File != "" {
			drive += escape(disk.File)
		} else {
			drive += escape(m.scratch(i))
		}
		if disk.ReadOnly {
			drive += ",readonly=on"
		}
		if disk.Snapshot {
			drive += ",snapshot=on"
		}
		argv = append(argv, "-drive", drive, "-device", m.virtio("blk")+fmt.Sprintf(",drive=disk%d", i))
	}
	if m.Network != nil {
		argv = append(argv, m.network()...)
	}
	if m.RNG {
		argv = append(argv,
			"-object", "rng-builtin,id=rng",
			"-device", m.virtio("rng")+",rng=rng")
	}
	if m.Test != nil && m.Test.Client != nil {
		argv = append(argv, "-qmp", "unix:"+escape(m.qmpSocket())+",server=on,wait=off")
	}
	return append(argv, m.QEMUArgs...)
}

func (m *machine) network() []string {
	netdev := "user,id=net"
	if !m.interactive {
		// A test reaches nothing but what its spec names.
		netdev += ",restrict=on"
	}
	var argv []string
	for _, f := range m.Network.Forwards {
		netdev += fmt.Sprintf(",hostfwd=tcp:127.0.0.1:%d-:%d", f.Host, f.Guest)
	}
	if m.Network.Echo != "" {
		argv = append(argv, "-chardev", "socket,id=echo,path="+escape(m.echoSocket()))
		netdev += ",guestfwd=tcp:" + m.Network.Echo + "-chardev:echo"
	}
	device := m.virtio("net") + ",netdev=net"
	if m.Machine != "microvm" {
		device += ",romfile=" // nothing boots from the network
	}
	return append(argv, "-netdev", netdev, "-device", device)
}

func (m *machine) cmdline() []string {
	console := "console=ttyS0"
	if m.CPU == "aarch64" {
		console = "console=ttyAMA0"
	}
	words := []string{console, "panic=-1"}
	if m.Machine == "microvm" {
		// Without ACPI the machine ends only by a reset, and has no keyboard controller to ask for one.
		words = append(words, "reboot=t")
	}
	if m.shell {
		words = append(words, `init.shell="`+startShell+`"`)
	}
	return append(words, m.Cmdline...)
}

// virtio names a device as it is on the machine's bus.
func (m *machine) virtio(device string) string {
	if m.Machine == "microvm" {
		return "virtio-" + device + "-device"
	}
	return "virtio-" + device + "-pci"
}

// escape writes a value of a QEMU option that has commas.
func escape(value string) string {
	return strings.ReplaceAll(value, ",", ",,")
}

// script writes the command, and before it what makes its files, for a shell.
func (m *machine) script() string {
	var out strings.Builder
	for i, disk := range m.Disks {
		if disk.ScratchMB > 0 {
			fmt.Fprintf(&out, "mkdir -p %s && truncate -s %dM %s\n", quote(m.work), disk.ScratchMB, quote(m.scratch(i)))
		}
	}
	writeCommand(&out, m.command(), quote)
	out.WriteString("\n")
	return out.String()
}

// writeCommand writes a command, each option on a line of its own.
func writeCommand(out *strings.Builder, argv []string, quote func(string) string) {
	for i, word := range argv {
		switch {
		case i == 0:
		case strings.HasPrefix(word, "-"):
			out.WriteString(" \\\n    ")
		default:
			out.WriteString(" ")
		}
		out.WriteString(quote(word))
	}
}

// quote writes a word as a shell takes it.
func quote(word string) string {
	if word != "" && strings.IndexFunc(word, func(r rune) bool {
		return !strings.ContainsRune("%+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz", r)
	}) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
