// SPDX-License-Identifier: Apache-2.0

package suites

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// OTP's own suites pass on the runtime that images get.
func TestSuites(t *testing.T) {
	dir := t.TempDir()
	otp, suites, home := filepath.Join(dir, "otp"), filepath.Join(dir, "suites"), filepath.Join(dir, "home")
	for to, from := range map[string]string{otp: built.File(t, "OTP"), suites: built.File(t, "SUITES")} {
		if err := built.Unpack(from, to, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	// Not among the test's outputs: cases leave files with names that Bazel cannot read.
	logs := t.TempDir()

	args := []string{"-noinput", "-sname", "test@localhost", "-pa", suites, "-run", "run_suites", "main", suites, built.File(t, "SKIPS"), logs}
	cmd := exec.Command(filepath.Join(otp, "bin", "erl"), append(args, strings.Fields(os.Getenv("CHOSEN"))...)...)
	cmd.Dir = home
	// Suites start further nodes by this name.
	cmd.Env = []string{"HOME=" + home, "PATH=" + filepath.Join(otp, "bin") + ":/bin:/usr/bin", "TZ=UTC"}
	// Not kept until the end: a suite that never ends is the last one in the log.
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}
