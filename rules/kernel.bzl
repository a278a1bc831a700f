# SPDX-License-Identifier: Apache-2.0
"Linux."

load("//rules/private:kernel.bzl", _linux_kernel = "linux_kernel")
load(
    "//rules/private:kernel_config.bzl",
    _kernel_diffconfig = "kernel_diffconfig",
    _kernel_menuconfig = "kernel_menuconfig",
    _kernel_savefragment = "kernel_savefragment",
)

kernel_diffconfig = _kernel_diffconfig
kernel_menuconfig = _kernel_menuconfig
kernel_savefragment = _kernel_savefragment
linux_kernel = _linux_kernel
