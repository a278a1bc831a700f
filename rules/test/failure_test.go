// SPDX-License-Identifier: Apache-2.0

package test

import (
	"testing"

	"rules_elixir_vm/tools/built"
)

// TestConfigErrors reads what the builds of impossible configurations said.
func TestConfigErrors(t *testing.T) {
	built.Messages(t, map[string][]string{
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
	})
}
