// SPDX-License-Identifier: Apache-2.0
module rules_elixir_vm

go 1.24.0

require (
	github.com/ProtonMail/go-crypto v1.3.0
	github.com/bazelbuild/bazel-gazelle v0.43.0
	github.com/bazelbuild/buildtools v0.0.0-20260904073137-eaa4d125b423
	github.com/bazelbuild/rules_go v0.59.0
	github.com/bluekeyes/go-gitdiff v0.9.0
	github.com/cavaliergopher/cpio v1.0.1
	github.com/creack/pty v1.1.24
	github.com/klauspost/compress v1.18.0
	github.com/ulikunitz/xz v0.5.17
	golang.org/x/sys v0.35.0
	golang.org/x/term v0.34.0
	google.golang.org/protobuf v1.36.3
	pault.ag/go/debian v0.18.0
)

require (
	github.com/cloudflare/circl v1.6.0 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/google/safeopen v0.0.0-20260327150837-43626d6f4685 // indirect
	golang.org/x/crypto v0.33.0 // indirect
	golang.org/x/mod v0.23.0 // indirect
	golang.org/x/tools/go/vcs v0.1.0-deprecated // indirect
	pault.ag/go/topsort v0.1.1 // indirect
)

tool github.com/bazelbuild/buildtools/buildifier
