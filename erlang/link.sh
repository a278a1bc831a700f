# SPDX-License-Identifier: Apache-2.0
# Links an emulator of objects that were compiled before:
#
#     sh link.sh WORK OUT FLAGS LIBRARIES NIF...
#
# NIF is the archive of one that is inside, by the name that the emulator's table shall have; FLAGS and LIBRARIES are lists.
set -eu
work=$1 out=$2 flags=$3 libraries=$4
shift 4
. "$work/src/link_variables"
cd "$work/src/erts/emulator"
LANG=C perl utils/make_driver_tab -o driver_tab.c -nifs $nifs "$@" -drivers $drivers
$compile -c -o driver_tab.o driver_tab.c
$link -o "$out" $flags $objects driver_tab.o "$@" $libs $libraries
