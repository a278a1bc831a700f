# SPDX-License-Identifier: Apache-2.0
"nogo, rules_go's runner of code analyzers, built without the C toolchain."

load(":exec_tool.bzl", "go_tools", "link_program")

visibility("//...")

def _go_tools_nogo_impl(ctx):
    # Where rules_go wants no analysis (for nogo's own packages), there is no program.
    if not ctx.attr.nogo[0][DefaultInfo].files_to_run.executable:
        return [DefaultInfo()]
    return [link_program(ctx, ctx.attr.nogo[0])]

go_tools_nogo = rule(
    implementation = _go_tools_nogo_impl,
    doc = """The `nogo` target, built like all Go programs that run as build tools.

nogo reads every Go package, those included that the C toolchain is built with: it must not depend on that toolchain.""",
    attrs = {
        "nogo": attr.label(mandatory = True, cfg = go_tools, doc = "The `nogo`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
