# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":boot_test.bzl", _boot_test = "boot_test")
load(":busybox.bzl", _busybox = "busybox")
load(":image.bzl", _vm_image = "vm_image")
load(
    ":kernel.bzl",
    _kernel_diffconfig = "kernel_diffconfig",
    _kernel_menuconfig = "kernel_menuconfig",
    _kernel_savefragment = "kernel_savefragment",
    _linux_kernel = "linux_kernel",
)
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _FileTreeInfo = "FileTreeInfo",
    _InitramfsInfo = "InitramfsInfo",
    _LinuxConfigInfo = "LinuxConfigInfo",
    _LinuxKernelInfo = "LinuxKernelInfo",
    _QemuInfo = "QemuInfo",
    _VmImageInfo = "VmImageInfo",
)
load(":rootfs.bzl", _file_tree = "file_tree", _initramfs = "initramfs")

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
FileTreeInfo = _FileTreeInfo
InitramfsInfo = _InitramfsInfo
LinuxConfigInfo = _LinuxConfigInfo
LinuxKernelInfo = _LinuxKernelInfo
QemuInfo = _QemuInfo
VmImageInfo = _VmImageInfo
boot_test = _boot_test
busybox = _busybox
file_tree = _file_tree
initramfs = _initramfs
kernel_diffconfig = _kernel_diffconfig
kernel_menuconfig = _kernel_menuconfig
kernel_savefragment = _kernel_savefragment
linux_kernel = _linux_kernel
vm_image = _vm_image
