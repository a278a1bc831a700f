// SPDX-License-Identifier: Apache-2.0

// Package vm boots a virtual machine in QEMU, on a terminal or as a test, as
// one spec describes it.
package vm

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strings"

	"rules_elixir_vm/tools/internal/strictjson"
)

// Spec describes a machine. Relative paths of files are runfiles paths
// (repository/path); absolute ones are taken as they are.
type Spec struct {
	// Label names the target in messages.
	Label string `json:"label"`

	CPU      string `json:"cpu"`     // of the guest: "x86_64" or "aarch64"
	Machine  string `json:"machine"` // "pc", "q35" or "microvm"; "virt" on aarch64
	MemoryMB int    `json:"memory_mb"`
	CPUs     int    `json:"cpus"`

	QEMU    string `json:"qemu"`              // the emulator for CPU
	Kernel  string `json:"kernel"`            // bzImage or Image
	Vmlinux string `json:"vmlinux,omitempty"` // ELF with a PVH entry: what microvm boots
	Initrd  string `json:"initrd,omitempty"`
	// Cmdline comes after the console, panic=-1 and, on microvm, reboot=t.
	Cmdline []string `json:"cmdline,omitempty"`

	Disks   []Disk   `json:"disks,omitempty"`
	Network *Network `json:"network,omitempty"`
	RNG     bool     `json:"rng,omitempty"`
	// Shell is an archive with the module that runs IEx in the guest for a
	// terminal of the host, if the machine has a release.
	Shell string `json:"shell,omitempty"`
	// QEMUArgs come last.
	QEMUArgs []string `json:"qemu_args,omitempty"`

	Test *Test `json:"test,omitempty"`
}

// Disk is either a raw image or an empty scratch disk, which is gone after
// the run.
type Disk struct {
	File      string `json:"file,omitempty"`
	ReadOnly  bool   `json:"readonly,omitempty"`
	Snapshot  bool   `json:"snapshot,omitempty"` // the guest may write, the file stays as it is
	ScratchMB int    `json:"scratch_mb,omitempty"`
}

// Network is QEMU's user network: the guest has 10.0.2.15, by DHCP too.
type Network struct {
	Forwards []Forward `json:"forwards,omitempty"`
	// Echo is the address of a TCP service inside the network that sends
	// back what it gets.
	Echo string `json:"echo,omitempty"`
}

// Forward leads from a TCP port of the host's 127.0.0.1 to one of the guest.
type Forward struct {
	Host  int `json:"host"` // 0: any that is free
	Guest int `json:"guest"`
}

// Test says what a headless run must give.
type Test struct {
	// Expect holds regular expressions: for each, in this order, a line of
	// the console must match.
	Expect []string `json:"expect,omitempty"`
	// Reject holds regular expressions that no line may match.
	Reject []string `json:"reject,omitempty"`
	// ExitCode is what the guest must write to its exit channel before it
	// ends. Without it the code does not matter, and the run is over with the
	// last expected line.
	ExitCode *int `json:"exit_code,omitempty"`
	// Client runs once all lines of Expect have come, and must exit with 0.
	// Without an ExitCode the run is over then.
	Client *Client `json:"client,omitempty"`
	// Report gives the machine a port for a report in JUnit's XML, which
	// becomes that of the test.
	Report bool `json:"report,omitempty"`
	// Failure, if it is there, must come.
	Failure *WantFailure `json:"failure,omitempty"`
	// TimeoutSeconds is the deadline; 0: a little before $TEST_TIMEOUT.
	TimeoutSeconds int `json:"timeout_seconds,omitempty"`

	expect, reject []*regexp.Regexp
}

// WantFailure makes a test pass if it fails in this way only.
type WantFailure struct {
	Kind string `json:"kind"`
	// Message holds regular expressions: each must match a line of the
	// failure's message.
	Message []string `json:"message,omitempty"`

	message []*regexp.Regexp
}

var machines = map[string][]string{
	"aarch64": {"virt"},
	"x86_64":  {"microvm", "pc", "q35"},
}

// ParseSpec decodes a spec strictly and checks what can be checked without
// looking at the disk.
func ParseSpec(data []byte) (*Spec, error) {
	s := &Spec{}
	if err := strictjson.Decode(data, s); err != nil {
		return nil, err
	}
	return s, s.validate()
}

func (s *Spec) validate() error {
	if s.Label == "" {
		return errors.New(`"label" is missing`)
	}
	known, ok := machines[s.CPU]
	if !ok {
		return fmt.Errorf(`"cpu" is %q; expected "aarch64" or "x86_64"`, s.CPU)
	}
	if !slices.Contains(known, s.Machine) {
		return fmt.Errorf(`"machine" is %q; for %s expected one of %s`, s.Machine, s.CPU, strings.Join(known, ", "))
	}
	for _, number := range []struct {
		name  string
		value int
	}{{"memory_mb", s.MemoryMB}, {"cpus", s.CPUs}} {
		if number.value <= 0 {
			return fmt.Errorf(`%q is %d; expected a number greater than 0`, number.name, number.value)
		}
	}
	if s.QEMU == "" {
		return errors.New(`"qemu" is missing`)
	}
	if s.Kernel == "" {
		return errors.New(`"kernel" is missing`)
	}
	if s.Machine == "microvm" && s.Vmlinux == "" {
		return errors.New(`"vmlinux" is missing; the machine microvm boots it instead of the kernel image`)
	}
	for i, word := range s.Cmdline {
		if word == "" || strings.ContainsAny(word, "\n\x00") {
			return fmt.Errorf(`cmdline[%d] is %q; expected a word for the kernel's command line`, i, word)
		}
	}
	for i, disk := range s.Disks {
		if err := disk.validate(); err != nil {
			return fmt.Errorf("disks[%d]: %w", i, err)
		}
	}
	if s.Network != nil {
		if err := s.Network.validate(); err != nil {
			return fmt.Errorf("network: %w", err)
		}
	}
	if s.Test != nil {
		if err := s.Test.validate(); err != nil {
			return fmt.Errorf("test: %w", err)
		}
	}
	return nil
}

func (d Disk) validate() error {
	switch {
	case (d.File == "") == (d.ScratchMB == 0):
		return errors.New(`expected either "file" or "scratch_mb"`)
	case d.ScratchMB < 0:
		return fmt.Errorf(`"scratch_mb" is %d; expected a number greater than 0`, d.ScratchMB)
	case d.File == "" && (d.ReadOnly || d.Snapshot):
		return errors.New(`"readonly" and "snapshot" are for a disk with a "file"`)
	case d.ReadOnly && d.Snapshot:
		return errors.New(`"readonly" and "snapshot" exclude each other`)
	}
	return nil
}

// What QEMU has in its user network anyway.
var userNetwork = netip.MustParsePrefix("10.0.2.0/24")
var taken = map[string]string{
	"10.0.2.0":   "the network itself",
	"10.0.2.2":   "the host",
	"10.0.2.3":   "the name server",
	"10.0.2.15":  "the guest",
	"10.0.2.255": "everybody",
}

func (n *Network) validate() error {
	hosts := map[int]bool{}
	for i, f := range n.Forwards {
		if f.Host < 0 || f.Host > 65535 || f.Guest < 1 || f.Guest > 65535 {
			return fmt.Errorf(`forwards[%d] is %d to %d; expected ports from 1 to 65535, or 0 for a free port of the host`, i, f.Host, f.Guest)
		}
		if f.Host != 0 && hosts[f.Host] {
			return fmt.Errorf(`forwards[%d]: port %d of the host is forwarded twice`, i, f.Host)
		}
		hosts[f.Host] = true
	}
	if n.Echo == "" {
		return nil
	}
	echo, err := netip.ParseAddrPort(n.Echo)
	if err != nil {
		return fmt.Errorf(`"echo" is %q; expected address:port: %w`, n.Echo, err)
	}
	if !userNetwork.Contains(echo.Addr()) || echo.Port() == 0 {
		return fmt.Errorf(`"echo" is %q; expected an address in %s and a port`, n.Echo, userNetwork)
	}
	if who := taken[echo.Addr().String()]; who != "" {
		return fmt.Errorf(`"echo" is %q; this address is %s`, n.Echo, who)
	}
	return nil
}

func (t *Test) validate() error {
	var err error
	if t.expect, err = compile("expect", t.Expect); err != nil {
		return err
	}
	if t.reject, err = compile("reject", t.Reject); err != nil {
		return err
	}
	if t.ExitCode != nil && (*t.ExitCode < 0 || *t.ExitCode > 255) {
		return fmt.Errorf(`"exit_code" is %d; expected 0 to 255`, *t.ExitCode)
	}
	if t.Client != nil && (t.Client.Program == "" || len(t.Expect) == 0) {
		return errors.New(`client: expected a "program", and lines in "expect" after which it runs`)
	}
	if t.TimeoutSeconds < 0 {
		return fmt.Errorf(`"timeout_seconds" is %d; expected 0 or more`, t.TimeoutSeconds)
	}
	if f := t.Failure; f != nil {
		if kinds[f.Kind] == 0 {
			var names []string
			for kind := range kinds {
				names = append(names, kind)
			}
			sort.Strings(names)
			return fmt.Errorf(`failure: "kind" is %q; expected one of %s`, f.Kind, strings.Join(names, ", "))
		}
		if f.message, err = compile("failure: message", f.Message); err != nil {
			return err
		}
	}
	return nil
}

func compile(name string, patterns []string) ([]*regexp.Regexp, error) {
	var compiled []*regexp.Regexp
	for i, pattern := range patterns {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, fmt.Errorf("%s[%d] is %q, which is no regular expression of Go's RE2 syntax: %w", name, i, pattern, err)
		}
		compiled = append(compiled, re)
	}
	return compiled, nil
}
