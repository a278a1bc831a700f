// SPDX-License-Identifier: Apache-2.0

package erlang

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// unpacked maps variables to directories.
var unpacked = map[string]string{}

// unpack unpacks the installation that a variable names, once for all tests.
func unpack(t *testing.T, variable string) string {
	t.Helper()
	if dir := unpacked[variable]; dir != "" {
		return dir
	}
	dir, err := os.MkdirTemp(os.Getenv("TEST_TMPDIR"), "otp")
	if err != nil {
		t.Fatal(err)
	}
	if err := built.Unpack(built.File(t, variable), dir, 0); err != nil {
		t.Fatal(err)
	}
	unpacked[variable] = dir
	return dir
}

func installation(t *testing.T) string {
	t.Helper()
	return unpack(t, "ROOT")
}

func glob(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: found %v, expected one: %v", pattern, found, err)
	}
	return found[0]
}

// escript runs a script of testdata with the installation: here, or in an emulator.
func escript(t *testing.T, script string, args ...string) string {
	t.Helper()
	args = append([]string{filepath.Join("testdata", script)}, args...)
	var cmd *exec.Cmd
	if built.CPU == "x86_64" {
		cmd = exec.Command(filepath.Join(installation(t), "bin", "escript"), args...)
		cmd.Env = []string{"HOME=" + t.TempDir()}
	} else {
		// QEMU runs one program, the emulator alone. What that starts is of the machine that tests.
		bin := glob(t, unpack(t, "X86_64_ROOT"), "erts-*/bin")
		cmd = built.Command(t, glob(t, installation(t), "erts-*/bin/beam.smp"), append([]string{
			"--", "-root", installation(t), "-bindir", bin, "-progname", "erl", "--", "-home", bin, "--",
			"-boot", filepath.Join(installation(t), "bin", "no_dot_erlang"), "-noshell", "-run", "escript", "start", "-extra",
		}, args...)...)
		cmd.Env = []string{"HOME=" + bin, "BINDIR=" + bin, "ROOTDIR=" + installation(t), "EMU=beam", "PROGNAME=erl"}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

func TestAbout(t *testing.T) {
	got := escript(t, "about.escript")
	const want = "otp 27.3.4.1 flavor jit openssl 3.5."
	// The whole of it, with OpenSSL's release.
	t.Log(got)
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %q, expected %q…", got, want)
	}
}

func TestTls(t *testing.T) {
	for _, version := range []string{"tlsv1.3", "tlsv1.2"} {
		if got, want := escript(t, "tls.escript", version), version+" aes_256_gcm HELLO\n"; got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
}

// What the crypto application has, so that a change of OpenSSL's configuration is seen.
func TestAlgorithms(t *testing.T) {
	want, err := os.ReadFile("testdata/algorithms.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := escript(t, "algorithms.escript"); got != string(want) {
		t.Errorf("got\n%s\nexpected (testdata/algorithms.txt)\n%s", got, want)
	}
}

// Every program is for this processor, static, stripped, and without a path of the machine that built it.
func TestPrograms(t *testing.T) {
	var programs []string
	eachFile(t, installation(t), func(path string, data []byte) {
		if bytes.HasPrefix(data, []byte("\x7fELF")) {
			programs = append(programs, path)
		}
	})
	if len(programs) < 12 {
		t.Errorf("found %d programs, expected those of erts and of os_mon: %v", len(programs), programs)
	}
	built.CheckELF(t, append([]string{
		"-static", "-no-pie", "-stripped", "-max-size", "7000000",
		// Where run_erl and others keep what they keep, in whatever system they run.
		"-allow", "/tmp/erl_pipe", "-allow", "/tmp/",
	}, programs...)...)
}

// No file of any output names a directory of the machine that built it, in its compressed parts either.
func TestNoBuildPath(t *testing.T) {
	forbidden := []string{"/root/", "/home/", "execroot", "bazel-out", "sandbox/", ".work/"}
	dir := t.TempDir()
	for _, variable := range []string{"RUNTIME", "HEADERS"} {
		if err := built.Unpack(built.File(t, variable), dir, 0); err != nil {
			t.Fatal(err)
		}
	}
	files := 0
	for _, from := range []string{installation(t), dir} {
		eachFile(t, from, func(path string, data []byte) {
			files++
			for _, bytesOf := range append(literals(t, path, data), data) {
				for _, word := range forbidden {
					if at := bytes.Index(bytesOf, []byte(word)); at >= 0 {
						t.Errorf("%s has %q", path, bytesOf[max(0, at-40):min(len(bytesOf), at+80)])
					}
				}
			}
		})
	}
	if files < 800 {
		t.Errorf("looked at %d files only", files)
	}
}

// eachFile visits the files in a directory, where nothing else may be.
func eachFile(t *testing.T, dir string, visit func(path string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%s is neither a file nor a directory", path)
		}
		data, err := os.ReadFile(path)
		if err == nil {
			visit(path, data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literals inflates the chunk of literals of a .beam file, and checks that no chunk is there that only debuggers read.
func literals(t *testing.T, path string, data []byte) [][]byte {
	if filepath.Ext(path) != ".beam" {
		return nil
	}
	if len(data) < 12 || string(data[:4]) != "FOR1" || string(data[8:12]) != "BEAM" {
		t.Errorf("%s is no BEAM file", path)
		return nil
	}
	var inflated [][]byte
	for rest := data[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.BigEndian.Uint32(rest[4:8]))
		if size > len(rest)-8 {
			t.Errorf("%s: chunk %s is cut off", path, name)
			break
		}
		switch chunk := rest[8 : 8+size]; name {
		case "LitT":
			r, err := zlib.NewReader(bytes.NewReader(chunk[4:]))
			if err != nil {
				t.Errorf("%s: chunk %s: %v", path, name, err)
				break
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Errorf("%s: chunk %s: %v", path, name, err)
			}
			inflated = append(inflated, text)
		case "Docs", "Abst":
			t.Errorf("%s has a chunk %s", path, name)
		}
		rest = rest[min(len(rest), 8+(size+3)&^3):]
	}
	return inflated
}

// The tars beside the installation hold parts of it.
func TestParts(t *testing.T) {
	names := func(variable string) []string {
		t.Helper()
		dir := t.TempDir()
		if err := built.Unpack(built.File(t, variable), dir, 0); err != nil {
			t.Fatal(err)
		}
		var names []string
		eachFile(t, dir, func(path string, _ []byte) {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		})
		return names
	}
	erts := filepath.Base(glob(t, installation(t), "erts-*"))
	if got, want := names("RUNTIME"), []string{erts + "/bin/beam.smp", erts + "/bin/erl_child_setup"}; !slices.Equal(got, want) {
		t.Errorf("runtime: got %v, expected %v", got, want)
	}
	headers := names("HEADERS")
	for _, want := range []string{"include/ei.h", "include/erl_driver.h", "include/erl_nif.h", "lib/libei.a"} {
		if !slices.Contains(headers, want) {
			t.Errorf("headers: %s is missing in %v", want, headers)
		}
	}
}
