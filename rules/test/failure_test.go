// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"strings"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

// TestConfigErrors reads what the builds of impossible configurations said.
func TestConfigErrors(t *testing.T) {
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs what Bazel builds: bazel test //rules/test:all")
	}
	for config, parts := range map[string][]string{
		"unknown": {
			`//rules/test:busybox_unknown: step "check" failed: exit status 1`,
			"| rules/test/testdata/unknown.config:3: CONFIG_ECHOO: wanted y, got nothing: unknown option",
			"did you mean CONFIG_ECHO?",
			"| kconfig: 1 of ",
		},
		"dependency": {
			`//rules/test:busybox_dependency: step "check" failed: exit status 1`,
			"| rules/test/testdata/dependency.config:4: CONFIG_FEATURE_FANCY_ECHO: wanted y, got n: dropped: ",
			"| kconfig: 1 of ",
		},
	} {
		t.Run(config, func(t *testing.T) {
			path, err := runfiles.Rlocation(os.Getenv("ERROR_" + config))
			if err != nil {
				t.Fatal(err)
			}
			message, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range parts {
				if !strings.Contains(string(message), part) {
					t.Errorf("expected %q in the message:\n%s", part, message)
				}
			}
		})
	}
}
