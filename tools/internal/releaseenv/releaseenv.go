// SPDX-License-Identifier: Apache-2.0

// Package releaseenv reads the env.sh of a release as far as it needs no
// shell: lines that export a variable with a literal value.
package releaseenv

import (
	"fmt"
	"regexp"
	"strings"
)

// Variable is one that env.sh exports.
type Variable struct{ Name, Value string }

const bare = `[A-Za-z0-9_@%+=:,./-]*`

var (
	ignored = regexp.MustCompile(`^[ \t]*(#.*)?$`)
	// A value is bare, or in single quotes, or in double quotes without what a shell would expand.
	export = regexp.MustCompile(`^[ \t]*export[ \t]+([A-Za-z_][A-Za-z0-9_]*)=(?:(` + bare + `)|'([^']*)'|"([^"$\\` + "`" + `]*)")[ \t]*(?:[ \t]#.*)?$`)
)

// Parse returns the variables in order. One that is exported again keeps its
// last value. Name is that of the file, for messages.
func Parse(name string, data []byte) ([]Variable, error) {
	var variables []Variable
	index := map[string]int{}
	for number, line := range strings.Split(string(data), "\n") {
		strange := strings.ContainsAny(line, "\x00\r")
		if !strange && ignored.MatchString(line) {
			continue
		}
		match := export.FindStringSubmatch(line)
		if match == nil || strange {
			return nil, fmt.Errorf("%s:%d: expected a literal `export NAME=VALUE`, found %q, which needs a shell; "+
				"without one set the variable by the attribute env of vm_image, or do it in config/runtime.exs, "+
				"or start the release by a shell: init = \"busybox\"", name, number+1, line)
		}
		variable := Variable{match[1], match[2] + match[3] + match[4]}
		if at, ok := index[variable.Name]; ok {
			variables[at] = variable
			continue
		}
		index[variable.Name] = len(variables)
		variables = append(variables, variable)
	}
	return variables, nil
}

// Format writes a line NAME=VALUE for each variable.
func Format(variables []Variable) []byte {
	var out strings.Builder
	for _, variable := range variables {
		fmt.Fprintf(&out, "%s=%s\n", variable.Name, variable.Value)
	}
	return []byte(out.String())
}
