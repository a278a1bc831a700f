# SPDX-License-Identifier: Apache-2.0
"A target, built for a platform that is named in the BUILD file instead of on the command line."

visibility("//...")

def _platform_impl(_settings, attr):
    return {"//command_line_option:platforms": str(attr.platform)}

_platform = transition(
    implementation = _platform_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def _platform_files_impl(ctx):
    target = ctx.attr.target[0]
    files = target[OutputGroupInfo][ctx.attr.output_group] if ctx.attr.output_group else target[DefaultInfo].files
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

platform_files = rule(
    implementation = _platform_files_impl,
    doc = "The files of a target for one platform: lets a test have the same target for several.",
    attrs = {
        "output_group": attr.string(doc = "The output group to take; default: the target's files."),
        "platform": attr.label(mandatory = True, doc = "The platform to build for."),
        "target": attr.label(mandatory = True, cfg = _platform, doc = "The target."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
