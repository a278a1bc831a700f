# SPDX-License-Identifier: Apache-2.0
"nogo, rules_go's runner of code analyzers, built without the C toolchain."

load(":exec_tool.bzl", "go_tools")

visibility("//...")

def _go_tools_nogo_impl(ctx):
    nogo = ctx.attr.nogo[0][DefaultInfo]

    # Where rules_go wants no analysis (for nogo's own packages), there is no program.
    if not nogo.files_to_run.executable:
        return [DefaultInfo()]
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = nogo.files_to_run.executable, is_executable = True)
    return [DefaultInfo(
        executable = executable,
        files = depset([executable]),
        runfiles = ctx.runfiles([executable]).merge(nogo.default_runfiles),
    )]

go_tools_nogo = rule(
    implementation = _go_tools_nogo_impl,
    doc = """The `nogo` target, built like all Go programs that run as build tools.

nogo reads every Go package, those included that the C toolchain is built with: it must not depend on that toolchain.""",
    attrs = {
        "nogo": attr.label(mandatory = True, cfg = go_tools, doc = "The `nogo`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
