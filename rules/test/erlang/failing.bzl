# SPDX-License-Identifier: Apache-2.0
"Erlang applications that cannot be built."

load("//rules/private:erlang_library.bzl", "ERLANG_LIBRARY")

visibility("//rules/test/erlang")

failing_erlang_library = rule(**(ERLANG_LIBRARY | {
    "attrs": ERLANG_LIBRARY["attrs"] | {
        "_foreignbuild": attr.label(default = Label("//tools/expectfailure:exec"), executable = True, cfg = "exec"),
    },
    "doc": "The very rule `erlang_library`, but its action must fail; the output is the error message.",
}))
