#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the host paths in the arguments and environments of all actions with docs/hermeticity.md.
set -euo pipefail
cd "$(dirname "$0")/.."
actions=$(mktemp)
trap 'rm -f "$actions"' EXIT
./bazelw aquery --output=jsonproto --include_file_write_contents=false 'deps(//...)' >"$actions"
./bazelw run --ui_event_filters=-info --noshow_progress //tools/hermeticity -- -allow "$PWD/docs/hermeticity.md" <"$actions"
