// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func imageSpec() *Spec {
	return &Spec{
		Label: "//x:y", CPU: "x86_64", Machine: "q35", MemoryMB: 64, CPUs: 2,
		QEMU: "qemu-system-x86_64", Kernel: "bzImage", Vmlinux: "vmlinux", Initrd: "initramfs.cpio.xz",
		Cmdline: []string{"init.env.A=$x", `init.flags="+A 1"`}, Disks: []Disk{{File: "disk0.img", Snapshot: true}},
		Network: &Network{Forwards: []Forward{{Host: 8080, Guest: 80}}}, RNG: true, QEMUArgs: []string{"-name", "a $b"},
	}
}

// The script runs, from another directory, with spaces in its path, and starts what it says.
func TestScript(t *testing.T) {
	if _, err := exec.LookPath("/bin/sh"); err != nil {
		t.Skip("needs /bin/sh")
	}
	dir := filepath.Join(t.TempDir(), "an image's $place")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec := imageSpec()
	qemu := filepath.Join(dir, "qemu")
	for name, text := range map[string]string{
		"run":     spec.Script(),
		"cmdline": spec.CommandLine() + "\n",
		// It takes the exit channel's file from its arguments.
		"qemu": `#!/bin/sh
for word; do
	echo "[$word]"
	case $word in *id=exit,path=*) [ -z "${CODE-}" ] || echo "$CODE" >"${word##*path=}" ;; esac
done
exit 7
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for code, want := range map[string]int{"": 7, "3": 3, "0": 0} {
		cmd := exec.Command(filepath.Join(dir, "run"), "-m", "1 G")
		cmd.Dir = "/"
		cmd.Env = append(os.Environ(), "QEMU="+qemu, "CODE="+code)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("code %q: got the status %d, expected %d\n%s", code, got, want, out)
		}
		for _, want := range []string{
			"[-kernel]\n[" + dir + "/bzImage]\n[-initrd]\n[" + dir + "/initramfs.cpio.xz]\n",
			"[-append]\n[console=ttyS0 panic=-1 init.env.A=$x init.flags=\"+A 1\"]\n",
			"[if=none,id=disk0,format=raw,file=" + dir + "/disk0.img,snapshot=on]\n",
			"[-m]\n[64M]\n", "[-smp]\n[2]\n", "hostfwd=tcp:127.0.0.1:8080-:80]\n", "[-name]\n[a $b]\n[-m]\n[1 G]\n",
		} {
			if !strings.Contains(string(out), want) {
				t.Errorf("got\n%s\nexpected in it\n%s", out, want)
			}
		}
	}
}

func TestFirecracker(t *testing.T) {
	data, err := imageSpec().Firecracker()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Boot struct {
			Kernel string `json:"kernel_image_path"`
			Initrd string `json:"initrd_path"`
			Args   string `json:"boot_args"`
		} `json:"boot-source"`
		Machine struct {
			CPUs   int `json:"vcpu_count"`
			Memory int `json:"mem_size_mib"`
		} `json:"machine-config"`
		Drives []struct {
			Path string `json:"path_on_host"`
		} `json:"drives"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Boot.Kernel != "vmlinux" || got.Boot.Initrd != "initramfs.cpio.xz" || got.Machine.CPUs != 2 || got.Machine.Memory != 64 ||
		len(got.Drives) != 1 || got.Drives[0].Path != "disk0.img" || !strings.HasPrefix(got.Boot.Args, "console=ttyS0 panic=-1 reboot=k init.env.A=$x ") {
		t.Errorf("got %s", data)
	}
	spec := imageSpec()
	spec.CPU = "aarch64"
	spec.Kernel = "Image"
	if data, err = spec.Firecracker(); err != nil || !strings.Contains(string(data), `"kernel_image_path": "Image"`) {
		t.Errorf("got %v, %s", err, data)
	}
}
