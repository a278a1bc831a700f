// SPDX-License-Identifier: Apache-2.0

package elixir

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// sdk unpacks OTP and Elixir, and returns where.
func sdk(t *testing.T) (otp, elixir string) {
	t.Helper()
	dir := t.TempDir()
	otp, elixir = filepath.Join(dir, "otp"), filepath.Join(dir, "elixir")
	for to, from := range map[string]string{otp: built.File(t, "OTP"), elixir: built.File(t, "ELIXIR")} {
		if err := built.Unpack(from, to, 0); err != nil {
			t.Fatal(err)
		}
	}
	return otp, elixir
}

// command returns one that runs Elixir without a shell. Elixir tells the path as it is given here.
func command(t *testing.T, otp, elixir string, args ...string) *exec.Cmd {
	t.Helper()
	lib := elixir + "/lib"
	cmd := exec.Command(filepath.Join(otp, "bin", "erl"), append([]string{
		"-noshell", "-elixir_root", lib, "-pa", lib + "/elixir/ebin", "-s", "elixir", "start_cli", "-extra",
	}, args...)...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "LANG=C.UTF-8", "TZ=UTC", "PATH=" + path(otp, elixir)}
	return cmd
}

func path(otp, elixir string) string {
	return filepath.Join(otp, "bin") + ":" + filepath.Join(elixir, "bin") + ":/bin:/usr/bin"
}

func TestVersion(t *testing.T) {
	otp, elixir := sdk(t)
	out, err := command(t, otp, elixir, "-e", `IO.puts("#{System.version()} #{System.build_info().otp_release} #{System.build_info().date}")`).CombinedOutput()
	// SOURCE_DATE_EPOCH of every foreign build.
	if want := os.Getenv("VERSION") + " 27 1980-01-01T00:00:00Z\n"; err != nil || string(out) != want {
		t.Errorf("%v: got %q, expected %q", err, out, want)
	}
}

// Mix makes a project, compiles it and tests it.
func TestMix(t *testing.T) {
	otp, elixir := sdk(t)
	mix := filepath.Join(elixir, "bin", "mix")
	dir := t.TempDir()
	for _, args := range [][]string{{"new", "demo", "--sup"}, {"test"}} {
		cmd := command(t, otp, elixir, append([]string{mix}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("mix %v: %v\n%s", args, err, out)
		}
		if args[0] == "test" && !bytes.Contains(out, []byte("1 doctest, 1 test, 0 failures")) {
			t.Errorf("mix test printed\n%s", out)
		}
		dir = filepath.Join(dir, "demo")
	}
}

// No module names the directory that it was compiled in. The script that takes it out cannot be asked to look for a
// directory that is not known here: words of it are looked for.
func TestNoBuildPath(t *testing.T) {
	otp, elixir := sdk(t)
	words := []string{"/root/", "/home/", "execroot", "bazel-out", "sandbox/", ".work/"}
	cmd := exec.Command(filepath.Join(otp, "bin", "escript"), append([]string{filepath.Join("testdata", "find.escript"), elixir}, words...)...)
	cmd.Env = []string{"HOME=" + t.TempDir()}
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "looked at more than 300 modules\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// eunit compiles and runs what of Elixir's suite is in Erlang.
const eunit = `
for file <- Path.wildcard("*.erl") do
  {:ok, module, binary} = :compile.file(to_charlist(file), [:binary, :report])
  {:module, ^module} = :code.load_binary(module, to_charlist(file), binary)
end
:test_helper.test()`

// Elixir's own test suite passes, apart from the tests in skips.txt.
func TestSuite(t *testing.T) {
	app := os.Getenv("APP")
	if app == "" {
		t.Skip("takes minutes: bazel test //elixir:suite")
	}
	otp, elixir := sdk(t)
	// Its tests look for everything in the source tree.
	if err := built.Unpack(built.File(t, "SOURCE"), elixir, 1); err != nil {
		t.Fatal(err)
	}
	// As Elixir's makefile does it.
	dir, tests := filepath.Join(elixir, "lib", app), "test"
	if app == "elixir" {
		tests = "test/elixir"
	}
	args := []string{"-r", tests + "/test_helper.exs", "-e", exclusion(t, app), "-pr", tests + "/**/*_test.exs"}
	if app == "erlang" {
		dir, args = filepath.Join(elixir, "lib", "elixir", "test", "erlang"), []string{"-e", eunit}
	}
	// The path as Elixir's script has it. Without a name of the node the suite leaves out what needs another node, which
	// would be looked for under the machine's name.
	cmd := command(t, otp, elixir+"/bin/..", args...)
	cmd.Dir = dir
	// As Elixir was compiled. The suite leaves out what cannot pass then.
	cmd.Env = append(cmd.Env, "ERL_COMPILER_OPTIONS=deterministic")
	if app == "mix" {
		// The suite runs git, and releases, whose script has awk.
		git := filepath.Dir(built.Runfile(t, "rules_elixir_vm/toolchains/build_tools/git/git"))
		gnu := filepath.Dir(built.Runfile(t, "rules_elixir_vm/toolchains/build_tools/gnu/awk"))
		// It copies its rebar3 before it begins, and there is none: skips.txt.
		cmd.Env = append(cmd.Env, "REBAR3="+os.DevNull, "PATH="+git+":"+gnu+":"+path(otp, elixir))
	}
	// Not kept until the end: a test that never ends is the last one in the log.
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

// exclusion returns an expression that leaves out an application's tests of skips.txt, lines of `APP:FILE:LINE REASON`
// and `APP:TAG REASON`.
func exclusion(t *testing.T, app string) string {
	t.Helper()
	content, err := os.ReadFile(built.File(t, "SKIPS"))
	if err != nil {
		t.Fatal(err)
	}
	var filters []string
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		where, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		of, place, _ := strings.Cut(where, ":")
		filter := place + ": true"
		if file, number, ok := strings.Cut(place, ":"); ok {
			filter = fmt.Sprintf("location: {%q, %s}", file, number)
		}
		if place == "" || reason == "" {
			t.Fatalf("skips.txt: %q is neither APP:FILE:LINE REASON nor APP:TAG REASON", line)
		}
		if of == app {
			filters = append(filters, filter)
		}
	}
	return "ExUnit.configure(exclude: ExUnit.configuration()[:exclude] ++ [" + strings.Join(filters, ", ") + "])"
}
