# SPDX-License-Identifier: Apache-2.0
"What `launched_tools` writes."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "BuildToolsInfo")

visibility("//toolchains/build_tools/test")

def _launched_tools_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    tools = target[BuildToolsInfo].tools
    asserts.equals(env, ["gawk", "m4"], sorted(tools.keys()))

    sidecars = {}
    for action in analysistest.target_actions(env):
        if action.mnemonic == "FileWrite":
            file = action.outputs.to_list()[0]
            sidecars[file.basename] = json.decode(action.content)
            asserts.true(env, file in target[DefaultInfo].default_runfiles.files.to_list(), file.path + " is not in the runfiles")
    asserts.equals(env, ["gawk.launch", "m4.launch"], sorted(sidecars.keys()))

    # From the links to the tree, in an action and in a runfiles directory; only the former knows the output directory.
    link = tools["gawk"].executable
    package = ["toolchains", "build_tools", "test", "tools"]
    repository = ctx.attr.tree.label.workspace_name
    trees = [
        "/".join([".."] * len(link.root.path.split("/") + package)) + "/external/" + repository,
        "/".join([".."] * len(package)) + "/../" + repository,
    ]
    asserts.equals(env, "/".join([link.root.path] + package), link.dirname)
    common = {
        "env": {"M4": "${BIN}/m4"},
        "library_path": ["usr/lib/x86_64-linux-gnu"],
        "loader": "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "no_args_if_first": ["--version"],
        "tree": trees,
    }
    asserts.equals(env, common | {
        "args": ["--posix"],
        "argv0": "awk",
        "program": "usr/bin/gawk",
    }, sidecars["gawk.launch"])
    asserts.equals(env, common | {
        "args": ["--default"],
        "argv0": "",
        "program": "usr/bin/m4",
    }, sidecars["m4.launch"])

    # Whoever runs one tool has the link, its description, the launcher and the tree.
    files = {file.basename: file for file in tools["m4"].files.to_list()}
    for name in ["m4", "m4.launch", "launcher", "ld-linux-x86-64.so.2"]:
        asserts.true(env, name in files, "the files of m4 have no " + name)
    return analysistest.end(env)

launched_tools_test = analysistest.make(
    _launched_tools_test_impl,
    attrs = {"tree": attr.label(mandatory = True, doc = "What `files` of the target is.")},
)
