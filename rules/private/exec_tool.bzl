# SPDX-License-Identifier: Apache-2.0
"The configuration in which the project's own Go programs run as build tools."

visibility("//...")

def _go_tools_impl(_settings, _attr):
    return {
        "//command_line_option:platforms": str(Label("//toolchains/musl:go_tools")),
        "@rules_go//go/config:pure": True,
        "@rules_go//go/config:static": True,
    }

_go_tools = transition(
    implementation = _go_tools_impl,
    inputs = [],
    outputs = [
        "//command_line_option:platforms",
        "@rules_go//go/config:pure",
        "@rules_go//go/config:static",
    ],
)

def _exec_tool_impl(ctx):
    tool = ctx.executable.binary
    executable = ctx.actions.declare_file(ctx.label.name + "_/" + tool.basename)
    ctx.actions.symlink(output = executable, target_file = tool, is_executable = True)
    return [DefaultInfo(
        executable = executable,
        files = depset([executable]),
        runfiles = ctx.runfiles([executable, tool]),
    )]

exec_tool = rule(
    implementation = _exec_tool_impl,
    doc = """A Go program of the project, built for use in actions.

It is built for a platform that has no C library, so that it does not depend on the C toolchain: it takes part
in building that toolchain. All rules use the program through this one configuration, so it is built once.""",
    cfg = _go_tools,
    executable = True,
    attrs = {
        "binary": attr.label(mandatory = True, executable = True, cfg = "target", doc = "The `go_binary`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
