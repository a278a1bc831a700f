# SPDX-License-Identifier: Apache-2.0
"BusyBox, when its configuration cannot be had."

load("//rules/private:busybox.bzl", "BUSYBOX")

visibility("//rules/test")

failing_busybox = rule(**(BUSYBOX | {
    "attrs": BUSYBOX["attrs"] | {
        "_foreignbuild": attr.label(default = Label("//tools/expectfailure:exec"), executable = True, cfg = "exec"),
    },
    "doc": "The very rule `busybox`, but its actions must fail; the outputs are the error messages.",
}))
