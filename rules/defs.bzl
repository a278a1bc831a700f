# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":busybox.bzl", _busybox = "busybox")
load(":kernel.bzl", _linux_kernel = "linux_kernel")
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _LinuxKernelInfo = "LinuxKernelInfo",
)

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
LinuxKernelInfo = _LinuxKernelInfo
busybox = _busybox
linux_kernel = _linux_kernel
