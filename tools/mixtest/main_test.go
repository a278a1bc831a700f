// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

// The test binary is also the program that the steps run.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "say" {
		os.Stdout.WriteString(strings.Join(append(os.Args[1:], os.Getenv("TESTBRIDGE_TEST_ONLY")), " ") + "\n")
		if len(os.Args) > 2 && os.Args[2] == "fail" {
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func spec(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "bin/say", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("a.tar", archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{
		"label":    "//pkg:name",
		"archives": []foreignbuild.Archive{{Path: "a.tar", Dir: "sdk"}},
		"steps":    []foreignbuild.Step{{Name: "it", Dir: "ws", Argv: []string{"${WORK}/sdk/bin/say", "hello"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("spec.json", data, 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "spec.json")
}

func TestRun(t *testing.T) {
	path, tmp := spec(t), t.TempDir()
	var out bytes.Buffer
	if err := run(context.Background(), path, []string{"a", "b"}, tmp, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\nhello a b \n") {
		t.Errorf("got %q", out.String())
	}
	// Neither arguments nor variables have placeholders.
	t.Setenv("TESTBRIDGE_TEST_ONLY", "$${x}")
	out.Reset()
	if err := run(context.Background(), path, []string{"${WORK}"}, tmp, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\nhello ${WORK} $${x}\n") {
		t.Errorf("got %q", out.String())
	}
	t.Setenv("TESTBRIDGE_TEST_ONLY", "")
	out.Reset()
	err := run(context.Background(), path, []string{"fail"}, tmp, &out)
	if err == nil || err.Error() != "//pkg:name: it ended with exit status 3" || !strings.Contains(out.String(), "hello fail \n") {
		t.Errorf("got %v and %q", err, out.String())
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestBadSpecs(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"unknown": `{"label": "x", "stepz": []}`, "empty": `{}`} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run(context.Background(), path, nil, dir, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "reading the spec") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := run(context.Background(), filepath.Join(dir, "missing"), nil, dir, &bytes.Buffer{}); err == nil {
		t.Error("a missing spec is no error")
	}
}
