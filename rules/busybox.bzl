# SPDX-License-Identifier: Apache-2.0
"BusyBox."

load("//rules/private:busybox.bzl", _busybox = "busybox")

busybox = _busybox
