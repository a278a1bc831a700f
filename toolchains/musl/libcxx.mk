# SPDX-License-Identifier: Apache-2.0
# libc++ with libc++abi inside, in one static archive, and its headers.
# make -f libcxx.mk CXX=… AR=… SRC=<directory of libcxx and libcxxabi> SITE=<__config_site> OUT=<usr directory>

# What config_site.h turns off is left out: locales and streams, files, regular expressions over locales.
cxx := algorithm any atomic barrier bind call_once charconv chrono condition_variable condition_variable_destructor \
	error_category exception expected functional future hash legacy_pointer_safety memory memory_resource mutex \
	mutex_destructor new_handler new_helpers optional random random_shuffle ryu/d2fixed ryu/d2s ryu/f2s \
	shared_mutex stdexcept string system_error thread typeinfo valarray variant vector verbose_abort
# stdlib_new_delete.cpp here replaces libc++'s new.cpp; cxa_noexception.cpp the unwinder.
abi := abort_message cxa_aux_runtime cxa_default_handlers cxa_exception_storage cxa_guard cxa_handlers cxa_noexception \
	cxa_thread_atexit cxa_vector cxa_virtual fallback_malloc private_typeinfo stdlib_exception stdlib_new_delete \
	stdlib_stdexcept stdlib_typeinfo

headers := $(OUT)/include/c++/v1
CXXFLAGS := -Os -std=c++23 -fPIC -nostdinc++ -fno-exceptions -fvisibility=hidden -fvisibility-inlines-hidden \
	-ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables \
	-I$(headers) -I$(SRC)/libcxx/src -D_LIBCPP_BUILDING_LIBRARY -DLIBCXX_BUILDING_LIBCXXABI \
	-D_LIBCXXABI_BUILDING_LIBRARY -D_LIBCPP_REMOVE_TRANSITIVE_INCLUDES -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_NONE \
	-ffile-prefix-map=$(SRC)=llvm -ffile-prefix-map=$(OUT)=/usr

objects := $(patsubst %,cxx_%.o,$(subst /,_,$(cxx))) $(patsubst %,abi_%.o,$(abi))

all: $(OUT)/lib/libc++.a

$(foreach s,$(cxx),$(eval cxx_$(subst /,_,$(s)).o: $(SRC)/libcxx/src/$(s).cpp $(headers)/__config_site ; $$(CXX) $$(CXXFLAGS) -c $$< -o $$@))

abi_%.o: $(SRC)/libcxxabi/src/%.cpp $(headers)/__config_site
	$(CXX) $(CXXFLAGS) -I$(SRC)/libcxxabi/include -c $< -o $@

$(headers)/__config_site: $(SITE)
	mkdir -p $(headers) $(OUT)/lib
	cp -R $(SRC)/libcxx/include/. $(headers)
	cp $(SRC)/libcxxabi/include/cxxabi.h $(SRC)/libcxxabi/include/__cxxabi_config.h $(headers)
	cp $(SRC)/libcxx/vendor/llvm/default_assertion_handler.in $(headers)/__assertion_handler
	rm -f $(headers)/CMakeLists.txt $(headers)/*.in
	cp $(SITE) $@

$(OUT)/lib/libc++.a: $(objects)
	$(AR) crDs $@ $(sort $(objects))

.PHONY: all
