#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of bazelw that need neither network nor privileges: which Bazel it chooses, what it passes on, what it says when
# something is missing. Programs of the host are hidden, and stood in for, by PATH.
#
# shellcheck disable=SC2016  # the stand-ins expand their own variables
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
bazelw=$here/../../bazelw
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
failures=0

# check NAME STATUS TEXT COMMAND...: COMMAND must end with STATUS and print TEXT; with !TEXT, must not print TEXT.
check() {
  local name=$1 want=$2 text=$3 status=0 output printed=yes
  output=$("${@:4}" 2>&1) || status=$?
  [[ $output == *"${text#!}"* ]] || printed=no
  if [[ $status != "$want" || $printed == $([[ $text == !* ]] && echo yes || echo no) ]]; then
    printf 'FAIL %s: status %s (want %s), output (want %s):\n%s\n' "$name" "$status" "$want" "$text" "$output"
    failures=$((failures + 1))
  fi
}

# script PATH: makes an executable of standard input.
script() {
  { echo '#!/bin/bash'; cat; } >"$1"
  chmod +x "$1"
}

# A PATH with what bazelw may use, and no more.
new_path() {
  local tool
  rm -rf "${tmp:?}/bin"
  mkdir "$tmp/bin"
  for tool in bash cat chmod cut dirname env grep mkdir mktemp mv realpath rm sed sha256sum stat tail timeout uname \
    apt-get apt-cache apt-config dpkg-deb flock tar mount unshare; do
    tool=$(type -P "$tool") || continue
    ln -s "$tool" "$tmp/bin"
  done
}
run() { env -i PATH="$tmp/bin" HOME="$tmp" XDG_CACHE_HOME="$tmp/cache" "$@"; }

mkdir -p "$tmp/ws/sub"
cd "$tmp/ws/sub"
echo 'module(name = "x")' >../MODULE.bazel
fake_bazel='case "$1 $2" in
  "--version ") echo "bazel ${VERSION-7.7.1}" ;;
  "mod graph") echo asked >>"$HOME/asked"; echo "ERROR: at https://me:secret@registry/" >&2; exit "${REGISTRY-0}" ;;
  *) printf "<%s>" "$0" "$@"; cat; exit 7 ;;
esac'

# --- The Bazel of the host.
new_path
script "$tmp/bin/bazel" <<<"$fake_bazel"
check 'arguments, input and status pass through' 7 "bin/bazel><run><a b><><//x>typed" run "$bazelw" run 'a b' '' //x <<<typed
check 'no arguments' 7 'bin/bazel>' run "$bazelw" </dev/null
check 'the registry is asked once' 0 asked cat "$tmp/asked"
[[ $(wc -l <"$tmp/asked") == 1 ]] || check 'the registry is asked once' 0 once cat "$tmp/asked"
script "$tmp/bin/bazelisk" <<<"$fake_bazel"
check 'bazelisk comes first' 7 "bin/bazelisk><info>" run "$bazelw" info </dev/null
script "$tmp/bin/bazelisk" <<<'exit 1'
check 'a broken bazelisk hides no bazel' 7 "bin/bazel><info>" run "$bazelw" info </dev/null
script "$tmp/bin/bazelisk" <<<"$fake_bazel"
check 'relative cache' 1 'not an absolute path' run XDG_CACHE_HOME=c "$bazelw" info
check 'usage is for wrong calls only' 1 '!usage' run XDG_CACHE_HOME=c "$bazelw" info
check 'unknown BAZELW' 1 'usage: [BAZELW=auto|host|assembled]' run BAZELW=mine "$bazelw" info

# --- The assembled Bazel. unshare prints what it would run.
digest=$(cd "$here" && cat assemble.sh packages.txt go.mod go.sum bazelrc go.bazelrc ./*.bzl | sha256sum)
share=$tmp/cache/rules_elixir_vm/bazel-${digest:0:16}/usr/share/bazelw
mkdir -p "$share"
echo here >"$share/stamp"
rm "$tmp/bin/unshare"
script "$tmp/bin/unshare" <<<'[[ ${!#} == /usr ]] || { printf "<%s>" "$@"; echo "$DEBIAN_MIRROR $GOPROXY"; }'
script "$tmp/bin/go" <<<'printf "%s\n" "${GOVERSION-go1.24}" file:///proxy "" "" "" "" ""'
assembled() { run DEBIAN_MIRROR=file:///mirror "$@"; }
check 'BAZELW=assembled' 0 '-Dbazelw.root=here><build><a b>file:///mirror file:///proxy' assembled BAZELW=assembled "$bazelw" build 'a b'
check 'no rules_go in the workspace' 0 '!go.bazelrc' assembled BAZELW=assembled "$bazelw" info
echo '# not "rules_go"' >../MODULE.bazel
check 'rules_go in a comment' 0 '!go.bazelrc' assembled BAZELW=assembled "$bazelw" info
echo 'bazel_dep(name = "rules_elixir_vm")' >../MODULE.bazel
check 'rules_elixir_vm in the workspace' 0 'go.bazelrc' assembled BAZELW=assembled "$bazelw" info
check 'mod graph fails' 0 $'status 1:\n  ERROR: at https://registry/\n' assembled REGISTRY=1 "$bazelw" info
check 'that is remembered' 0 '!registry' assembled REGISTRY=0 "$bazelw" info
check 'BAZELW=host overrules it' 7 'bin/bazelisk><info>' assembled BAZELW=host "$bazelw" info </dev/null
touch -d '2 days ago' "$tmp"/cache/rules_elixir_vm/registry-*
check 'but for a day only' 7 'bin/bazelisk><info>' assembled REGISTRY=0 "$bazelw" info </dev/null
touch -d '2 days ago' "$tmp"/cache/rules_elixir_vm/registry-*
check 'a good answer is remembered longer' 7 'bin/bazelisk><info>' assembled REGISTRY=1 "$bazelw" info </dev/null
for file in .bazelrc .bazelrc.user; do
  echo '# changed' >>../$file
  check "another $file" 0 'mod graph fails' assembled REGISTRY=1 "$bazelw" info
done
for version in 7.6.9 8.0.0; do
  echo "$version" >../.bazelversion
  check "a bazel $version" 0 "is 'bazel $version', not" assembled VERSION=$version "$bazelw" info
done
rm "$tmp"/bin/bazel*
check 'no bazel on PATH' 0 '-Dbazelw.root=here><info>' assembled "$bazelw" info
check 'BAZELW=host without a bazel' 1 'neither bazelisk nor bazel' assembled BAZELW=host "$bazelw" info
ln -s "$bazelw" "$tmp/bin/bazel"
check 'bazelw called bazel' 0 '-Dbazelw.root=here><info>' assembled "$bazelw" info
mkdir "$tmp/behind"
script "$tmp/behind/bazel" <<<"$fake_bazel"
rm ../.bazelversion
check 'it hides no other bazel' 7 'behind/bazel><info>' assembled PATH="$tmp/bin:$tmp/behind" "$bazelw" info </dev/null
script "$tmp/bin/unshare" <<<'echo "not permitted" >&2; exit 1'
check 'no namespaces' 1 'namespace' assembled "$bazelw" info
rm "$tmp/bin/unshare"
check 'no unshare' 1 'install the packages util-linux and mount' assembled "$bazelw" info

# --- The mirror.
new_path
rm -f "$tmp/bin/apt-get"
check 'no apt' 0 '!:' run "$here/mirror.sh"
printf '# list\nhttps://first/debian/\tpriority:1\nhttps://second/debian\n' >"$tmp/mirrors"
script "$tmp/bin/apt-get" <<'EOF'
[[ $1 != indextargets ]] || printf '%s\n' 'Other|Other|https://other' 'Debian|Debian-Security|https://security/' "Debian|Debian|$SITE"
EOF
check 'the site of the archive' 0 'https://mirror/debian' run SITE=https://mirror/debian/ "$here/mirror.sh"
check 'a list of mirrors' 0 'https://first/debian' run SITE="mirror+file:$tmp/mirrors" "$here/mirror.sh"
check 'no network mirror' 0 '!:' run SITE=cdrom:disk "$here/mirror.sh"
rm -f "$tmp/bin/unshare"
check 'up to the mirror' 1 util-linux run BAZELW=assembled SITE=https://me:secret@mirror/debian "$bazelw" info
check 'the mirror is kept' 0 https://me:secret@mirror/debian cat "$tmp/cache/rules_elixir_vm/mirror"
check 'for its owner only' 0 600 stat -c %a "$tmp/cache/rules_elixir_vm/mirror"

# --- What is missing to assemble.
assemble() { run DEBIAN_MIRROR=file:///mirror GO=go "$@" "$here/assemble.sh" "$tmp/cache/root" env; }
for tool in apt-get:apt dpkg-deb:dpkg flock:util-linux; do
  new_path
  rm -f "$tmp/bin/${tool%:*}"
  check "no ${tool%:*}" 1 "${tool%:*} (package ${tool#*:})" assemble
done
new_path
if compgen -G '/usr/share/keyrings/debian-archive-keyring.[gp]*' >/dev/null; then # a Debian host, where nothing comes first
  check 'no Go' 1 'no Go 1.24 or later' assemble GO=
  check 'an old Go' 1 'go-* (go is go1.23.1): install' assemble GO= OLD_GO=' (go is go1.23.1)'
  check 'no mirror' 1 'set DEBIAN_MIRROR=URL' assemble DEBIAN_MIRROR=

  # An assembly that fails late, of a package whose pinned version is gone. Go's module cache is read-only, which stops
  # an ordinary user's rm.
  home=$tmp/home ordinary=()
  [[ $(id -u) != 0 ]] || ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  mkdir -p "$home"/{bin,cache/tmp.stale/a/b,tree/usr/share/bazel,github.com/bazelbuild/bazel-gazelle@v0.43.0/cmd}
  touch "$home"/{cache/tmp.stale/a/b,github.com/bazelbuild/bazel-gazelle@v0.43.0/cmd}/file
  cp "$here"/{assemble.sh,go.mod,go.sum,bazelrc,go.bazelrc} "$here"/*.bzl "$home"
  echo 'bazel 1 0000' >"$home/packages.txt"
  script "$home/bin/apt-config" <<<:
  script "$home/bin/apt-cache" <<<'echo " bazel | 2 | mirror"'
  script "$home/bin/apt-get" <<<'[[ $* != *download* ]] || : >bazel_2_amd64.deb'
  script "$home/bin/dpkg-deb" <<<'if [[ $1 == -W ]]; then echo bazel 2; else tar -c -C "$HOME/tree" ./usr; fi'
  script "$home/bin/go" <<<'case "$*" in
    "env GOMODCACHE") echo "$HOME" ;;
    "env GOPROXY") echo https://me:secret@proxy ;;
    "mod download"*) [[ $3 != *rules_go* ]] ;;
  esac'
  chmod -R a-w "$home"/{cache/tmp.stale/a,github.com}
  chmod 755 "$tmp"
  [[ $(id -u) != 0 ]] || chown -R 65534:65534 "${tmp:?}/home"
  check 'a late failure' 1 $'GOPROXY is https://proxy\nbazelw: Bazel was not assembled; nothing was left behind' \
    "${ordinary[@]}" env -i PATH="$home/bin:$PATH" HOME="$home" DEBIAN_MIRROR=http://me:secret@mirror GO=go \
    "$home/assemble.sh" "$home/cache/root" env
  check 'nothing is left behind' 0 '!tmp.' ls "$home/cache"
fi
[[ ! -e $tmp/cache/root ]] || check 'nothing is half-made' 0 nothing ls "$tmp/cache"

[[ $failures == 0 ]] || exit 1
echo PASS
