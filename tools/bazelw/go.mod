// SPDX-License-Identifier: Apache-2.0

// Pins the rule sets that tools/bazelw/assemble.sh takes from the Go module proxy.
module rules_elixir_vm/tools/bazelw

go 1.24.0

require (
	github.com/bazelbuild/bazel-gazelle v0.43.0
	github.com/bazelbuild/rules_go v0.59.0
)
