#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the C toolchain's parts, BusyBox, an initramfs and the targets that are named as arguments (//kernel:vm, say) a
# second time, as a user has them: for the module examples/busybox, in a copy of the workspace in another directory, under
# another output base and other names, and without taking their results from the disk cache. Compares every byte, and runs
# that module's own tests.
#
# OUTPUT_BASE, if it is set, is for that build, and stays.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=(//busybox //image:busybox_initramfs //init //toolchains/musl:sysroot_parts_x86_64 "$@")
groups=--output_groups=+vmlinux,+system_map
# Every action is run again but those of Go, whose programs make the rest.
again=--modify_execution_info='^(?!Go).*$=+no-cache'

copy=$(mktemp -d)
user=$copy/another-directory/examples/busybox
user() { (cd "$user" && ../../bazelw "--output_base=${OUTPUT_BASE:-$copy/output_base}" "$@"); }
finish() {
  [[ ${OUTPUT_BASE-} ]] || user clean --expunge &>/dev/null || :
  rm -rf "$copy"
}
trap finish EXIT

# sums BAZEL REPOSITORY FLAG...: the digests of the files, by their path in the repository.
sums() {
  local files
  "$1" build "$groups" "${@:3}" "${targets[@]/#/$2}" >&2
  files=$("$1" cquery "$groups" "${@:3}" --output=files "$(IFS=+ && echo "${targets[*]/#/$2}")")
  (cd "$("$1" info "${@:3}" execution_root)" && sha256sum $files) | sed -E 's,bazel-out/[^/]*/bin/(external/[^/]*/)?,,'
}

mkdir "$copy/another-directory"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$copy/another-directory"
sums ./bazelw '' >"$copy/first"
sums user @rules_elixir_vm "$again" >"$copy/second"
[[ -s $copy/first ]] || { echo 'reproducible: nothing was built' >&2; exit 1; }
if ! diff "$copy/first" "$copy/second" >&2; then
  echo 'reproducible: the two builds differ (above: < this workspace, > the copy)' >&2
  exit 1
fi
cat "$copy/first"
user test --config=ci "$again" //...
