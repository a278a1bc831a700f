# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":boot_test.bzl", _boot_test = "boot_test")
load(":busybox.bzl", _busybox = "busybox")
load(":image.bzl", _vm_image = "vm_image")
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _InitramfsInfo = "InitramfsInfo",
    _LinuxKernelInfo = "LinuxKernelInfo",
    _QemuInfo = "QemuInfo",
    _VmImageInfo = "VmImageInfo",
)

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
InitramfsInfo = _InitramfsInfo
LinuxKernelInfo = _LinuxKernelInfo
QemuInfo = _QemuInfo
VmImageInfo = _VmImageInfo
boot_test = _boot_test
busybox = _busybox
vm_image = _vm_image
