# SPDX-License-Identifier: Apache-2.0
"Every public module extension."

load("//third_party/debian:extension.bzl", _debian = "debian")

debian = _debian
