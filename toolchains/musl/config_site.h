// SPDX-License-Identifier: Apache-2.0
// libc++'s configuration (__config_site) for musl: threads, no exceptions, no locales, no files.
#ifndef _LIBCPP___CONFIG_SITE
#define _LIBCPP___CONFIG_SITE

#define _LIBCPP_ABI_VERSION 1
#define _LIBCPP_ABI_NAMESPACE __1
#define _LIBCPP_HAS_MUSL_LIBC
#define _LIBCPP_HAS_THREAD_API_PTHREAD
#define _LIBCPP_HAS_NO_VENDOR_AVAILABILITY_ANNOTATIONS
#define _LIBCPP_HAS_NO_FILESYSTEM
#define _LIBCPP_HAS_NO_LOCALIZATION
#define _LIBCPP_HAS_NO_TIME_ZONE_DATABASE
#define _LIBCPP_PSTL_BACKEND_SERIAL
// 2 is _LIBCPP_HARDENING_MODE_NONE.
#define _LIBCPP_HARDENING_MODE_DEFAULT 2

#endif
