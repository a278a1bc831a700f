# SPDX-License-Identifier: Apache-2.0
# compiler-rt's builtins and crtbegin/crtend, laid out as a clang resource directory.
# make -f builtins.mk ARCH=x86_64 CC=… AR=… SRC=<compiler-rt/lib/builtins> OUT=<lib/linux directory>

# Left out: Darwin's files, what needs an unwinder or an executable stack, and assert support for libgcc.
skip := apple_versioning os_version_check eprintf enable_execute_stack gcc_personality_v0 emutls crtbegin crtend \
	atomic_flag_clear atomic_flag_clear_explicit atomic_flag_test_and_set atomic_flag_test_and_set_explicit \
	atomic_signal_fence atomic_thread_fence

arch_x86_64 := $(addprefix x86_64/, floatdidf.c floatdisf.c floatdixf.c floatundidf.S floatundisf.S floatundixf.S) \
	cpu_model/x86.c i386/fp_mode.c
arch_aarch64 := cpu_model/aarch64.c aarch64/fp_mode.c
arch := $(arch_$(ARCH))
$(if $(arch),,$(error ARCH: '$(ARCH)' is not one of x86_64 aarch64))

# Long double is the x87's 80 bits on x86_64 only.
ifneq ($(ARCH),x86_64)
skip += $(basename $(notdir $(wildcard $(SRC)/*xf*.c $(SRC)/*xc3.c)))
endif

generic := $(filter-out $(addsuffix .c,$(skip)) $(patsubst %,%.c,$(basename $(notdir $(arch)))),\
	$(notdir $(wildcard $(SRC)/*.c)))

CFLAGS := -O2 -std=c11 -fPIC -ffreestanding -fno-builtin -fomit-frame-pointer -fvisibility=hidden \
	-ffunction-sections -fdata-sections -DVISIBILITY_HIDDEN -DCOMPILER_RT_HAS_FLOAT16 -DHAS_ASM_LSE \
	-I$(SRC) -ffile-prefix-map=$(SRC)=compiler-rt

objects := $(addsuffix .o,$(basename $(subst /,_,$(generic) $(arch))))
$(foreach s,$(generic) $(arch),$(eval $(basename $(subst /,_,$(s))).o: $(SRC)/$(s) ; $$(CC) $$(CFLAGS) -c $$< -o $$@))

# On aarch64 clang calls out of line for atomics: one object per operation, size and memory order of lse.S.
ifeq ($(ARCH),aarch64)
define outline
outline_$(1)$(2)_$(3).o: $(SRC)/aarch64/lse.S
	$$(CC) $$(CFLAGS) -DL_$(1) -DSIZE=$(2) -DMODEL=$(3) -c $$< -o $$@
objects += outline_$(1)$(2)_$(3).o
endef
$(foreach m,1 2 3 4 5,$(foreach s,1 2 4 8,$(foreach o,cas swp ldadd ldclr ldeor ldset,$(eval $(call outline,$(o),$(s),$(m)))))\
	$(eval $(call outline,cas,16,$(m))))
endif

.DEFAULT_GOAL := all
all: $(OUT)/libclang_rt.builtins-$(ARCH).a $(OUT)/clang_rt.crtbegin-$(ARCH).o $(OUT)/clang_rt.crtend-$(ARCH).o

$(OUT):
	mkdir -p $@

$(OUT)/libclang_rt.builtins-$(ARCH).a: $(objects) | $(OUT)
	$(AR) crDs $@ $(sort $(objects))

# Neither registers frames (the loader's program headers serve) nor runs constructors (musl does).
$(OUT)/clang_rt.%-$(ARCH).o: $(SRC)/%.c | $(OUT)
	$(CC) $(CFLAGS) -DCRT_HAS_INITFINI_ARRAY -c $< -o $@

.PHONY: all
