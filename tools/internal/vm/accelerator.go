// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// host is what decides about the accelerator.
type host struct {
	cpu     string
	kvm     error // why /dev/kvm cannot be used
	cpuinfo string
}

func thisHost() host {
	h := host{cpu: map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]}
	kvm, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err == nil {
		kvm.Close()
	}
	h.kvm = err
	cpuinfo, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		h.cpuinfo = string(cpuinfo)
	}
	return h
}

// accelerator returns kvm or tcg, and why. A /dev/kvm that opens is not
// enough: in a nested guest without vmx and svm, machines then hang.
func (h host) accelerator(guest string) (name, why string) {
	switch {
	case guest != h.cpu:
		return "tcg", fmt.Sprintf("the guest's processor is %s, the host's %s", guest, h.cpu)
	case h.kvm != nil:
		return "tcg", h.kvm.Error()
	case h.cpu == "x86_64" && !h.virtualizes():
		return "tcg", "/dev/kvm opens, but /proc/cpuinfo shows neither vmx nor svm"
	}
	return "kvm", "/dev/kvm opens for writing"
}

func (h host) virtualizes() bool {
	for line := range strings.Lines(h.cpuinfo) {
		name, flags, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "flags" {
			fields := strings.Fields(flags)
			return slices.Contains(fields, "vmx") || slices.Contains(fields, "svm")
		}
	}
	return false
}
