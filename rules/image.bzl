# SPDX-License-Identifier: Apache-2.0
"Virtual machine images."

load("//rules/private:vm_image.bzl", _vm_image = "vm_image")

vm_image = _vm_image
