#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Serves broken mirrors on the loopback interface and checks what a user is told: a file that is gone, a file with other
# bytes, a mirror that does not answer.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
finish() {
  [[ ! $server ]] || kill "$server" 2>/dev/null || :
  ./bazelw "${base[@]}" clean --expunge &>/dev/null || :
  rm -rf "$work"
}
base=("--output_base=$work/output_base")
trap finish EXIT

path=$(sed -n 's|.*"path": "\(pool/.*/debian-archive-keyring_.*\.deb\)".*|\1|p' third_party/debian/lock.json)
[[ $path ]] || { echo 'pins: the lock has no debian-archive-keyring' >&2; exit 1; }
mkdir -p "$work/mirror/${path%/*}"

./bazelw build //busybox
cp -L bazel-bin/busybox/busybox "$work/busybox"
for port in {18080..18180}; do
  "$work/busybox" httpd -f -p "127.0.0.1:$port" -h "$work/mirror" 2>/dev/null &
  server=$!
  sleep 0.5
  ! kill -0 "$server" 2>/dev/null || break
done
mirror=http://127.0.0.1:$port

failed=0
# expect MIRROR REASON: fetching the smallest package from MIRROR fails, names what was tried, and REASON.
expect() {
  local out text
  if out=$(./bazelw "${base[@]}" build --symlink_prefix=/ --repository_cache= --disk_cache= "--repo_env=DEBIAN_MIRROR=$1" \
    --experimental_repository_downloader_retries=0 @debian_keyring//:all 2>&1); then
    echo "pins: fetching from $1 succeeded, expected to fail: $2"
    failed=1
    return
  fi
  for text in 'debian-archive-keyring=' "$1/$path" "$2" 'cannot be fetched' 'DEBIAN_MIRROR='; do
    if ! grep -qF -- "$text" <<<"$out"; then
      printf 'pins: fetching from %s, expected the text: %s\ngot:\n%s\n' "$1" "$text" "$out"
      failed=1
    fi
  done
}

expect "$mirror" '404 Not Found'
echo 'other bytes' >"$work/mirror/$path"
expect "$mirror" 'Checksum was'
expect 'http://127.0.0.1:1' 'Connection refused'
[[ $failed == 1 ]] || echo 'pins: a missing file, other bytes and a dead mirror are told apart'
exit $failed
