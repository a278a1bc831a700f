// SPDX-License-Identifier: Apache-2.0

package suites

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

func file(t *testing.T, variable string) string {
	t.Helper()
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs what Bazel builds: bazel test //erlang/suites:all")
	}
	path, err := runfiles.Rlocation(os.Getenv(variable))
	if err != nil {
		t.Fatalf("$%s: %v", variable, err)
	}
	return path
}

func unpack(path, dir string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := tar.NewReader(f)
	for {
		header, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		to := filepath.Join(dir, header.Name)
		switch header.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(to, 0o755)
		case tar.TypeReg:
			var data []byte
			if data, err = io.ReadAll(r); err == nil {
				if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
					err = os.WriteFile(to, data, header.FileInfo().Mode().Perm())
				}
			}
		case tar.TypeSymlink:
			err = os.Symlink(header.Linkname, to)
		default:
			err = errors.New("neither a file nor a directory")
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", path, header.Name, err)
		}
	}
}

// OTP's own suites pass on the runtime that images get; the logs of common_test are among the test's outputs.
func TestSuites(t *testing.T) {
	dir := t.TempDir()
	otp, suites, home := filepath.Join(dir, "otp"), filepath.Join(dir, "suites"), filepath.Join(dir, "home")
	for to, from := range map[string]string{otp: file(t, "OTP"), suites: file(t, "SUITES")} {
		if err := unpack(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	logs := os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR")
	if logs == "" {
		logs = t.TempDir()
	}

	args := []string{"-noinput", "-sname", "test@localhost", "-pa", suites, "-run", "run_suites", "main", suites, file(t, "SKIPS"), logs}
	cmd := exec.Command(filepath.Join(otp, "bin", "erl"), append(args, strings.Fields(os.Getenv("CHOSEN"))...)...)
	cmd.Dir = home
	// Suites start further nodes by this name.
	cmd.Env = []string{"HOME=" + home, "PATH=" + filepath.Join(otp, "bin") + ":/bin:/usr/bin", "TZ=UTC"}
	out, err := cmd.CombinedOutput()
	text := string(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	t.Log(text[strings.LastIndex(strings.TrimSpace(text), "\n")+1:])
}
