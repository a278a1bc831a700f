// SPDX-License-Identifier: Apache-2.0

// The files of an image, away from where they were built.
package image_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// What docs/figures.md promises, in bytes.
func TestSizes(t *testing.T) {
	for variable, limit := range map[string]int64{"HELLO": 5e6, "HTTP": 8e6} {
		var sum int64
		files := 0
		for _, path := range built.Files(t, variable) {
			if name := filepath.Base(path); name != "bzImage" && !strings.HasPrefix(name, "initramfs.") {
				continue
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			sum += info.Size()
			files++
		}
		t.Logf("%s: kernel and initramfs have %d bytes", variable, sum)
		if files != 2 || sum > limit {
			t.Errorf("%s: %d files have %d bytes, expected two that have at most %d", variable, files, sum, limit)
		}
	}
}

type manifest struct {
	Architecture string
	Files        []struct {
		Name, SHA256 string
		Size         int64
	}
	Components map[string]string
}

// image copies the files of the image, and returns their directory and the emulator that the build has for it.
func image(t *testing.T) (dir, qemu string) {
	t.Helper()
	files := built.Files(t, "IMAGE")
	dir = filepath.Join(t.TempDir(), "an image")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var spec struct{ QEMU string }
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, info.Mode()|0o200); err != nil {
			t.Fatal(err)
		}
	}
	// What `bazel run` starts has its spec beside it.
	if err := json.Unmarshal(built.Read(t, "SPEC"), &spec); err != nil {
		t.Fatal(err)
	}
	return dir, built.Runfile(t, spec.QEMU)
}

func TestManifest(t *testing.T) {
	dir, _ := image(t)
	data, err := os.ReadFile(filepath.Join(dir, "vm.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(m.Files)+1 || len(m.Files) != 6 {
		t.Errorf("got %d files beside the manifest, %d in it, expected 6", len(entries)-1, len(m.Files))
	}
	for _, file := range m.Files {
		data, err := os.ReadFile(filepath.Join(dir, file.Name))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if int64(len(data)) != file.Size || hex.EncodeToString(sum[:]) != file.SHA256 {
			t.Errorf("%s: got %d bytes with the sum %x, expected %+v", file.Name, len(data), sum, file)
		}
	}
	// No program says which musl it has inside.
	var lock struct {
		Sources map[string]struct{ Version string }
	}
	if err := json.Unmarshal(built.Read(t, "LOCK"), &lock); err != nil {
		t.Fatal(err)
	}
	if got, want := m.Components["musl"], lock.Sources["musl"].Version; got == "" || !strings.HasPrefix(want, got+"-") {
		t.Errorf("the manifest says musl %q, the lock %q", got, want)
	}
	if m.Architecture != "x86_64" || !strings.HasPrefix(m.Components["linux"], "6.") {
		t.Errorf("got %s", data)
	}
}

// boot returns the script that boots the machine with further words of its command line.
func boot(t *testing.T, words string) *exec.Cmd {
	t.Helper()
	dir, qemu := image(t)
	cmdline := filepath.Join(dir, "cmdline")
	data, err := os.ReadFile(cmdline)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cmdline, append(bytes.TrimSpace(data), " "+words+"\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "run"), "-name", "a machine")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "QEMU="+qemu)
	return cmd
}

// The script boots the machine from elsewhere, with the command line that is in its file.
func TestRun(t *testing.T) {
	cmd := boot(t, "init.env.E2E=exit")
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != 3 || !bytes.Contains(out, []byte("init: the emulator exited with status 3")) {
		t.Errorf("got the status %d, expected 3\n%s", got, out)
	}
}

// Ctrl-C on the console is a request to stop.
func TestInterrupt(t *testing.T) {
	cmd := boot(t, "init.env.E2E=wait")
	keyboard, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	lines := bufio.NewScanner(screen)
	for lines.Scan() {
		out.Write(append(lines.Bytes(), '\n'))
		if strings.Contains(lines.Text(), "E2E: waiting") {
			if _, err := keyboard.Write([]byte{3}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "Ctrl-C on the console: stopping") || !strings.Contains(out.String(), "E2E: stopped") {
		t.Errorf("got %v and\n%s", err, &out)
	}
}
