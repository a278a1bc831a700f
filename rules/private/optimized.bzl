# SPDX-License-Identifier: Apache-2.0
"A program that is built with -c opt, whatever the command line says: what is in an image is the same in every build."

load(":exec_tool.bzl", "link_program")

visibility("//...")

def _optimize_impl(_settings, _attr):
    return {"//command_line_option:compilation_mode": "opt"}

optimize = transition(
    implementation = _optimize_impl,
    inputs = [],
    outputs = ["//command_line_option:compilation_mode"],
)

def _optimized_impl(ctx):
    return [link_program(ctx, ctx.attr.program[0])]

optimized = rule(
    implementation = _optimized_impl,
    doc = "A program built with optimization and without symbols.",
    executable = True,
    attrs = {
        "program": attr.label(mandatory = True, executable = True, cfg = optimize, doc = "The `cc_binary`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
