// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	const table = "## Known violations\n| id | mnemonic | where | pattern | why |\n|---|---|---|---|---|\n"
	const aquery = `{"actions": [{"mnemonic": "A", "targetId": 1, "arguments": ["/bin/sh"]}], "targets": [{"id": 1, "label": "//:a"}]}`
	for _, test := range []struct {
		name, args, list, stdin string
		status                  int
		stdout, err             string
	}{
		{"known", "-allow list.md", table + "| sh | A | argument | `/bin/sh` | scripts |\n", aquery, 0, "hermeticity: 1 actions use nothing of the host but what list.md lists\n", ""},
		{"unknown", "-allow list.md", table, aquery, 1, `A: argument /bin/sh: in 1 actions, e.g. of //:a
hermeticity: 1 host paths in the actions are not in the list: make the actions use declared inputs instead, or, if a path has to stay, add a row for it under "## Known violations" in list.md
`, ""},
		{"bad list", "-allow list.md", "", aquery, 2, "", "list.md: the heading"},
		{"bad input", "-allow list.md", table, aquery[:20], 2, "", "read the output of bazel aquery"},
		{"no list", "-allow other.md", table, aquery, 2, "", "read the list of known host paths: open other.md"},
		{"no flag", "", table, aquery, 2, "", "usage"},
		{"too many arguments", "-allow list.md x", table, aquery, 2, "", "usage"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("list.md", []byte(test.list), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr strings.Builder
			status, err := run(strings.Fields(test.args), strings.NewReader(test.stdin), &stdout, &stderr)
			if status != test.status || stdout.String() != test.stdout {
				t.Errorf("status %d\n%swant %d\n%s", status, &stdout, test.status, test.stdout)
			}
			if err == nil && test.err != "" || err != nil && (test.err == "" || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
}
