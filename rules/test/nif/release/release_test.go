// SPDX-License-Identifier: Apache-2.0

package release

import (
	"debug/elf"
	"path/filepath"
	"slices"
	"testing"

	"rules_elixir_vm/tools/built"
)

func TestErrors(t *testing.T) {
	built.Messages(t, map[string][]string{
		"lost": {
			"//rules/test/nif:lost: the release has lib/loader-1.0.0/priv/lost.so, which needs the library libstep.so when it runs, and does not find that. " +
				"Build lib/loader-1.0.0/priv/lost.so with the toolchain of the release, for ld-musl-x86_64.so.1, or link it statically, " +
				"or put libstep.so beside it and link it with -Wl,-rpath,$ORIGIN",
		},
	})
}

// The emulator and the libraries that it loads share one C library, which the image has. What the emulator starts is static.
func TestRelease(t *testing.T) {
	release := t.TempDir()
	if err := built.Unpack(built.File(t, "BESIDE"), release, 0); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string][]string{
		"erts-*/bin/beam.smp":           {"libc.so"},
		"erts-*/bin/erl_child_setup":    nil,
		"lib/counter-*/priv/counter.so": {"libc.so"},
		"lib/loader-*/priv/beside.so":   {"libc.so", "libstep.so"},
		"lib/loader-*/priv/libstep.so":  {"libc.so"},
	} {
		t.Run(pattern, func(t *testing.T) {
			found, err := filepath.Glob(filepath.Join(release, pattern))
			if err != nil || len(found) != 1 {
				t.Fatalf("found %q, %v", found, err)
			}
			file, err := elf.Open(found[0])
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			needed, err := file.ImportedLibraries()
			if err != nil {
				t.Fatal(err)
			}
			if slices.Sort(needed); !slices.Equal(needed, want) {
				t.Errorf("it needs %q, expected %q", needed, want)
			}
		})
	}
	if found, _ := filepath.Glob(filepath.Join(release, "lib/*/priv/*musl*")); len(found) > 0 {
		t.Errorf("the release has a C library of its own: %q", found)
	}
}
