# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":busybox.bzl", _busybox = "busybox")
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _FileTreeInfo = "FileTreeInfo",
    _InitramfsInfo = "InitramfsInfo",
)
load(":rootfs.bzl", _file_tree = "file_tree", _initramfs = "initramfs")

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
FileTreeInfo = _FileTreeInfo
InitramfsInfo = _InitramfsInfo
busybox = _busybox
file_tree = _file_tree
initramfs = _initramfs
