// SPDX-License-Identifier: Apache-2.0

// What init is like as a program, and whether all that know its options agree.
package checks

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

func TestProgram(t *testing.T) {
	built.CheckELF(t, "-static", "-no-pie", "-stripped", "-max-size", "40960", "-allow", "/tmp", built.File(t, "INIT"))
}

// Not the first process: it must leave the machine alone.
func TestElsewhere(t *testing.T) {
	out, err := built.Command(t, built.File(t, "INIT")).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !bytes.HasPrefix(out, []byte("init: this is the first process")) {
		t.Errorf("got %v, %s", err, out)
	}
}

// The options' keys in the guide and in the rule are those in the source.
func TestOptions(t *testing.T) {
	source, err := os.ReadFile(built.File(t, "OPTIONS"))
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(built.File(t, "GUIDE"))
	if err != nil {
		t.Fatal(err)
	}
	keys := func(text []byte, pattern string) []string {
		var found []string
		for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			found = append(found, strings.TrimSuffix(string(match[1]), "NAME"))
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	want := keys(source, `(?:same|after)\(key, "([^"]+)"\)`)
	got := keys(guide, "(?m)^\\| `init\\.([^`=]+)`")
	rule, err := os.ReadFile(built.File(t, "RULE"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(rule), "_INIT_OPTIONS = [")
	list, _, _ = strings.Cut(list, "]")
	if known := keys([]byte(list), `"([^"]+)"`); !slices.Equal(known, want) {
		t.Errorf("vm_image.bzl has %q, options.c %q", known, want)
	}
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("the table has %q, options.c %q", got, want)
	}
}
