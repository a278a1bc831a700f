# SPDX-License-Identifier: Apache-2.0
"Every public module extension."

load("//rules/private:hex.bzl", _hex = "hex")
load("//third_party/debian:extension.bzl", _debian = "debian")

debian = _debian
hex = _hex
