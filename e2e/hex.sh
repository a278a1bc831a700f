#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes a project with some forty Hex packages and serves them on the loopback interface: the project is built and tested,
# an edit compiles what it must and no more, down to the image, and what cannot be fetched or built is told.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
finish() {
  [[ ! $server ]] || kill "$server" 2>/dev/null || :
  rm -rf "$work"
}
trap finish EXIT

./bazelw build //e2e/hex
cp -L bazel-bin/e2e/hex/hex_/hex "$work/hex"
"$work/hex" make -dir "$work" >"$work/dependents"
"$work/hex" serve -dir "$work/mirror" >"$work/address" &
server=$!
for _ in {1..50}; do
  [[ ! -s $work/address ]] || break
  sleep 0.1
done
mirror=$(<"$work/address")
[[ $mirror ]] || { echo 'hex: the server does not start' >&2; exit 1; }

# The sandbox has a /tmp of its own.
flags=("--override_module=hex_project=$work/project" "--sandbox_add_mount_pair=$work/project" --experimental_repository_downloader_retries=0)
failed=0
wrong() {
  printf 'hex: %s\n' "$@"
  failed=1
}

# build MIRROR TARGETS...
build() { ./bazelw build "${flags[@]}" "--repo_env=HEX_MIRROR=$1" "--execution_log_json_file=$work/log" "${@:2}"; }

# compiled MESSAGE NUMBER: as many applications were not up to date.
compiled() {
  local count
  count=$(grep -cE '"mnemonic": "(MixCompile|ErlangCompile)"' "$work/log" || :)
  echo "hex: $1: $count of 42 applications were compiled"
  [[ ! ${2-} || $count == "$2" ]] || wrong "$1: expected $2"
}

build "$mirror" @hex_project//:shop
compiled 'the project'

# Of the release are all that run, and of those that are not there none.
./bazelw test "${flags[@]}" "--repo_env=HEX_MIRROR=$mirror" @hex_project//:shop_test @hex_project//:release
apps=$(tar -tf bazel-bin/external/hex_project~/release.tar | sed -nE 's,^lib/([a-z_0-9]+)-[^/]*/ebin/$,\1,p' | grep -vE '^(kernel|stdlib|compiler|sasl|elixir|logger|iex|crypto|eex|mix)$' | sort | tr '\n' ' ')
want="chooser configured forked in_c in_erlang jsonish made other $(printf 'pkg%02d ' {1..30})shop wants_other "
[[ $apps == "$want" ]] || wrong "the release has: $apps" "expected:        $want"

# edit MESSAGE APP NUMBER: an edit of APP, which brings new bytes.
edits=()
edit() {
  edits+=(-weight "$2=1000")
  "$work/hex" make -dir "$work" "${edits[@]}" >"$work/dependents"
  build "$mirror" @hex_project//:shop
  compiled "$1" "$3"
}
# dependents PACKAGE: it, and how many applications depend on it.
dependents() { echo $(($(sed -n "s/^$1 //p" "$work/dependents") + 1)); }
edit 'an edit of the project' shop 1
for package in pkg07 pkg30; do
  edit "another $package" "$package" "$(dependents "$package")"
done

# From a line of the project to a new image: these actions and no others. The edit is another one each time, so that no
# cache has its outputs and the time is that of the actions.
build "$mirror" @hex_project//:vm
edits+=(-weight "shop=$(date +%s)")
"$work/hex" make -dir "$work" "${edits[@]}" >/dev/null
start=$(date +%s%N)
build "$mirror" @hex_project//:vm
end=$(date +%s%N)
actions=$(sed -nE 's/^ *"mnemonic": "([^"]*)".*/\1/p' "$work/log" | sort | tr '\n' ' ')
[[ $actions == 'Initramfs Initramfs MixCompile MixRelease VmImage ' ]] || wrong "an edit of the project: a new image took the actions $actions"
printf 'hex: an edit of the project: a new image after %d.%d s, by %s\n' $(((end - start) / 1000000000)) $(((end - start) / 100000000 % 10)) \
  './bazelw build @hex_project//:vm'

# expect MIRROR TARGET TEXT...: it cannot be built, and all these texts say so.
expect() {
  local out text
  if out=$(build "$1" "$2" 2>&1); then
    wrong "$2 was built, expected it to fail"
    return
  fi
  for text in "${@:3}"; do
    grep -qF -- "$text" <<<"$out" || wrong "$2: expected the text: $text" 'got:' "$out"
  done
}

expect "$mirror" @hex_project//broken:missing '404 Not Found' 'missing 1.0.0 cannot be fetched' "$mirror/tarballs/missing-1.0.0.tar" 'HEX_MIRROR='
expect "$mirror" @hex_project//broken:corrupted 'Checksum was' 'corrupted 1.0.0 cannot be fetched'
expect http://127.0.0.1:1 @hex_project//broken:missing 'Connection refused' 'missing 1.0.0 cannot be fetched'
expect '' @hex_project//broken:missing 'missing 1.0.0: no Hex repository is known' 'HEX_MIRROR=' 'hex.lock(repository_url = '
expect "$mirror" @hex_project//broken:no_package 'no_package 1.0.0: the archive has no VERSION: it is not a Hex package'
expect "$mirror" @hex_project//broken:old_format 'old_format 1.0.0: the archive is of version 2 of the format'
expect "$mirror" @hex_project//broken:odd_metadata 'odd_metadata 1.0.0: metadata.config cannot be read: line 1: { without its end'
expect "$mirror" @hex_project//broken:renamed 'other_package 1.0.0: its application is other, and mix.lock calls it renamed'
expect "$mirror" @hex_project//broken:needs_more 'mix.lock has no entry for unlocked, which needs_more depends on' 'hex.override(package = "unlocked"'
expect "$mirror" @hex_project//broken:by_make 'the package by_make 1.0.0 is built with make, and it has neither src/by_make.app.src nor ' 'hex.override(package = "by_make"'
expect "$mirror" @hex_project//broken:from_git 'from_git comes from Git, which is not fetched' 'hex.override(package = "from_git"'
expect "$mirror" @hex_project//broken:without_checksum 'mix.lock has no outer checksum of without_checksum' 'mix deps.get'
expect "$mirror" @hex_project//broken:of_a_company 'of_a_company is of the repository "hexpm:company"'

# Those of the extension itself.
module=$(<"$work/project/MODULE.bazel")
extension() {
  printf '%s\n%s\n' "$module" "$1" >"$work/project/MODULE.bazel"
  expect "$mirror" @hex_project//:shop "${@:2}"
}
extension 'hex.override(package = "plugg", target = "//:forked")' 'hex.override: nothing there is called plugg. It has: absent chooser'
extension 'hex.override(package = "forked", target = "//:shop")' 'hex.override: the package forked is named twice'
extension 'hex.make(package = "jsonish")' 'hex.make: jsonish: name what its makefile makes in nifs or ports'
extension 'hex.make(package = "in_erlang", nifs = ["priv/x.so"])' 'in_erlang 1.0.0: hex.make: it is for packages that Mix builds, and this one is built with rebar3'
extension 'hex.make(package = "in_c", nifs = ["priv/x.so"])' 'hex.make: the package in_c is named twice'
extension 'hex.config(packages = ["forked"], config = "//:config/config.exs")' 'hex.config: no package is fetched for forked'
extension 'hex.override(hub = "hax", package = "forked", target = "//:shop")' 'hub: there is no hex.lock(name = "hax")'
extension 'hex.lock(lock = "//:mix.lock")' 'both have the name "hex"'
extension 'hex.lock(name = "third", lock = "//:BUILD.bazel")' 'BUILD.bazel cannot be read: line 1: unexpected load. `mix deps.get` writes the file'

[[ $failed == 1 ]] || echo 'hex: the project is built, edits compile what they must, and errors are told'
exit $failed
