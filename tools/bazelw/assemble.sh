#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# assemble.sh DIR ISOLATE...: makes DIR/usr, a /usr in which Bazel and little else is installed. bazelw calls it.
# DIR appears complete or not at all. ISOLATE is the command that gives a program mounts of its own; GO is a go command,
# OLD_GO tells which ones are too old, DEBIAN_MIRROR is a mirror of the Debian archive.
set -euo pipefail
export LC_ALL=C
exec >&2

die() {
  printf 'bazelw: %s\n' "$@" >&2
  exit 1
}
# Shows addresses without their user:password@.
bare() { sed -E 's,://[^/[:space:]]*@,://,g' <<<"$1"; }
# Go's module cache, which is copied from, is read-only: without u+w, rm fails in its folders.
wipe() {
  chmod -R u+w "$@" 2>/dev/null || :
  rm -rf "$@"
}
step() { printf 'bazelw: [%s] %s\n' "$1" "$2"; }

dir=$1 isolate=("${@:2}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
suite=forky
for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do [[ ! -e $keyring ]] || break; done

# --- What the host must have.
[[ $(uname -m) == x86_64 ]] || die "Bazel can be assembled for x86_64 only, not $(uname -m): install bazelisk"
missing=
for need in apt-get:apt apt-cache:apt apt-config:apt dpkg-deb:dpkg flock:util-linux tar:tar sed:sed grep:grep; do
  type -P "${need%:*}" >/dev/null || missing+=", ${need%:*} (package ${need#*:})"
done
[[ ! $missing ]] || die "to assemble Bazel, these programs are missing: ${missing#, }" 'install them, or bazelisk'
[[ -L /bin && /bin -ef /usr/bin ]] || die '/bin is not a link to /usr/bin: install bazelisk (or the package usrmerge)'
[[ -e $keyring ]] || die "to check the signature of the Debian archive, install the package debian-archive-keyring" \
  "(missing: ${keyring%.pgp}.gpg or .pgp)"
[[ ${GO-} ]] || die "no Go 1.24 or later on PATH, in /usr/local/go or in /usr/lib/go-*${OLD_GO-}: install one;" \
  'it downloads rules_go and gazelle'
[[ ${DEBIAN_MIRROR-} ]] || die 'apt is configured with no http, https or file mirror of the Debian archive:' \
  'set DEBIAN_MIRROR=URL, the URL that ends before /dists'

# --- One at a time. Whoever holds the lock owns every tmp.* beside DIR: those found are of an interrupted run.
cache=${dir%/*}
mkdir -p "$cache"
exec 9>"$cache/lock"
if ! flock -n 9; then
  printf 'bazelw: another bazelw is assembling Bazel, waiting for it\n'
  flock 9
fi
[[ ! -e $dir ]] || exit 0
wipe "$cache"/tmp.* || :
tmp=$(mktemp -d "$cache/tmp.XXXXXXXX")
clean() {
  local status=$?
  wipe "$tmp"
  [[ $status = 0 ]] || echo 'bazelw: Bazel was not assembled; nothing was left behind' >&2
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mirror=$(bare "$DEBIAN_MIRROR")
usr=$tmp/root/usr share=$tmp/root/usr/share/bazelw jre=lib/jvm/java-21-openjdk-amd64

# --- The packages, by an apt that knows this mirror only. Signatures are checked; the age of the index is not, as a
# frozen mirror is fine. The host's apt settings are kept as far as they say how to reach a mirror.
step 1/4 "assembling Bazel in $dir, once: reading the index of $mirror"
mkdir -p "$tmp"/apt/lists/partial "$tmp"/apt/cache/archives/partial "$tmp"/debs
echo "deb [arch=amd64 signed-by=$keyring] $DEBIAN_MIRROR $suite main" >"$tmp/apt/sources.list"
{
  apt-config dump | grep -E '^Acquire::(https?|Retries|ForceIPv[46]|Check-Date)' || :
  for key in main parts sourceparts preferences preferencesparts; do echo "Dir::Etc::$key \"/dev/null\";"; done
  cat <<EOF
Dir::Etc::sourcelist "$tmp/apt/sources.list";
Dir::State "$tmp/apt";
Dir::State::Lists "$tmp/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$tmp/apt/cache";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Architecture "amd64";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
EOF
} >"$tmp/apt/apt.conf"
export APT_CONFIG=$tmp/apt/apt.conf
apt-get -qq update || die "apt cannot use suite $suite of $mirror (see above)" \
  'set DEBIAN_MIRROR to one that has it; for a missing key, update the package debian-archive-keyring'

declare -A offered=()
pinned=() sums=() later=() absent=()
mapfile -t pins < <(grep -v '^#' "$here/packages.txt")
while IFS=' |' read -r package version _; do offered[$package]=$version; done \
  < <(apt-cache madison "${pins[@]%% *}")
for pin in "${pins[@]}"; do
  read -r package version sum <<<"$pin"
  if [[ ${offered[$package]-} == "$version" ]]; then
    pinned+=("$package=$version") sums+=("$sum $package")
  elif [[ ${offered[$package]-} ]]; then
    pinned+=("$package") later+=("$package ${offered[$package]} for $version,")
  else
    absent+=("$package")
  fi
done
[[ ${#absent[@]} = 0 ]] || die "suite $suite of $mirror has no ${absent[*]}" \
  'set DEBIAN_MIRROR to a snapshot of the archive of the day that tools/bazelw/packages.txt names'
[[ ${#later[@]} = 0 ]] || printf 'bazelw: warning: the mirror no longer has the pinned versions; taking %s signed by %s\n' \
  "${later[*]}" 'the archive but never tried with this workspace'

step 2/4 "downloading ${#pinned[@]} packages (105 MB)"
quiet=-qq
[[ ! -t 2 ]] || quiet=-q=0
(cd "$tmp/debs" && apt-get $quiet download "${pinned[@]}")
[[ ${#sums[@]} = 0 ]] ||
  for sum in "${sums[@]}"; do echo "${sum% *}  $(echo "$tmp/debs/${sum#* }"_*.deb)"; done | sha256sum --quiet -c ||
  die 'a package is not the one that tools/bazelw/packages.txt pins'

# --- Unpacked, without maintainer scripts; what those would have done follows.
step 3/4 'unpacking them'
mkdir -p "$usr"/{bin,sbin,lib,lib64,local} "$share"/{registry,modules}
unwanted=(usr/include usr/lib/debug usr/share/{doc,man,info,locale,lintian,bug,maven-repo,gdb,bash-completion,zsh,doc-base})
for deb in "$tmp"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tmp/root" --no-same-owner "${unwanted[@]/#/--exclude=./}"
  # What is really in here, in the format of packages.txt.
  # shellcheck disable=SC2016
  echo "$(dpkg-deb -W --showformat='${Package} ${Version}' "$deb") $(sha256sum <"$deb" | cut -d' ' -f1)"
  rm "$deb"
done >"$share/packages.txt"
shopt -s globstar dotglob nullglob
for link in "$usr/$jre"/**; do
  target=$(readlink "$link" || :)
  [[ $target != /etc/java-21-openjdk/* ]] || cp -a --remove-destination "$tmp/root$target" "$link"
done
ln -s bash "$usr/bin/sh"
for tool in cc gcc clang make perl python3 python awk mawk git dash; do
  [[ ! -e $usr/bin/$tool ]] || die "$tool came with the packages: actions could use it unnoticed"
done
rm -rf "$tmp"/root/{etc,var}

# Two omissions of Debian's package: Bazel does not know its own version, nor find the library for .zst archives.
echo 'build.label=7.7.1' >"$share/build-data.properties"
echo /usr/share/bazelw/ >>"$usr/share/bazel/bazel_classpath_debian_depends.txt"
ln -s ../../lib/x86_64-linux-gnu/libzstd-jni.so "$usr/share/bazel/libzstd-jni.so"

# --- The modules.
step 4/4 'preparing rules_go and gazelle'
cp "$here"/{bazelrc,go.bazelrc} "$share"
echo '{}' >"$share/registry/bazel_registry.json"
for module in protobuf zlib buildozer apple_support; do # bazel_tools asks for them; nothing here uses them
  mkdir "$share/modules/$module"
  echo "module(name = \"$module\")" >"$share/modules/$module/MODULE.bazel"
  : >"$share/modules/$module/BUILD.bazel"
done
cp "$here/buildozer_binary.bzl" "$share/modules/buildozer"
mkdir "$share/coverage_tools"
cp "$here/coverage_tools.bzl" "$share/coverage_tools"
: >"$share/coverage_tools/REPO.bazel"
cat >"$share/coverage_tools/BUILD.bazel" <<'END'
load(":coverage_tools.bzl", "coverage_tools")

[coverage_tools(name = name, visibility = ["//visibility:public"]) for name in ["Main", "coverage_report_generator"]]
END
export GOTOOLCHAIN=local GOFLAGS='' GOWORK=off GO111MODULE=on
mkdir "$tmp/go"
cp "$here"/go.{mod,sum} "$tmp/go" # the sums are checked against this copy
cd "$tmp/go"
mapfile -t modules < <(sed -nE 's,^\tgithub.com/bazelbuild/(bazel-)?(gazelle|rules_go) (v.*),\2 github.com/bazelbuild/\1\2@\3,p' go.mod)
for module in "${modules[@]}"; do
  "$GO" mod download "${module#* }" || die "go cannot download ${module#* } (see above); GOPROXY is $(bare "$("$GO" env GOPROXY)")"
  cp -r "$("$GO" env GOMODCACHE)/${module#* }" "$share/modules/${module% *}"
  chmod -R u+w "$share/modules/${module% *}"
done
cmp -s go.sum "$here/go.sum" || die 'tools/bazelw/go.sum lacks a sum'
cd "$share/modules"
chmod +x {rules_go,gazelle}/**/*.sh # module archives have neither execute bits nor vendor directories
(cd gazelle && "$GO" mod vendor -e && "$GO" list -mod=vendor -deps ./cmd/... >/dev/null) ||
  die "go cannot download what gazelle imports (see above); GOPROXY is $(bare "$("$GO" env GOPROXY)")"
# This tag asks a host of the network for a list of Go versions that nothing needs.
sed -i '/^go_sdk\.from_file(/,/^)/d' rules_go/MODULE.bazel

# --- Java's form of the host's certificates, for downloads over https.
bundle=/etc/ssl/certs/ca-certificates.crt
rm -f "$usr/$jre/lib/security/cacerts"
if [[ -e $bundle ]]; then
  mkdir -p "$tmp"/certs/java "$tmp/pem"
  count=100
  while read -r line; do
    [[ $line != *BEGIN\ CERT* ]] || count=$((count + 1))
    [[ $count == 100 ]] || echo "$line" >>"$tmp/pem/$count.pem"
  done <"$bundle"
  # shellcheck disable=SC2016
  "${isolate[@]}" bash -c 'cd "$0" && mount --bind certs /etc/ssl/certs && mount -o bind,ro root/usr /usr && PATH=/usr/bin &&
    printf "+%s\n" "$PWD"/pem/*.pem |
    "/usr/$1/bin/java" -jar /usr/share/ca-certificates-java/ca-certificates-java.jar -storepass changeit' \
    "$tmp" "$jre" >/dev/null
  cp "$tmp/certs/java/cacerts" "$usr/$jre/lib/security/cacerts"
else
  printf 'bazelw: note: no %s (package ca-certificates): Bazel will not download over https\n' "$bundle"
fi

# --- It must start; then it appears under its name at once.
# shellcheck disable=SC2016
"${isolate[@]}" bash -c 'cd / && mount -o bind,ro "$0/usr" /usr && PATH=/usr/bin && "/usr/$1/bin/java" -version &&
  bazel --nosystem_rc --nohome_rc --bazelrc=/usr/share/bazelw/bazelrc --version' \
  "$tmp/root" "$jre" &>"$tmp/log" || { cat "$tmp/log"; die 'the assembled Bazel does not start (see above)'; }
echo "${dir##*/}-$(date +%s)-$$" >"$share/stamp"
mv -T "$tmp/root" "$dir"
step 4/4 "Bazel is assembled ($SECONDS s)"
