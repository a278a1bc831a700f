# SPDX-License-Identifier: Apache-2.0
"Every public rule."

load(":busybox.bzl", _busybox = "busybox")

busybox = _busybox
