// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// chdir changes to a new directory with files, so that paths in messages are as a user gave them.
func chdir(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var files = map[string]string{
	"kernel/base.config": "CONFIG_NET=y\nCONFIG_PRINTK=y\nCONFIG_SMP=y # nocheck: one CPU is fine\n",
	"kernel/size.config": "# CONFIG_PRINTK is not set\nCONFIG_TIYN=y\nCONFIG_HIDDEN=y\n",
	"kernel/bad.config":  "CONFIG_NET=y\nCONFIG_NET=n\nnonsense\n",
	"good.config":        "CONFIG_NET=y\n# CONFIG_PRINTK is not set\nCONFIG_TIYN=y\nCONFIG_HIDDEN=y\nCONFIG_SMP=y\n",
	"dropped.config":     "CONFIG_NET=y\nCONFIG_PRINTK=y\n# CONFIG_SMP is not set\n",
	"defined":            "HIDDEN\nNET\nPRINTK\nSMP\nTINY\n",
	"list":               "NET\nOTHER\n",
	"src/Kconfig":        "config NET\nconfig PRINTK\nconfig SMP\nconfig HIDDEN\n",
	"src/sub/Kconfig":    "config TINY\n",
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, args     string
		status         int
		stdout, stderr string
		err            string            // a part of it
		written        map[string]string // "" means: must not exist
	}{
		{
			name: "merge", args: "merge -out all kernel/base.config kernel/size.config",
			written: map[string]string{"all": "CONFIG_NET=y\nCONFIG_SMP=y\n# CONFIG_PRINTK is not set\nCONFIG_TIYN=y\nCONFIG_HIDDEN=y\n"},
		},
		{
			name: "merge, rest off", args: "merge -rest-off list -out all kernel/base.config",
			written: map[string]string{"all": "# CONFIG_OTHER is not set\nCONFIG_NET=y\nCONFIG_PRINTK=y\nCONFIG_SMP=y\n"},
		},
		{name: "merge, bad list", args: "merge -rest-off good.config -out all kernel/base.config", status: 2, err: "good.config:1: ", written: map[string]string{"all": ""}},
		{
			name: "merge bad", args: "merge -out all kernel/bad.config kernel/missing.config", status: 2,
			err: "kernel/bad.config:2: CONFIG_NET=n contradicts CONFIG_NET=y on line 1: keep one of them\n" +
				"kernel/bad.config:3: \"nonsense\" is not an option: expected CONFIG_NAME=value, \"# CONFIG_NAME is not set\" or a comment\n" +
				"kconfig: read fragment: open kernel/missing.config: no such file or directory",
			written: map[string]string{"all": ""},
		},
		{
			name: "check", args: "check -config good.config kernel/base.config kernel/size.config",
		},
		{
			name: "check fails", args: "check -config dropped.config -known defined kernel/base.config kernel/size.config", status: 1,
			stderr: `kernel/base.config:3: warning: CONFIG_SMP: wanted y, got n: dropped: something it "depends on" is off, or another member of its choice won (nocheck: one CPU is fine)
kernel/size.config:1: CONFIG_PRINTK: wanted n, got y: not turned off: another option selects it, or it has no prompt
kernel/size.config:2: CONFIG_TIYN: wanted y, got nothing: unknown option: no Kconfig file defines it; did you mean CONFIG_TINY?
kernel/size.config:3: CONFIG_HIDDEN: wanted y, got n: dropped: it is not in the .config, so something it "depends on" is off
kconfig: 3 of 5 options did not become what the fragments ask for: set what they depend on, correct their names or remove the lines; where a difference is fine, end the line with "# nocheck: reason"
`,
		},
		{
			name: "symbols", args: "symbols -out known src",
			written: map[string]string{"known": "HIDDEN\nNET\nPRINTK\nSMP\nTINY\n"},
		},
		{
			name: "diff", args: "diff good.config dropped.config", status: 1,
			stdout: "-CONFIG_HIDDEN=y\n+CONFIG_PRINTK=y\n-CONFIG_SMP=y\n-CONFIG_TIYN=y\n",
		},
		{name: "same", args: "diff good.config good.config"},
		{name: "no out", args: "merge kernel/base.config", status: 2, err: "-out is missing"},
		{name: "no config", args: "check kernel/base.config", status: 2, err: "-config is missing"},
		{name: "no fragment", args: "merge -out all", status: 2, err: "wrong number of files"},
		{name: "one file", args: "diff good.config", status: 2, err: "wrong number of files"},
		{name: "unknown flag", args: "merge -known list kernel/base.config", status: 2, err: "flag provided but not defined"},
		{name: "unknown command", args: "edit x", status: 2, err: `unknown command "edit"`},
		{name: "no command", status: 2, err: "no command given"},
		{name: "not a source tree", args: "symbols -out known kernel", status: 2, err: "kconfig: kernel: scan for Kconfig files: no symbol found", written: map[string]string{"known": ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			chdir(t, files)
			var stdout, stderr strings.Builder
			status, err := run(strings.Fields(test.args), &stdout, &stderr)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if err == nil && test.err != "" || err != nil && (test.err == "" || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			if stdout.String() != test.stdout {
				t.Errorf("stdout\n%swant\n%s", &stdout, test.stdout)
			}
			if stderr.String() != test.stderr {
				t.Errorf("stderr\n%swant\n%s", &stderr, test.stderr)
			}
			for name, want := range test.written {
				got, err := os.ReadFile(name)
				if string(got) != want || (err == nil) != (want != "") {
					t.Errorf("%s: %q, %v, want %q", name, got, err, want)
				}
			}
			if left, _ := filepath.Glob(".kconfig-*"); left != nil {
				t.Errorf("temporary files left: %v", left)
			}
		})
	}
}
