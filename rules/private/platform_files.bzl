# SPDX-License-Identifier: Apache-2.0
"Targets, built for another platform than the command line names."

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
    links = []
    for file in files.to_list():
        # In a place of its own: for another platform the file has the same path in a runfiles directory.
        link = ctx.actions.declare_file("{}/{}".format(ctx.label.name, file.basename))
        ctx.actions.symlink(output = link, target_file = file)
        links.append(link)
    return [DefaultInfo(files = depset(links), runfiles = ctx.runfiles(links))]

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

def _exec_files_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs))]

exec_files = rule(
    implementation = _exec_files_impl,
    doc = "The files of targets as actions use them: built for the platform that builds.",
    attrs = {
        "srcs": attr.label_list(mandatory = True, cfg = "exec", doc = "The targets."),
    },
)
