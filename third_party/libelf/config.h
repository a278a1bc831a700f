/* SPDX-License-Identifier: Apache-2.0 */
/* What elfutils' configure would find with clang and musl, as far as libelf asks. */
#define HAVE_DECL_MEMPCPY 1
#define HAVE_DECL_POWEROF2 1
#define HAVE_DECL_REALLOCARRAY 1
#define HAVE_VISIBILITY 1
/* musl has no error.h. With err.h the headers only declare error(), which libelf does not call. */
#define HAVE_ERR_H 1
/* As configure appends it. */
#include <eu-config.h>
