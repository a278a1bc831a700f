# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":busybox.bzl", _busybox = "busybox")
load(":providers.bzl", _BuildToolsInfo = "BuildToolsInfo", _BusyboxInfo = "BusyboxInfo")

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
busybox = _busybox
