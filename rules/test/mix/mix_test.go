// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

// What the builds of impossible projects say.
func TestErrors(t *testing.T) {
	const here = "rules/test/mix/"
	built.Messages(t, map[string][]string{
		"compile_error": {
			here + `compile_error/lib/broken.ex:4:5: error: undefined variable "naem"`,
			"naem", // Elixir's own message
			`//rules/test/mix:compile_error: step "mix compile" failed: exit status 1`,
		},
		"erlang_error": {here + "erlang_error/src/broken.erl:5:", "variable 'X' is unbound"},
		"missing_program": {
			`//rules/test/mix:missing_program: the program "paint" is not there: of programs Mix finds those that the attribute tools names, and no others. ` +
				`Name a target for it, tools = {"paint": "//…"}`,
		},
		"mix_exs_error": {"//rules/test/mix:mix_exs_error: " + here + "mix_exs_error/mix.exs:6:19: ", "syntax error before: 'version:'"},
		"config_error":  {here + "broken_config.exs:4", "undefined variable \"limit\""},
		"missing_import": {
			here + "shop/config/config.exs:4",
			`could not read file "rules/test/mix/shop/config/prod.exs": no such file or directory`,
			"Add the file to config_srcs",
		},
		"warning":    {here + "warning/lib/warning.ex:3:", `variable "unused" is unused`},
		"umbrella":   {"//rules/test/mix:umbrella: mix.exs is that of an umbrella. Write a mix_library for each application in apps/"},
		"other_name": {`//rules/test/mix:other_name: the application of mix.exs is :store, not :shop. Write app = "store"`},
		"undeclared_dependency": {
			"//rules/test/mix:undeclared_dependency: mix.exs needs the application :store, which deps does not provide. " +
				`Add its mix_library to deps, such as "//rules/test/mix/store"`,
		},
		"hex_dependency": {
			"//rules/test/mix:hex_dependency: mix.exs needs the application :store, which deps does not provide. " +
				`Add its mix_library to deps, such as "@hex//:store"`,
		},
		"makefile": {
			"//rules/test/mix:makefile: mix.exs has the compiler :elixir_make, and the target has no native code. Write a target with the rule elixir_make",
		},
		"unknown_dependency": {"//rules/test/mix:unknown_dependency: deps names the application :otp_app, and mix.exs does not."},
		"old_dependency": {
			"//rules/test/mix:old_dependency: the dependency :store in mix.exs: the dependency does not match the requirement " +
				`"~> 2.0", got "1.2.0"`,
		},
		"no_such_release": {
			`//rules/test/mix:no_such_release: mix.exs has no release "third". Give the attribute release one of its names: "shop", "second"`,
		},
		"not_umbrella":  {"//rules/test/mix:not_umbrella: mix_exs is not that of an umbrella. Take the attribute away"},
		"runtime_error": {here + "broken_runtime.exs:4", "missing terminator: ]"},
		"missing_otp_app": {
			"//rules/test/mix:missing_otp_app: the release needs the application :ssl of Erlang/OTP (for :otp_app), which " +
				"//rules/test/mix:otp_without_ssl was built without. Add \"ssl\" to the apps of that target",
		},
		"native_library": {
			"//rules/test/mix:native_library: the application :native has the native library priv/native.so, which //erlang:erlang, " +
				"a static Erlang/OTP, cannot load",
		},
		"other_config": {
			"the application :store has a different value set for key :limit during runtime compared to compile time",
			"Give its mix_library the config of the release",
		},
	})
}

// untar unpacks the tar of that name, and returns the members' names and the directory.
func untar(t *testing.T, name string) ([]string, string) {
	t.Helper()
	in, err := os.Open(built.Files(t, name)[0])
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	dir := t.TempDir()
	var names []string
	for r := tar.NewReader(in); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, dir
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		if !filepath.IsLocal(header.Name) {
			t.Fatalf("strange name %q", header.Name)
		}
		disk := filepath.Join(dir, header.Name)
		switch header.Typeflag {
		case tar.TypeDir:
			if err := os.MkdirAll(disk, 0o755); err != nil {
				t.Fatal(err)
			}
		case tar.TypeReg:
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(disk, data, header.FileInfo().Mode()); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is neither a file nor a directory", header.Name)
		}
	}
}

func TestLibraries(t *testing.T) {
	for name, want := range map[string][]string{
		"STORE": {"store/", "store/ebin/", "store/ebin/Elixir.Store.beam", "store/ebin/store.app"},
		"SHOP": {
			"shop/", "shop/ebin/", "shop/ebin/Elixir.Shop.Application.beam", "shop/ebin/Elixir.Shop.Price.Integer.beam",
			"shop/ebin/Elixir.Shop.Price.beam", "shop/ebin/Elixir.Shop.beam", "shop/ebin/shop.app", "shop/ebin/shop_erl.beam",
			"shop/include/", "shop/include/shop.hrl", "shop/priv/", "shop/priv/price",
		},
		// What compilers of the project and of a dependency have made is compiled, too.
		"GENERATED": {
			"generated/", "generated/ebin/", "generated/ebin/Elixir.Generated.Colours.beam", "generated/ebin/Elixir.Generated.beam",
			"generated/ebin/Ticket.beam", "generated/ebin/generated.app", "generated/ebin/shades.beam",
		},
	} {
		if got, _ := untar(t, name); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// What an application names as its own needs: not what only its compilation does, and optional ones as such.
func TestApplications(t *testing.T) {
	for name, want := range map[string]string{
		"BUYER": "{applications,[kernel,stdlib,elixir]}",
		"WEB":   "{optional_applications,[absent]}",
	} {
		_, dir := untar(t, name)
		app := strings.ToLower(name)
		data, err := os.ReadFile(filepath.Join(dir, app, "ebin", app+".app"))
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(strings.Fields(string(data)), ""); !strings.Contains(text, want) {
			t.Errorf("%s: expected %s in %s", app, want, text)
		}
	}
}

func TestRelease(t *testing.T) {
	names, dir := untar(t, "RELEASE")
	for _, want := range []string{
		"bin/shop", "lib/shop-1.2.0/ebin/Elixir.MixRelease.RuntimeConfig.beam", "lib/shop-1.2.0/priv/price", "lib/store-1.2.0/ebin/store.app", "motd", "releases/COOKIE", "releases/start_erl.data",
		"releases/1.2.0/consolidated/Elixir.Shop.Price.beam", "releases/1.2.0/start.boot",
		"releases/1.2.0/sys.config", "releases/1.2.0/vm.args",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for _, name := range names {
		disk := filepath.Join(dir, name)
		switch path.Ext(name) {
		case ".bat", ".hrl", ".script", ".gz":
			t.Errorf("%s is of no use", name)
		case ".beam":
			checkBeam(t, name, disk)
		case ".config", ".rel", ".app", ".boot":
			if data, err := os.ReadFile(disk); err != nil || bytes.Contains(data, []byte("sandbox")) || bytes.Contains(data, []byte(".work/")) {
				t.Errorf("%s holds a path of the build (%v)", name, err)
			}
		}
	}
	if cookie, err := os.ReadFile(filepath.Join(dir, "releases/COOKIE")); string(cookie) != "given" {
		t.Errorf("the cookie is %q (%v)", cookie, err)
	}
	if args, err := os.ReadFile(filepath.Join(dir, "releases/1.2.0/vm.args")); !bytes.Contains(args, []byte("\n+P 70001\n-shop release shop\n")) {
		t.Errorf("vm.args is not of rel/vm.args.eex: %q (%v)", args, err)
	}

	for _, name := range built.Files(t, "RELEASE_FILES") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(name) {
		case ".env":
			if string(data) != "SHOP=shop open\n" {
				t.Errorf("env: got %q", data)
			}
		case ".json":
			var metadata struct {
				Name         string            `json:"name"`
				Version      string            `json:"version"`
				Erts         string            `json:"erts_version"`
				Otp          string            `json:"otp_version"`
				Openssl      string            `json:"openssl_version"`
				Elixir       string            `json:"elixir_version"`
				Applications map[string]string `json:"applications"`
			}
			if err := json.Unmarshal(data, &metadata); err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			if metadata.Name != "shop" || metadata.Version != "1.2.0" || metadata.Applications["store"] != "1.2.0" ||
				metadata.Elixir != metadata.Applications["elixir"] || !slices.Contains(names, "erts-"+metadata.Erts+"/bin/beam.smp") || metadata.Otp == "" || !strings.HasPrefix(metadata.Openssl, "3.") {
				t.Errorf("metadata: got %s", data)
			}
			for app, version := range metadata.Applications {
				if !slices.Contains(names, "lib/"+app+"-"+version+"/ebin/"+app+".app") {
					t.Errorf("metadata: %s %s is not in the release", app, version)
				}
			}
		}
	}
}

// A release that asks for compressed files and names an application that no other needs.
func TestEverything(t *testing.T) {
	names, dir := untar(t, "EVERYTHING")
	for _, want := range []string{"bin/everything", "lib/otp_app-1.2.0/ebin/Elixir.OtpApp.beam", "lib/store-1.2.0/ebin/store.app", "lib/web-1.2.0/ebin/web.app", "releases/1.2.0/runtime.exs"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for _, name := range names {
		if path.Ext(name) == ".beam" {
			checkBeam(t, name, filepath.Join(dir, name))
		}
	}
}

// A release that the mix.exs of an umbrella has.
func TestUmbrella(t *testing.T) {
	names, _ := untar(t, "PLATFORM")
	for _, want := range []string{
		"bin/platform", "lib/otp_app-1.2.0/ebin/otp_app.app", "lib/store-1.2.0/ebin/store.app", "lib/web-1.2.0/ebin/web.app", "releases/3.0.0/start.boot",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

// Of several releases in mix.exs each is one target. This one has strip_beams: false.
func TestSecond(t *testing.T) {
	names, dir := untar(t, "SECOND")
	if beam, err := os.ReadFile(filepath.Join(dir, "lib/shop-1.2.0/ebin/Elixir.Shop.beam")); !bytes.Contains(beam, []byte("Dbgi")) {
		t.Errorf("Elixir.Shop.beam is stripped (%v)", err)
	}
	for _, want := range []string{"bin/second", "lib/shop-1.2.0/ebin/shop.app"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if slices.Contains(names, "bin/shop") {
		t.Error("there is bin/shop, of the other release")
	}
}

// A release with tests compiles the application once more, with the same tools.
func TestGeneratedSuite(t *testing.T) {
	names, _ := untar(t, "GENERATED_SUITE")
	for _, want := range []string{"lib/generated-0.1.0/ebin/Elixir.Generated.Colours.beam", "lib/generated-0.1.0/ebin/shades.beam"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

// checkBeam looks for compression and for paths of the build.
func checkBeam(t *testing.T, name, disk string) {
	data, err := os.ReadFile(disk)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(data, []byte("FOR1")) {
		t.Errorf("%s is compressed, or no BEAM file", name)
		return
	}
	for at := 12; at+8 <= len(data); {
		id, size := string(data[at:at+4]), int(binary.BigEndian.Uint32(data[at+4:]))
		if slices.Contains([]string{"Dbgi", "Docs"}, id) {
			t.Errorf("%s is not stripped: it has %s", name, id)
		}
		at += 8 + (size+3)&^3
	}
	if bytes.Contains(data, []byte(".work/")) {
		t.Errorf("%s holds a path of the build", name)
	}
}

// The release starts, on the processor that runs the test, as its script would start it.
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
		"RELEASE_ROOT=" + dir, "RELEASE_SYS_CONFIG=" + filepath.Join(release, "sys"), "SHOP=open",
	}
	out, err := cmd.CombinedOutput()
	want := `[price: 3, consolidated: true, limit: 20, where: "rules/test/mix/store/lib", erlang: 42, priv: "free", runtime: "open", env: :prod]`
	if !strings.Contains(string(out), want) {
		t.Errorf("expected %s in the output:\n%s", want, out)
	}
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("it ended with %v", err)
	}
}

// run starts a test as Bazel would, with further variables of the environment.
func run(t *testing.T, variable string, env ...string) (out string, exit int) {
	t.Helper()
	cmd := exec.Command(built.Files(t, variable)[0])
	cmd.Dir = filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"))
	cmd.Env = append([]string{"RUNFILES_DIR=" + os.Getenv("TEST_SRCDIR"), "TEST_TMPDIR=" + t.TempDir()}, env...)
	text, err := cmd.CombinedOutput()
	if exit := (&exec.ExitError{}); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// A test of ExUnit that fails is a test of Bazel that fails, and shows why.
func TestFailingTest(t *testing.T) {
	out, exit := run(t, "FAILING_TEST")
	if exit != 1 {
		t.Errorf("it ended with %d", exit)
	}
	for _, part := range []string{
		"assert Store.limit() == 21", "test/store_test.exs:12", "2 tests, 1 failure", "//rules/test/mix:failing_store_test: mix test ended with exit status 2",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("expected %q in the output:\n%s", part, out)
		}
	}
}

// outcome of a test case in JUnit's XML.
type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type report struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		File  string `xml:"file,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Class   string   `xml:"classname,attr"`
			Name    string   `xml:"name,attr"`
			Line    int      `xml:"line,attr"`
			Failure *outcome `xml:"failure"`
			Error   *outcome `xml:"error"`
			Skipped *outcome `xml:"skipped"`
			Out     string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// runReport runs the tests of report and returns what they report, nil if they have not.
func runReport(t *testing.T, variable string, env ...string) (r *report, out string, exit int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.xml")
	out, exit = run(t, variable, append(env, "XML_OUTPUT_FILE="+file)...)
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, out, exit
	}
	r = &report{}
	if err == nil {
		err = xml.Unmarshal(data, r)
	}
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, data, out)
	}
	return r, out, exit
}

// states returns what became of each test.
func (r *report) states() map[string]string {
	states := map[string]string{}
	for _, suite := range r.Suites {
		for _, c := range suite.Cases {
			state := "passed"
			switch {
			case c.Failure != nil:
				state = "failed"
			case c.Error != nil:
				state = "invalid"
			case c.Skipped != nil:
				state = c.Skipped.Message
			}
			states[strings.TrimPrefix(c.Class, "Report.")+" "+strings.TrimPrefix(c.Name, "test ")] = state
		}
	}
	return states
}

var reportStates = map[string]string{
	"FailingTest exits":                            "failed",
	"FailingTest fails":                            "failed",
	"FailingTest is excluded":                      "due to slow filter",
	"FailingTest is skipped":                       "due to skip tag",
	"FailingTest raises":                           "failed",
	"PassingTest doubles %{n: 1}":                  "passed",
	"PassingTest doubles %{n: 2}":                  "passed",
	"PassingTest half of <two> & \"more\" %{n: 1}": "passed",
	"PassingTest half of <two> & \"more\" %{n: 2}": "passed",
	"SetupTest is never run":                       "invalid",
}

func TestReport(t *testing.T) {
	r, out, exit := runReport(t, "FAILING_REPORT_TEST")
	checkReport(t, "//rules/test/mix:failing_report_test", r, out)
	if exit != 1 {
		t.Errorf("it ended with %d", exit)
	}
}

// The machine reports the same.
func TestMachine(t *testing.T) {
	needsMachine(t)
	r, out, exit := runReport(t, "FAILING_REPORT_VM_TEST")
	checkReport(t, "//rules/test/mix:failing_report_vm_test", r, out)
	if exit != 15 || !strings.Contains(out, "exit_code: ") || !strings.Contains(out, "the guest's exit code is 2, expected 0") {
		t.Errorf("it ended with %d:\n%s", exit, out)
	}
}

func TestMachineFilter(t *testing.T) {
	needsMachine(t)
	for _, c := range []struct {
		env  []string
		ran  []string
		text string
	}{
		{env: []string{"TESTBRIDGE_TEST_ONLY=doubles|of <two>$"}, ran: []string{"doubles %{n: 1}", "doubles %{n: 2}"}},
		{
			env: []string{"TESTBRIDGE_TEST_ONLY=rules/test/mix/report/test/passing_test.exs:5", "TEST_TOTAL_SHARDS=2", "TEST_SHARD_INDEX=0"},
			ran: []string{"doubles %{n: 1}", "doubles %{n: 2}"},
		},
		{env: []string{"TEST_TOTAL_SHARDS=4", "TEST_SHARD_INDEX=3"}, text: "There are no tests to run"},
	} {
		r, out, exit := runReport(t, "FAILING_REPORT_VM_TEST", c.env...)
		if ran := ran(r); exit != 0 || !slices.Equal(ran, c.ran) || !strings.Contains(out, c.text) {
			t.Errorf("%v: it ended with %d, having run %q:\n%s", c.env, exit, ran, out)
		}
	}
}

// ran returns the tests that have run, besides those that were left out.
func ran(r *report) []string {
	var ran []string
	if r != nil {
		for name, state := range r.states() {
			if !strings.HasPrefix(state, "due to ") {
				ran = append(ran, strings.TrimPrefix(name, "PassingTest "))
			}
		}
		slices.Sort(ran)
	}
	return ran
}

func needsMachine(t *testing.T) {
	t.Helper()
	if os.Getenv("FAILING_REPORT_VM_TEST") == "" {
		t.Skip("needs a machine: bazel test //rules/test/mix:mix_vm_test")
	}
}

func checkReport(t *testing.T, label string, r *report, out string) {
	t.Helper()
	if r == nil {
		t.Fatalf("there is no report:\n%s", out)
	}
	if got := r.states(); !maps.Equal(got, reportStates) {
		t.Errorf("got %v", got)
	}
	if r.Name != label || r.Tests != 10 || r.Failures != 3 || r.Errors != 1 || r.Skipped != 2 {
		t.Errorf("got %q, %d tests, %d failures, %d errors, %d skipped", r.Name, r.Tests, r.Failures, r.Errors, r.Skipped)
	}
	failing := r.Suites[0]
	if failing.Name != "Report.FailingTest" || failing.File != "rules/test/mix/report/test/failing_test.exs" || failing.Tests != 5 {
		t.Errorf("got %q in %q with %d tests", failing.Name, failing.File, failing.Tests)
	}
	for i, want := range []struct {
		name, kind string
		parts      []string
	}{
		{"test fails", "ExUnit.AssertionError", []string{"Assertion with == failed", "left:  2\n", "test/failing_test.exs:10: (test)"}},
		{"test raises", "RuntimeError", []string{"control \uFFFD[31m characters, \uFFFD and ]]>", "test/failing_test.exs:14: (test)"}},
		{"test exits", ":exit", []string{"** (exit) :gone", "test/failing_test.exs:18: (test)"}},
	} {
		c := failing.Cases[i]
		if c.Name != want.name || c.Failure == nil || c.Failure.Type != want.kind {
			t.Errorf("got %+v, expected %+v", c, want)
			continue
		}
		for _, part := range want.parts {
			if !strings.Contains(c.Failure.Text, part) {
				t.Errorf("%s: expected %q in\n%s", c.Name, part, c.Failure.Text)
			}
		}
	}
	if c := failing.Cases[0]; c.Line != 8 || !strings.Contains(c.Out, "what was logged") || !strings.Contains(c.Failure.Message, "** (ExUnit.AssertionError) \n\nAssertion") {
		t.Errorf("got %+v with the message %q", c, c.Failure.Message)
	}
	if e := r.Suites[2].Cases[0].Error; e.Type != "File.Error" || !strings.Contains(e.Text, "failure on setup_all callback") {
		t.Errorf("got %+v", e)
	}
}

// Each test runs in one shard, the same each time.
func TestShards(t *testing.T) {
	got := map[string]string{}
	for shard, tests := range []int{5, 4, 1, 0} {
		status := filepath.Join(t.TempDir(), "status")
		r, out, exit := runReport(t, "FAILING_REPORT_TEST", "TEST_TOTAL_SHARDS=4", fmt.Sprint("TEST_SHARD_INDEX=", shard), "TEST_SHARD_STATUS_FILE="+status)
		if _, err := os.Stat(status); err != nil {
			t.Errorf("shard %d does not tell that it is one: %v", shard, err)
		}
		switch {
		case tests == 0:
			if r != nil || exit != 0 || !strings.Contains(out, "There are no tests to run") {
				t.Errorf("shard %d ended with %d and the report %v:\n%s", shard, exit, r, out)
			}
		case r == nil:
			t.Errorf("shard %d has no report:\n%s", shard, out)
		default:
			if r.Tests != tests {
				t.Errorf("shard %d has run %d tests, expected %d", shard, r.Tests, tests)
			}
			maps.Copy(got, r.states())
		}
	}
	if !maps.Equal(got, reportStates) {
		t.Errorf("got %v", got)
	}
}

func TestCoverage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "coverage.dat")
	_, out, exit := runReport(t, "FAILING_REPORT_TEST", "COVERAGE_OUTPUT_FILE="+file, "TESTBRIDGE_TEST_ONLY=doubles")
	got, err := os.ReadFile(file)
	// The function double ran once for each of two tests, half never.
	const want = "SF:rules/test/mix/report/lib/report.ex\nDA:3,2\nDA:4,0\nLH:1\nLF:2\nend_of_record\n"
	if err != nil || exit != 0 || string(got) != want {
		t.Errorf("it ended with %d, %v and\n%s\n%s", exit, err, got, out)
	}
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		filter string
		env    []string
		// ran are the tests that have run, besides those that were left out.
		ran  []string
		exit int
		text string
	}{
		{
			filter: "double|^test half .*<two>",
			ran:    []string{"doubles %{n: 1}", "doubles %{n: 2}", `half of <two> & "more" %{n: 1}`, `half of <two> & "more" %{n: 2}`},
		},
		{filter: "test/passing_test.exs:5", ran: []string{"doubles %{n: 1}", "doubles %{n: 2}"}},
		{
			filter: "rules/test/mix/report/test/passing_test.exs:10", env: []string{"TEST_TOTAL_SHARDS=2", "TEST_SHARD_INDEX=0"},
			ran: []string{`half of <two> & "more" %{n: 1}`, `half of <two> & "more" %{n: 2}`},
		},
		{filter: "test/passing_test.exs", env: []string{"TEST_TOTAL_SHARDS=2", "TEST_SHARD_INDEX=1"}, text: "are tested by the first shard"},
		{filter: "tripled", exit: 1, text: "No test has a name that matches --test_filter=tripled"},
		{filter: "double", env: []string{"TEST_TOTAL_SHARDS=2", "TEST_SHARD_INDEX=0"}, text: "All tests have been excluded."},
		{filter: "test/other_test.exs", exit: 1, text: `did not match any directory/file: test/other_test.exs`},
		{
			filter: "doubles (", exit: 1,
			text: "//rules/test/mix:failing_report_test: --test_filter=doubles ( is neither a file nor a regular expression: missing )",
		},
	} {
		r, out, exit := runReport(t, "FAILING_REPORT_TEST", append(c.env, "TESTBRIDGE_TEST_ONLY="+c.filter)...)
		if ran := ran(r); exit != c.exit || !slices.Equal(ran, c.ran) || !strings.Contains(out, c.text) {
			t.Errorf("%s %v: it ended with %d, having run %q:\n%s", c.filter, c.env, exit, ran, out)
		}
	}
}
