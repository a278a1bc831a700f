// SPDX-License-Identifier: Apache-2.0

package erlang

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

// What the builds of impossible applications say.
func TestErrors(t *testing.T) {
	const here = "rules/test/erlang/broken/src/"
	built.Messages(t, map[string][]string{
		"aarch64_release": {
			"//rules/test/erlang:aarch64_release: the release has lib/broken-1.0.0/priv/bin/doubler, which is for aarch64, and //erlang:erlang is for x86_64. " +
				"Build it for the platform of the release",
		},
		"dynamic_release": {
			"//rules/test/erlang:dynamic_release: the release has lib/broken-1.0.0/priv/doubler, which needs /lib/ld-musl-x86_64.so.1 when it runs, " +
				"and has not that. Link lib/broken-1.0.0/priv/doubler statically",
		},
		"hook": {
			"//rules/test/erlang:hook: rules/test/erlang/broken/hook.config has a hook that runs the command \"make -C c_src\" at the compilation, " +
				"and there is no Rebar here. Native code becomes a target for ports or nif_library",
		},
		"plugin":     {"//rules/test/erlang:plugin: rules/test/erlang/broken/plugin.config has a hook that runs {pc, compile} of a plugin at the compilation"},
		"Unfinished": {here + "Unfinished.asn1:3: error: "},
		"grammar":    {here + "grammar.yrl:5:8: error: undefined rhs symbol nubmer", `//rules/test/erlang:grammar: step "compile" failed: exit status 1`},
		"no_header":  {here + `no_header.erl:3:14: error: can't find include lib "calc/include/calc.hrl"`},
		"no_term":    {`//rules/test/erlang:no_term: erlc_opts: "{d" is no Erlang term. Write one as in rebar.config`},
		"no_version": {"//rules/test/erlang:no_version: " + here + "no_version.app.src has git for the version, which an action cannot find out. Give the attribute version"},
		"other_name": {"//rules/test/erlang:other_name: the application of " + here + `other_name.app.src is whole, not broken. Write app = "whole"`},
		"syntax":     {here + "syntax.app.src:3: error: syntax error before: ']'"},
		"unbound":    {here + "unbound.erl:5:8: error: variable 'X' is unbound"},
		"unused":     {here + "unused.erl:5:3: warning: variable 'X' is unused", "warnings are errors: the compiler has the option warnings_as_errors"},
	})
}

// untar unpacks the tar of that name, and returns the names of its files and the directory.
func untar(t *testing.T, name string) ([]string, string) {
	t.Helper()
	dir := t.TempDir()
	if err := built.Unpack(built.File(t, name), dir, 0); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, dir
}

func TestLibraries(t *testing.T) {
	for name, want := range map[string]struct {
		files []string
		app   string // its properties
	}{
		"CALC": {
			[]string{
				"calc/ebin/Amounts.beam", "calc/ebin/Order.beam", "calc/ebin/calc.app", "calc/ebin/calc.beam", "calc/ebin/calc_lexer.beam", "calc/ebin/calc_parser.beam",
				"calc/ebin/yy_transform.beam", "calc/ebin/zz_counter.beam", "calc/ebin/zz_transform.beam",
				"calc/include/Order.hrl", "calc/include/again.hrl", "calc/include/calc.hrl", "calc/priv/name", "calc/priv/template.erl",
			},
			`{registered,[]}, {description,"Sums, für Tests"}, {vsn,"1.4.0"}, {applications,[kernel,stdlib]}, ` +
				`{env,[{words,#{one => 1,three => 3,two => 2}}]}, ` +
				`{modules,['Amounts','Order',calc,calc_lexer,calc_parser, yy_transform,zz_counter,zz_transform]}`,
		},
		"TELLER": {
			[]string{"teller/ebin/teller.app", "teller/ebin/teller.beam"},
			`{vsn,"2.0.0"}, {description,"Says what calc has found"}, {registered,[teller]}, {mod,{teller,[]}}, ` +
				`{applications,[kernel,stdlib,calc]}, {modules,[teller]}`,
		},
	} {
		got, dir := untar(t, name)
		if !slices.Equal(got, want.files) {
			t.Errorf("%s: got %q", name, got)
		}
		app := strings.ToLower(name)
		text, err := os.ReadFile(filepath.Join(dir, app, "ebin", app+".app"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(string(text)), " "); got != "{application,"+app+", ["+want.app+"]}." {
			t.Errorf("%s: got %s", name, got)
		}
		for _, name := range got {
			if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || strings.Contains(string(data), ".work/") || strings.Contains(string(data), "sandbox") {
				t.Errorf("%s holds a path of the build (%v)", name, err)
			}
		}
	}
}

// Programs are in the release, not in what is compiled.
func TestPorts(t *testing.T) {
	_, dir := untar(t, "RELEASE")
	for _, name := range []string{"lib/abacus-0.1.0/priv/doubler", "lib/calc-1.4.0/priv/doubler"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o755 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

// The release starts, on the processor that runs the test, and calls the applications in Erlang and the programs in C.
func TestStart(t *testing.T) {
	_, dir := untar(t, "RELEASE")
	data, err := os.ReadFile(filepath.Join(dir, "releases/start_erl.data"))
	if err != nil {
		t.Fatal(err)
	}
	erts, version, _ := strings.Cut(string(data), " ")
	bin, release := filepath.Join(dir, "erts-"+erts, "bin"), filepath.Join(dir, "releases", version)
	cmd := exec.Command(filepath.Join(bin, "erlexec"),
		"-noshell", "-mode", "embedded", "-boot", filepath.Join(release, "start"), "-boot_var", "RELEASE_LIB", filepath.Join(dir, "lib"),
		"-config", filepath.Join(release, "sys"), "-args_file", filepath.Join(release, "vm.args"),
		"-s", "elixir", "start_cli", "-extra", "--no-halt")
	cmd.Env = []string{
		"ROOTDIR=" + dir, "BINDIR=" + bin, "EMU=beam", "PROGNAME=erl", "HOME=" + dir, "LC_ALL=C.UTF-8",
		"RELEASE_ROOT=" + dir, "RELEASE_SYS_CONFIG=" + filepath.Join(release, "sys"),
	}
	out, err := cmd.CombinedOutput()
	want := `[eval: 3, tell: 7, count: 42, modes: {:transformed, :transformed}, origin: :rebar, name: "abacus", twice: 42, order: {:ok, <<165>>}, left: 5, doubled: {8, 10}, versions: [~c"1.4.0", ~c"2.0.0"], running: true]`
	if !strings.Contains(string(out), want) {
		t.Errorf("expected %s in the output:\n%s", want, out)
	}
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("it ended with %v", err)
	}
}
