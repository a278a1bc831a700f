// SPDX-License-Identifier: Apache-2.0

// Package vmimage writes what goes with the files of a machine: how to boot it, and a manifest.
package vmimage

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/strictjson"
	"rules_elixir_vm/tools/internal/vm"
)

// Spec describes an image.
type Spec struct {
	// Machine is the machine with the names that its files have in the image.
	Machine vm.Spec `json:"machine"`
	// Files maps these names to where the files are.
	Files map[string]string `json:"files"`
	// KernelRelease is a file with the kernel's release on one line.
	KernelRelease string `json:"kernel_release"`
	// KernelConfig is the kernel's complete .config.
	KernelConfig string `json:"kernel_config"`
	// Release is the metadata of the Mix release, if there is one.
	Release string `json:"release,omitempty"`
	// Busybox is the program, if there is one.
	Busybox string `json:"busybox,omitempty"`
	// Components are versions that are known already.
	Components map[string]string `json:"components,omitempty"`
}

// Manifest is vm.json.
type Manifest struct {
	Label        string            `json:"label"`
	Architecture string            `json:"architecture"`
	Machine      string            `json:"machine"`
	MemoryMB     int               `json:"memory_mb"`
	CPUs         int               `json:"cpus"`
	Cmdline      string            `json:"cmdline"`
	Forwards     []vm.Forward      `json:"forwards"`
	Files        []File            `json:"files"`
	Components   map[string]string `json:"components"`
	Release      *Release          `json:"release,omitempty"`
}

// File is one of the image.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Release is what is known of a Mix release.
type Release struct {
	Name          string            `json:"name"`
	Version       string            `json:"version"`
	ErtsVersion   string            `json:"erts_version,omitempty"`
	OTPVersion    string            `json:"otp_version,omitempty"`
	OpenSSL       string            `json:"openssl_version,omitempty"`
	ElixirVersion string            `json:"elixir_version,omitempty"`
	Applications  map[string]string `json:"applications"`
}

// ReadSpec reads the spec in the file at path.
func ReadSpec(path string) (*Spec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	spec, err := ParseSpec(data)
	if err != nil {
		return nil, fmt.Errorf("reading the spec %s: %w", path, err)
	}
	return spec, nil
}

// ParseSpec decodes a spec strictly.
func ParseSpec(data []byte) (*Spec, error) {
	var raw struct {
		*Spec
		Machine json.RawMessage `json:"machine"`
	}
	raw.Spec = &Spec{}
	if err := strictjson.Decode(data, &raw); err != nil {
		return nil, err
	}
	machine, err := vm.ParseSpec(raw.Machine)
	if err != nil {
		return nil, fmt.Errorf("machine: %w", err)
	}
	spec := raw.Spec
	spec.Machine = *machine
	if spec.KernelRelease == "" || spec.KernelConfig == "" {
		return nil, errors.New(`expected "kernel_release" and "kernel_config"`)
	}
	if machine.Test != nil || strings.ContainsAny(machine.Label, "\r\n") {
		return nil, errors.New("machine: an image has no \"test\", and a label of one line")
	}
	names := []string{machine.Kernel, machine.Vmlinux, machine.Initrd}
	for _, disk := range machine.Disks {
		if disk.File == "" {
			return nil, errors.New("machine: disks: an image has no scratch disks")
		}
		names = append(names, disk.File)
	}
	for _, name := range names {
		if name != "" && spec.Files[name] == "" {
			return nil, fmt.Errorf("the machine has the file %q, which is not in \"files\"", name)
		}
	}
	for name, path := range spec.Files {
		if name == "" || name != filepath.Base(name) || name == "." || name == ".." || path == "" {
			return nil, fmt.Errorf("files: %q: %q; expected the name of a file and its path", name, path)
		}
		if slices.Contains(generated, name) {
			return nil, fmt.Errorf("files: %q is one that is made here", name)
		}
	}
	return spec, nil
}

// generated are the names of the files that Write makes.
var generated = []string{"cmdline", "firecracker.json", "run", "vm.json"}

// Generate returns the files that go with those of the spec, by name.
func (s *Spec) Generate() (map[string][]byte, error) {
	if err := s.checkCompression(); err != nil {
		return nil, err
	}
	firecracker, err := s.Machine.Firecracker()
	if err != nil {
		return nil, fmt.Errorf("firecracker.json: %w", err)
	}
	made := map[string][]byte{
		"cmdline":          []byte(s.Machine.CommandLine() + "\n"),
		"firecracker.json": firecracker,
		"run":              []byte(s.Machine.Script()),
	}
	manifest, err := s.manifest(made)
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("vm.json: %w", err)
	}
	made["vm.json"] = append(data, '\n')
	return made, nil
}

// decompressors maps the end of an initramfs' name to the kernel's option for it.
var decompressors = map[string]string{".gz": "CONFIG_RD_GZIP", ".xz": "CONFIG_RD_XZ", ".zst": "CONFIG_RD_ZSTD"}

// checkCompression fails where the kernel could not unpack the initramfs: it would then say that it finds no root.
func (s *Spec) checkCompression() error {
	option := decompressors[filepath.Ext(s.Machine.Initrd)]
	if option == "" {
		return nil
	}
	config, err := os.ReadFile(s.KernelConfig)
	if err != nil {
		return fmt.Errorf("the kernel's configuration: %w", err)
	}
	if slices.Contains(strings.Split(string(config), "\n"), option+"=y") {
		return nil
	}
	return fmt.Errorf("%s: the kernel cannot unpack it: %s is not set in its configuration (%s). Add that to a fragment of the kernel, or choose another compression",
		s.Machine.Initrd, option, s.KernelConfig)
}

func (s *Spec) manifest(made map[string][]byte) (*Manifest, error) {
	m := &Manifest{
		Label: s.Machine.Label, Architecture: s.Machine.CPU, Machine: s.Machine.Machine, MemoryMB: s.Machine.MemoryMB, CPUs: s.Machine.CPUs,
		Cmdline: s.Machine.CommandLine(), Forwards: []vm.Forward{}, Components: map[string]string{},
	}
	if s.Machine.Network != nil {
		m.Forwards = append(m.Forwards, s.Machine.Network.Forwards...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		file, err := describe(s.Files[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		file.Name = name
		m.Files = append(m.Files, file)
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		sum := sha256.Sum256(made[name])
		m.Files = append(m.Files, File{name, int64(len(made[name])), hex.EncodeToString(sum[:])})
	}
	slices.SortFunc(m.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })

	maps.Copy(m.Components, s.Components)
	kernel, err := os.ReadFile(s.KernelRelease)
	if err != nil {
		return nil, fmt.Errorf("the kernel's release: %w", err)
	}
	m.Components["linux"] = strings.TrimSpace(string(kernel))
	if s.Busybox != "" {
		if m.Components["busybox"], err = busyboxVersion(s.Busybox); err != nil {
			return nil, err
		}
	}
	if s.Release != "" {
		if m.Release, err = readRelease(s.Release); err != nil {
			return nil, fmt.Errorf("the release's metadata %s: %w", s.Release, err)
		}
		for name, version := range map[string]string{"elixir": m.Release.ElixirVersion, "erts": m.Release.ErtsVersion, "openssl": m.Release.OpenSSL, "otp": m.Release.OTPVersion} {
			if version != "" {
				m.Components[name] = version
			}
		}
	}
	return m, nil
}

func describe(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return File{}, err
	}
	return File{Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

func readRelease(path string) (*Release, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Release{}
	if err := strictjson.Decode(data, r); err != nil {
		return nil, err
	}
	if r.Name == "" || r.Version == "" {
		return nil, errors.New(`expected "name" and "version"`)
	}
	return r, nil
}

var banner = regexp.MustCompile(`BusyBox v([0-9][0-9.]*)`)

func busyboxVersion(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("busybox: %w", err)
	}
	found := banner.FindSubmatch(data)
	if found == nil {
		return "", fmt.Errorf("busybox: %s has no banner \"BusyBox v…\"", path)
	}
	return strings.TrimRight(string(found[1]), "."), nil
}
