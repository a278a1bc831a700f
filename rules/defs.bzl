# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":busybox.bzl", _busybox = "busybox")
load(":kernel.bzl", _linux_kernel = "linux_kernel")
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _FileTreeInfo = "FileTreeInfo",
    _InitramfsInfo = "InitramfsInfo",
    _LinuxKernelInfo = "LinuxKernelInfo",
    _QemuInfo = "QemuInfo",
)
load(":rootfs.bzl", _file_tree = "file_tree", _initramfs = "initramfs")

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
FileTreeInfo = _FileTreeInfo
InitramfsInfo = _InitramfsInfo
LinuxKernelInfo = _LinuxKernelInfo
QemuInfo = _QemuInfo
busybox = _busybox
file_tree = _file_tree
initramfs = _initramfs
linux_kernel = _linux_kernel
