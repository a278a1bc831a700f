// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test binary is also the command, which takes all that it is asked for.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "allnoconfig" {
		data, err := os.ReadFile(os.Getenv("KCONFIG_ALLCONFIG"))
		if err == nil {
			err = os.WriteFile(os.Getenv("KCONFIG_CONFIG"), data, 0o644)
		}
		if err != nil || len(os.Args) > 1 {
			os.Stdout.WriteString("it does not work\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The steps, with a Kconfig in which nothing depends on anything.
func TestSteps(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"work/fragments.json": `{"before": ["config/a"], "edited": "edited", "after": ["config/b"]}`,
		"work/config/a":       "CONFIG_A=y\nCONFIG_B=y\n",
		"work/config/b":       "CONFIG_C=y\n",
		"work/edited":         "CONFIG_D=y\n# CONFIG_B is not set\n",
		"work/broken.json":    `{"before": [], "edited": "", "then": []}`,
		"work/nonsense.json":  `{"before": ["nonsense"], "edited": "", "after": []}`,
		"work/nonsense":       "nonsense\n",
		"work/src/.keep":      "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, "allnoconfig"); err != nil {
		t.Fatal(err)
	}
	command, err := filepath.Abs("allnoconfig")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("work/src")
	if status, err := run([]string{"kernelconfig", "start", "-fragments", "../fragments.json", command}); status != 0 {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(".config"); err != nil || string(got) != "CONFIG_A=y\nCONFIG_D=y\n# CONFIG_B is not set\nCONFIG_C=y\n" {
		t.Errorf("it starts with %q, %v", got, err)
	}
	// What the person makes of it.
	if err := os.WriteFile(".config", []byte("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=y\nCONFIG_E=12\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, err := run([]string{"kernelconfig", "save", "-fragments", "../fragments.json", "-label", "//:k", "-out", "../fragment", command}); status != 0 {
		t.Fatal(err)
	}
	const want = "# Kernel options on top of //:k. Written by kernel_savefragment, which keeps no other comments.\n# CONFIG_B is not set\nCONFIG_E=12\n"
	if got, err := os.ReadFile("../fragment"); err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, test := range []struct{ args, want string }{
		{"start -fragments ../fragments.json", "no command given"},
		{"start -label x", "flag provided but not defined"},
		{"start -fragments ../no.json " + command, "no such file"},
		{"start -fragments ../broken.json " + command, `../broken.json: json: unknown field "then"`},
		{"start -fragments ../nonsense.json " + command, "nonsense:1: "},
		{"start -fragments ../fragments.json " + command + " x", "exit status 1\nit does not work"},
		{"menuconfig", "start it by bazel run"},
	} {
		if status, err := run(append([]string{"kernelconfig"}, strings.Fields(test.args)...)); status == 0 || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got status %d, error %v, want %q", test.args, status, err, test.want)
		}
	}
}
