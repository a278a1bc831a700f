// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// A sourceTree is a workspace with a copy of a project, which can be written.
type sourceTree struct {
	workspace, project, cache string
}

// newSourceTree copies the project whose mix.exs the variable names.
func newSourceTree(t *testing.T, variable string) *sourceTree {
	t.Helper()
	from := filepath.Dir(built.File(t, variable))
	s := &sourceTree{workspace: t.TempDir(), cache: t.TempDir()}
	s.project = filepath.Join(s.workspace, "rules/test/mix", filepath.Base(from))
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(s.project, name), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(s.project, name), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newShop(t *testing.T) *sourceTree {
	t.Helper()
	s := newSourceTree(t, "MIX_EXS")
	for name, content := range map[string]string{
		".formatter.exs":       "[inputs: [\"mix.exs\", \"{lib,test}/**/*.{ex,exs}\"]]\n",
		"config/dev.exs":       "import Config\nconfig :shop, env: :dev\n",
		"test/test_helper.exs": "ExUnit.start()\n",
		"test/shop_test.exs":   "defmodule ShopTest do\n  use ExUnit.Case\n\n  test \"price\" do\n    assert Shop.Price.of(3) == 3\n    assert Store.limit() == 20\n  end\nend\n",
	} {
		s.write(t, name, content)
	}
	// The application ends the system.
	s.replace(t, "lib/application.ex", "System.stop(7)", ":ok")
	return s
}

func (s *sourceTree) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(s.project, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *sourceTree) replace(t *testing.T, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.project, name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	s.write(t, name, strings.Replace(string(data), old, new, 1))
}

// run does what `bazel run` does; it fails unless the program ends so and prints that.
func (s *sourceTree) run(t *testing.T, variable, input string, code int, want string, args ...string) {
	t.Helper()
	cmd := exec.Command(built.File(t, variable), args...)
	cmd.Dir = filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"))
	cmd.Env = append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+s.workspace, "XDG_CACHE_HOME="+s.cache, "HOME="+s.cache)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
		t.Errorf("%s %q: got status %d, want %d and %q in the output:\n%s", variable, args, got, code, want, out)
	}
}

func (s *sourceTree) files(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(s.workspace, func(path string, entry fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestMixInSourceTree(t *testing.T) {
	s := newShop(t)
	before := s.files(t)

	s.run(t, "MIX", "", 1, "not formatted", "format", "--check-formatted")
	s.run(t, "MIX", "", 0, "", "format")
	s.run(t, "MIX", "", 0, "", "format", "--check-formatted")

	s.run(t, "MIX", "", 0, "1 test, 0 failures", "test")
	s.replace(t, "test/shop_test.exs", "== 20", "== 21")
	s.run(t, "MIX", "", 2, "assert Store.limit() == 21", "test", "test/shop_test.exs:4")

	// An edit counts at once.
	s.replace(t, "lib/shop.ex", "cents), do: cents", "cents), do: cents * 2")
	s.run(t, "MIX", "", 0, "price is 8", "run", "-e", `IO.puts("price is #{Shop.Price.of(4)}")`)
	s.run(t, "MIX", "", 1, `The task "nonsense" could not be found`, "nonsense")
	s.replace(t, "lib/shop.ex", "cents * 2", "cent")
	s.run(t, "MIX", "", 1, `undefined variable "cent"`, "compile")

	if after := s.files(t); !slices.Equal(before, after) {
		t.Errorf("the source tree had %q, and now has %q", before, after)
	}
}

func TestIex(t *testing.T) {
	s := newShop(t)
	s.run(t, "IEX", "IO.puts(\"limit is #{Store.limit()}, #{Application.get_env(:shop, :env)}\")\n", 0, "limit is 20, dev")
}

// Compilers find their programs here, too.
func TestToolsInSourceTree(t *testing.T) {
	s := newSourceTree(t, "GENERATED_MIX_EXS")
	s.run(t, "GENERATED_MIX", "", 0, "[red: 16711680, navy: 128]", "run", "-e", "IO.inspect(Generated.colours())")
	s.write(t, "palette/colours.txt", "green 00ff00\n")
	s.run(t, "GENERATED_MIX", "", 0, "[green: 65280]", "run", "-e", "IO.inspect(Generated.colours())")
}
