# SPDX-License-Identifier: Apache-2.0
"Every public rule and provider."

load(":boot_test.bzl", _boot_test = "boot_test")
load(":busybox.bzl", _busybox = "busybox")
load(":elixir.bzl", _elixir = "elixir")
load(":erlang.bzl", _erlang_library = "erlang_library")
load(":image.bzl", _vm_image = "vm_image")
load(
    ":kernel.bzl",
    _kernel_diffconfig = "kernel_diffconfig",
    _kernel_menuconfig = "kernel_menuconfig",
    _kernel_savefragment = "kernel_savefragment",
    _linux_kernel = "linux_kernel",
)
load(
    ":mix.bzl",
    _elixir_make = "elixir_make",
    _ex_unit_test = "ex_unit_test",
    _iex = "iex",
    _mix = "mix",
    _mix_library = "mix_library",
    _mix_release = "mix_release",
    _vm_ex_unit_test = "vm_ex_unit_test",
)
load(":otp.bzl", _erlang_otp = "erlang_otp", _nif_library = "nif_library")
load(
    ":providers.bzl",
    _BuildToolsInfo = "BuildToolsInfo",
    _BusyboxInfo = "BusyboxInfo",
    _ErlangSdkInfo = "ErlangSdkInfo",
    _FileTreeInfo = "FileTreeInfo",
    _InitramfsInfo = "InitramfsInfo",
    _LinuxConfigInfo = "LinuxConfigInfo",
    _LinuxKernelInfo = "LinuxKernelInfo",
    _MixLibraryInfo = "MixLibraryInfo",
    _MixReleaseInfo = "MixReleaseInfo",
    _NifLibraryInfo = "NifLibraryInfo",
    _OtpInfo = "OtpInfo",
    _QemuInfo = "QemuInfo",
    _VmImageInfo = "VmImageInfo",
)
load(":rootfs.bzl", _file_tree = "file_tree", _initramfs = "initramfs")

BuildToolsInfo = _BuildToolsInfo
BusyboxInfo = _BusyboxInfo
ErlangSdkInfo = _ErlangSdkInfo
FileTreeInfo = _FileTreeInfo
InitramfsInfo = _InitramfsInfo
LinuxConfigInfo = _LinuxConfigInfo
LinuxKernelInfo = _LinuxKernelInfo
MixLibraryInfo = _MixLibraryInfo
MixReleaseInfo = _MixReleaseInfo
NifLibraryInfo = _NifLibraryInfo
OtpInfo = _OtpInfo
QemuInfo = _QemuInfo
VmImageInfo = _VmImageInfo
boot_test = _boot_test
busybox = _busybox
ex_unit_test = _ex_unit_test
elixir = _elixir
elixir_make = _elixir_make
erlang_library = _erlang_library
erlang_otp = _erlang_otp
file_tree = _file_tree
iex = _iex
initramfs = _initramfs
kernel_diffconfig = _kernel_diffconfig
kernel_menuconfig = _kernel_menuconfig
kernel_savefragment = _kernel_savefragment
linux_kernel = _linux_kernel
mix = _mix
mix_library = _mix_library
mix_release = _mix_release
nif_library = _nif_library
vm_ex_unit_test = _vm_ex_unit_test
vm_image = _vm_image
