# SPDX-License-Identifier: Apache-2.0
# What Kbuild asks pkg-config about ncurses; NCURSES is where it is.
case $1 in
--cflags) echo "-I$NCURSES/include -D_GNU_SOURCE" ;;
--libs) echo "-L$NCURSES/lib -lncursesw" ;;
esac
