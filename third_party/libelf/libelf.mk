# SPDX-License-Identifier: Apache-2.0
# libelf and the part of zlib that it calls, as static libraries for the kernel's objtool.
# make -f libelf.mk CC=… AR=… ELFUTILS=<source> ZLIB=<source> CONFIG=<directory of config.h> OUT=<prefix>

# Files of zlib's gz* interface are left out: nobody calls it.
zlib := $(filter-out gz%,$(notdir $(wildcard $(ZLIB)/*.c)))
libelf := $(notdir $(wildcard $(ELFUTILS)/libelf/*.c))
# eu-search.c has the locked tree in which libelf keeps raw chunks.
libeu := eu-search.c crc32.c

CFLAGS := -O1 -w -std=gnu17
ELF_CFLAGS := -DHAVE_CONFIG_H -D_GNU_SOURCE -I$(CONFIG) -I$(ELFUTILS)/libelf -I$(ELFUTILS)/lib -I$(ZLIB)

objects := $(patsubst %.c,zlib_%.o,$(zlib)) $(patsubst %.c,libelf_%.o,$(libelf)) $(patsubst %.c,libeu_%.o,$(libeu))

.DEFAULT_GOAL := all
all: $(OUT)/lib/libelf.a $(addprefix $(OUT)/include/,libelf.h gelf.h elf.h)

zlib_%.o: $(ZLIB)/%.c
	$(CC) $(CFLAGS) -DHAVE_UNISTD_H -c $< -o $@

libelf_%.o: $(ELFUTILS)/libelf/%.c
	$(CC) $(CFLAGS) $(ELF_CFLAGS) -c $< -o $@

libeu_%.o: $(ELFUTILS)/lib/%.c
	$(CC) $(CFLAGS) $(ELF_CFLAGS) -c $< -o $@

# One library of both, so that -lelf is all that its user needs to know.
$(OUT)/lib/libelf.a: $(objects)
	mkdir -p $(@D)
	$(AR) crDs $@ $(sort $(objects))

$(OUT)/include/%.h: $(ELFUTILS)/libelf/%.h
	mkdir -p $(@D)
	cp $< $@

.PHONY: all
