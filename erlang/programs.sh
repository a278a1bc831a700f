# SPDX-License-Identifier: Apache-2.0
# Puts the programs of an OTP installation, and what NIFs and C nodes are compiled with, into one:
#
#     sh programs.sh SOURCE OUT ERTS_VERSION
#
# SOURCE is a source tree in which they were built, for whatever platform.
set -eu
source=$1 out=$2 erts=$2/erts-$3

mkdir -p "$out/bin" "$out/usr/include" "$out/usr/lib" "$erts/bin" "$erts/include"
programs=$(echo "$source"/bin/*/)
for name in beam.smp ct_run epmd erl_child_setup erlc erlexec escript heart inet_gethost; do
    cp "$programs/$name" "$erts/bin/"
done
for name in ct_run epmd erl erlc escript; do
    cp "$programs/$name" "$out/bin/"
done

for header in "$source"/erts/emulator/beam/erl_driver.h "$source"/erts/emulator/beam/erl_drv_nif.h \
    "$source"/erts/emulator/beam/erl_nif.h "$source"/erts/emulator/beam/erl_nif_api_funcs.h \
    "$source"/erts/include/erl_fixed_size_int_types.h "$source"/erts/include/*/erl_int_sizes_config.h; do
    cp "$header" "$erts/include/"
    cp "$header" "$out/usr/include/"
done
cp "$source"/lib/erl_interface/include/*.h "$out/usr/include/"
cp "$source"/lib/erl_interface/obj/*/libei.a "$out/usr/lib/"
