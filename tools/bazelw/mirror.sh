#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# mirror.sh: prints the mirror of the Debian archive that apt is configured with, or nothing.
set -uo pipefail

sites() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' 'Created-By: Packages' | sed -n 's/^Debian|Debian|//p'
  # Before the first apt-get update the origin of a site is not known. The archive is what has stable updates.
  if grep -q '^ID=debian' /etc/os-release; then
    apt-get update --print-uris | sed -n "s,^'\(.*\)/dists/[a-z]*-updates/InRelease'.*,\1,p"
  fi
}

type -P apt-get >/dev/null || exit 0
mapfile -t all < <(sites 2>/dev/null)
for site in "${all[@]}"; do
  if [[ $site == mirror+file:* ]]; then # a list of mirrors: the first one
    read -r site _ < <(grep '^[a-z]' "${site#mirror+file:}")
  fi
  if [[ $site =~ ^(https?|file): ]]; then
    echo "${site%/}"
    exit
  fi
done
