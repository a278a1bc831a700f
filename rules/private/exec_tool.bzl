# SPDX-License-Identifier: Apache-2.0
"The configuration in which Go programs run as build tools."

visibility("//...")

def _go_tools_impl(_settings, _attr):
    return {
        "//command_line_option:platforms": str(Label("//toolchains/musl:go_tools")),
        # What a user sets for the own Go programs must not rebuild everything that these tools have built.
        "@rules_go//go/config:debug": False,
        "@rules_go//go/config:linkmode": "normal",
        "@rules_go//go/config:msan": False,
        "@rules_go//go/config:pure": True,
        "@rules_go//go/config:race": False,
        "@rules_go//go/config:static": True,
        "@rules_go//go/config:tags": [],
    }

go_tools = transition(
    implementation = _go_tools_impl,
    inputs = [],
    outputs = [
        "//command_line_option:platforms",
        "@rules_go//go/config:debug",
        "@rules_go//go/config:linkmode",
        "@rules_go//go/config:msan",
        "@rules_go//go/config:pure",
        "@rules_go//go/config:race",
        "@rules_go//go/config:static",
        "@rules_go//go/config:tags",
    ],
)

def link_program(ctx, target, files = [], transitive_files = None):
    """A rule's own executable that is a link to the program of another target.

    Args:
      ctx: the rule's context.
      target: the target of the program.
      files: further Files for the runfiles.
      transitive_files: a depset of further ones.

    Returns:
      DefaultInfo
    """
    program = target[DefaultInfo].files_to_run.executable

    # Under its own name: programs tell their name in messages.
    executable = ctx.actions.declare_file(ctx.label.name + "_/" + program.basename)
    ctx.actions.symlink(output = executable, target_file = program, is_executable = True)
    return DefaultInfo(
        executable = executable,
        files = depset([executable]),
        runfiles = ctx.runfiles([executable, program] + files, transitive_files = transitive_files).merge(target[DefaultInfo].default_runfiles),
    )

def _exec_tool_impl(ctx):
    return [link_program(ctx, ctx.attr.binary)]

_exec_tool = rule(
    implementation = _exec_tool_impl,
    doc = """A Go program, built for use in actions.

It is built for a platform that has no C library, so that it does not depend on the C toolchain: it takes part
in building that toolchain. All rules use the program through this one configuration, so it is built once.""",
    cfg = go_tools,
    executable = True,
    attrs = {
        "binary": attr.label(mandatory = True, executable = True, cfg = "target", doc = "The `go_binary`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)

def exec_tool(name, binary, **kwargs):
    """A Go program for attributes with `cfg = "exec"`.

    Args:
      name: name of the target.
      binary: the `go_binary`.
      **kwargs: common attributes.
    """
    _exec_tool(
        name = name,
        binary = binary,
        # By itself it would be built in one more configuration, with one more Go standard library.
        tags = ["manual"],
        **kwargs
    )

def _exec_program_impl(ctx):
    return [link_program(ctx, ctx.attr.tool)]

exec_program = rule(
    implementation = _exec_program_impl,
    doc = "An `exec_tool` for `bazel run` and as data of tests: the very file that actions run.",
    executable = True,
    attrs = {
        "tool": attr.label(mandatory = True, executable = True, cfg = "exec", doc = "The `exec_tool`."),
    },
)
