# SPDX-License-Identifier: Apache-2.0
"What depends on the target platform and what does not: else every platform has its own build of everything."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

visibility("//rules/test")

_PLATFORMS = {
    "aarch64": Label("//toolchains/musl:linux_aarch64"),
    "host": Label("@platforms//host"),
    "x86_64": Label("//toolchains/musl:linux_x86_64"),
}

_FilesInfo = provider(
    doc = "Files of a target on each platform.",
    fields = {"files": "dict of platform name to list of Files."},
)

def _platforms_impl(_settings, _attr):
    return {
        name: {"//command_line_option:platforms": str(platform)}
        for name, platform in _PLATFORMS.items()
    }

_platforms = transition(
    implementation = _platforms_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def _on_all_platforms_impl(ctx):
    return [_FilesInfo(files = {
        name: target[DefaultInfo].files.to_list()
        for name, target in ctx.split_attr.target.items()
    })]

on_all_platforms = rule(
    implementation = _on_all_platforms_impl,
    doc = "A target, for each platform.",
    attrs = {
        "target": attr.label(mandatory = True, cfg = _platforms, doc = "The target."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)

def _assert_for_actions(env, file):
    asserts.true(env, "-exec" in file.root.path, file.path + " is not built for the platform that builds")

def _one_for_all_test_impl(ctx):
    env = analysistest.begin(ctx)
    files = analysistest.target_under_test(env)[_FilesInfo].files
    asserts.equals(env, 1, len(files["host"]))
    for name in _PLATFORMS:
        asserts.equals(env, files["host"], files[name], "for {} another file is built than for the host".format(name))
    _assert_for_actions(env, files["host"][0])
    return analysistest.end(env)

one_for_all_test = analysistest.make(
    _one_for_all_test_impl,
    doc = "The target is the very same file on all platforms.",
)

def _one_per_cpu_test_impl(ctx):
    env = analysistest.begin(ctx)
    files = analysistest.target_under_test(env)[_FilesInfo].files
    asserts.equals(env, 1, len(files["host"]))
    asserts.equals(env, files["host"], files["x86_64"], "the host is x86_64, and yet has files of its own")
    asserts.true(env, files["aarch64"] != files["x86_64"], "aarch64 and x86_64 share a file")

    # Both are there for the compiler, which runs on one platform.
    asserts.equals(env, files["x86_64"][0].root.path, files["aarch64"][0].root.path)
    _assert_for_actions(env, files["host"][0])
    return analysistest.end(env)

one_per_cpu_test = analysistest.make(
    _one_per_cpu_test_impl,
    doc = "The target is one file for each processor, always built for the platform that builds.",
)

def _platform_files_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    here = ctx.files.here[0]
    links = [action for action in analysistest.target_actions(env) if action.mnemonic == "Symlink"]
    asserts.equals(env, 1, len(links))
    file = links[0].inputs.to_list()[0]
    asserts.equals(env, here.short_path, file.short_path)
    asserts.true(env, here.root.path != file.root.path, "both are in " + here.root.path)
    asserts.equals(env, links[0].outputs.to_list(), target[DefaultInfo].files.to_list())
    asserts.equals(env, here.root.path, links[0].outputs.to_list()[0].root.path)
    return analysistest.end(env)

platform_files_test = analysistest.make(
    _platform_files_test_impl,
    attrs = {"here": attr.label(mandatory = True, doc = "The target for the platform of the command line.")},
    doc = "`platform_files` takes its target from another configuration.",
)
