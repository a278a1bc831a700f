#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the C toolchain's parts, BusyBox, an initramfs and the targets that are named as arguments (//kernel:vm, say) a
# second time, in a copy of the workspace in another directory (and so under another output base), without taking their
# results from the disk cache, and compares every byte.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=(//busybox //image:busybox_initramfs //init //toolchains/musl:sysroot_parts_x86_64 "$@")
groups=--output_groups=+vmlinux,+system_map
# Every action is run again but those of Go, whose programs make the rest.
again='^(?!Go).*$'

copy=$(mktemp -d)
finish() {
  (cd "$copy/another-directory" && ./bazelw clean --expunge) &>/dev/null || :
  rm -rf "$copy"
}
trap finish EXIT

# Paths are relative to the execution root, and so the same in both.
sums() {
  local files
  ./bazelw build "$groups" "$@" "${targets[@]}" >&2
  files=$(./bazelw cquery "$groups" "$@" --output=files "$(IFS=+ && echo "${targets[*]}")")
  sha256sum $files
}

mkdir "$copy/another-directory"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$copy/another-directory"
sums >"$copy/first"
(cd "$copy/another-directory" && sums "--modify_execution_info=$again=+no-cache") >"$copy/second"
[[ -s $copy/first ]] || { echo 'reproducible: nothing was built' >&2; exit 1; }
if ! diff "$copy/first" "$copy/second" >&2; then
  echo 'reproducible: the two builds differ (above: < this workspace, > the copy)' >&2
  exit 1
fi
cat "$copy/first"
