# SPDX-License-Identifier: Apache-2.0
"Root file systems."

load("//rules/private:file_tree.bzl", _file_tree = "file_tree")
load("//rules/private:initramfs.bzl", _initramfs = "initramfs")

file_tree = _file_tree
initramfs = _initramfs
