#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Goes through docs/quickstart.md with the files of that page: a project outside of this workspace, made by Mix, is a module
# of its own in which Gazelle runs and everything resolves. What it has there is then built, tested and booted as a module
# of this workspace, for under the user's module Bazel would build all toolchains once more.
#
# OUTPUT_BASE, if it is set, is for the user's module, and stays.
set -euo pipefail
cd "$(dirname "$0")/.."
guide=$PWD/docs/quickstart.md
work=$(mktemp -d)
server=
finish() {
  [[ ! $server ]] || kill "$server" 2>/dev/null || :
  [[ ${OUTPUT_BASE-} ]] || user clean --expunge &>/dev/null || :
  rm -rf "$work"
}
trap finish EXIT

# Bazel in the user's module.
user() { (cd "$work/shop" && ../rules_elixir_vm/bazelw "--output_base=${OUTPUT_BASE:-$work/output_base}" "$@"); }

die() {
  printf 'quickstart: %s\n' "$@" >&2
  exit 1
}

# block NAME [N]: the code of the guide, the Nth with that name, after a line that begins with `NAME`.
block() {
  local code
  code=$(awk -v want="$1" -v n="${2:-1}" '
    inside && /^```$/ { exit }
    inside
    /^```/ && armed { inside = 1 }
    index($0, "`" want "`") == 1 || index($0, "In `" want "`") == 1 { if (--n == 0) armed = 1 }
  ' "$guide")
  [[ $code ]] || die "the guide has no code for $1 any more"
  printf '%s\n' "$code"
}

# says COMMAND: it is one of the guide's.
says() { grep -qxF -- "    $1" "$guide" || die "the guide no longer says: $1"; }

# --- What Hex and the network would give.
./bazelw build //e2e/hex
cp -L bazel-bin/e2e/hex/hex_/hex "$work/hex"
"$work/hex" quickstart -dir "$work"
"$work/hex" serve -dir "$work/mirror" >"$work/address" &
server=$!
for _ in {1..50}; do
  [[ ! -s $work/address ]] || break
  sleep 0.1
done
HEX_MIRROR=$(<"$work/address")
[[ $HEX_MIRROR ]] || die 'the server does not start'
export HEX_MIRROR
ln -s "$PWD" "$work/rules_elixir_vm"

# --- 1. A Mix project.
says 'mix new shop --sup'
# Any project's Mix will do; the environment is one that this one has a configuration for.
MIX_ENV=prod ./bazelw run //rules/test/mix:shop_mix -- new "$work/shop" --sup
[[ -e $work/shop/lib/shop/application.ex ]] || die 'mix new made no application'
block mix.exs >"$work/deps"
awk -v deps="$work/deps" '
  /^  defp deps do$/ { while ((getline line < deps) > 0) print line; skip = 1 }
  ! skip
  skip && /^  end$/ { skip = 0 }
' "$work/shop/mix.exs" >"$work/mix.exs"
grep -q ':jason' "$work/mix.exs" || die 'mix.exs has no deps/0 to fill'
cp "$work/mix.exs" "$work/mix.lock" "$work/shop"
block lib/shop/application.ex >"$work/shop/lib/shop/application.ex"

# --- 2. A Bazel module.
for file in MODULE.bazel .bazelrc .bazelignore; do
  block "$file" >"$work/shop/$file"
done
says "echo $(<.bazelversion) > .bazelversion"
cp .bazelversion "$work/shop"

# --- 3. BUILD files, by Gazelle.
says 'bazel run @rules_elixir_vm//gazelle'
cd "$work/shop"
user run @rules_elixir_vm//gazelle
diff <(block BUILD.bazel) BUILD.bazel || die 'Gazelle has written something else (above: < the guide, > Gazelle)'

# --- 4. An image. Gazelle leaves it, and the rest, alone.
block BUILD.bazel 2 >>BUILD.bazel
cp BUILD.bazel "$work/BUILD.bazel"
user run @rules_elixir_vm//gazelle
[[ $(grep -c '^vm_image($' BUILD.bazel) == 1 ]] || die 'Gazelle took the image out' "$(<BUILD.bazel)"
cp BUILD.bazel "$work/again"
user run @rules_elixir_vm//gazelle
cmp BUILD.bazel "$work/again" || die 'Gazelle changes its own BUILD.bazel'

# --- 5. Everything resolves in the user's module; in this workspace it is tested.
says 'bazel test //...'
user build --nobuild //...
cd "$work/rules_elixir_vm"
# As a dependency a module needs a name.
printf 'module(name = "hex_project")\n' | cat - "$work/shop/MODULE.bazel" >"$work/MODULE.bazel"
cp "$work/MODULE.bazel" "$work/shop"
./bazelw test "--override_module=hex_project=$work/shop" "--sandbox_add_mount_pair=$work/shop" @hex_project//:all
echo 'quickstart: Gazelle writes what the guide shows, the tests pass, and the machine boots'
