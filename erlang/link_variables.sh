# SPDX-License-Identifier: Apache-2.0
# Prints what link.sh needs to know of an emulator that was built, in shell variables, as the emulator's makefile has it:
#
#     sh link_variables.sh WORK FLAVOR MAKE...
#
# WORK, the directory in which everything is, stands in them as $work.
set -eu
work=$1 flavor=$2
shift 2
cd "$work/src/erts/emulator"
variables=$("$@" --no-print-directory -f "$(echo *-*-*/Makefile)" TYPE=opt "FLAVOR=$flavor" --eval='
link-variables:
	@printf "%s\n" "objects=\"$(INIT_OBJS) $(filter-out %/driver_tab.o,$(OBJS))\""
	@printf "%s\n" "drivers=\"$(DRV_OBJS)\"" "nifs=\"$(NIF_OBJS)\""
	@printf "%s\n" "compile=\"$(CC) $(CFLAGS) $(INCLUDES)\"" "link=\"$(EMU_LD) $(EMU_LDFLAGS)\""
	@printf "%s\n" "libs=\"$(filter-out %/libcrypto.a,$(LIBS))\""
' link-variables)
printf '%s\n' "$variables" | sed "s,$work,\$work,g"
