# SPDX-License-Identifier: Apache-2.0
"The toolchain of programs that foreign builds may call."

load("//rules:providers.bzl", "BuildToolsInfo")

visibility("//toolchains/...")

def _build_tools_toolchain_impl(ctx):
    tools = {}
    for target in ctx.attr.tools:
        for name, tool in target[BuildToolsInfo].tools.items():
            if name in tools:
                fail("{}: tools: {} brings the tool {}, which an earlier entry has already. Take one of them out.".format(ctx.label, target.label, name))
            tools[name] = tool
    return [
        platform_common.ToolchainInfo(build_tools = BuildToolsInfo(tools = tools)),
        DefaultInfo(files = depset(transitive = [tool.files for tool in tools.values()])),
    ]

build_tools_toolchain = rule(
    implementation = _build_tools_toolchain_impl,
    doc = "Collects tools into a toolchain of type `//toolchains/build_tools:toolchain_type`.",
    attrs = {
        "tools": attr.label_list(mandatory = True, cfg = "exec", providers = [BuildToolsInfo], doc = "Targets with tools; no two may have a tool of the same name."),
    },
    provides = [platform_common.ToolchainInfo],
)
