# SPDX-License-Identifier: Apache-2.0
"Tests that boot a virtual machine."

load("//rules/private:boot_test.bzl", _boot_test = "boot_test")

boot_test = _boot_test
