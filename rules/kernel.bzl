# SPDX-License-Identifier: Apache-2.0
"Linux."

load("//rules/private:kernel.bzl", _linux_kernel = "linux_kernel")

linux_kernel = _linux_kernel
