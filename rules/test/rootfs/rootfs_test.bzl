# SPDX-License-Identifier: Apache-2.0
"What `file_tree` and `initramfs` declare."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "FileTreeInfo", "InitramfsInfo")
load("//rules:rootfs.bzl", "file_tree")
load("//rules/test:failure_test.bzl", "failure_test")

visibility("//rules/test/...")

def _describe(tree):
    return [
        " ".join([
            entry.kind[0],
            entry.mode,
            entry.owner,
            path,
            entry.file.short_path if entry.file else entry.target + entry.device,
            entry.origin.rpartition(":")[2],
        ])
        for path, entry in sorted(tree.entries.items())
    ] + [
        " ".join(["links", links.file.short_path, links.target, links.origin.rpartition(":")[2]])
        for links in tree.symlink_lists
    ] + [
        " ".join(["tar", tar.prefix, tar.file.short_path, tar.origin.rpartition(":")[2]])
        for tar in tree.tars
    ]

def _file_tree_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ctx.attr.entries, _describe(target[FileTreeInfo]))
    asserts.equals(env, [target.label.name + ".listing"], [file.basename for file in target[DefaultInfo].files.to_list()])
    for action in analysistest.target_actions(env):
        if action.mnemonic == "FileTreeListing":
            paths = [file.short_path for file in action.inputs.to_list()]
            for line in ctx.attr.entries:
                for word in line.split(" "):
                    if "testdata/" in word:
                        asserts.true(env, word in paths, word + " is no input of " + str(action))
    return analysistest.end(env)

file_tree_test = analysistest.make(
    _file_tree_test_impl,
    attrs = {"entries": attr.string_list(mandatory = True, doc = "The tree.")},
    doc = "Compares the tree of a target.",
)

def _initramfs_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[InitramfsInfo]
    asserts.equals(env, ctx.attr.compression, info.compression)
    asserts.equals(env, target.label.name + ctx.attr.suffix, info.archive.basename)
    asserts.equals(env, [info.archive], target[DefaultInfo].files.to_list())
    asserts.equals(env, [target.label.name + ".listing"], [file.basename for file in target[OutputGroupInfo].listing.to_list()])
    actions = {action.mnemonic: action for action in analysistest.target_actions(env)}
    asserts.equals(env, ["FileTreeListing", "FileWrite", "Initramfs"], sorted(actions.keys()))
    for mnemonic in ["FileTreeListing", "Initramfs"]:
        action = actions[mnemonic]
        asserts.equals(env, {}, action.env, mnemonic + ": it sees the environment of whoever builds")
        asserts.equals(env, [], [word for word in action.argv if word.startswith("/")], mnemonic + ": a program of the host")
    argv = actions["Initramfs"].argv
    inputs = [file.path for file in actions["Initramfs"].inputs.to_list()]
    if ctx.attr.compression == "none":
        asserts.false(env, "-compressor" in argv)
        asserts.equals(env, [], [path for path in inputs if "debian" in path])
    else:
        asserts.true(env, argv[argv.index("-compressor") + 1] in inputs, "the compressor is no input")
        asserts.true(env, argv[argv.index("-compressor") + 1].endswith("/build_tools/gnu/" + ctx.attr.compression))
    return analysistest.end(env)

initramfs_test = analysistest.make(
    _initramfs_test_impl,
    attrs = {
        "compression": attr.string(mandatory = True, doc = "The compression."),
        "suffix": attr.string(mandatory = True, doc = "What the name of the archive ends in."),
    },
    doc = "Looks at an initramfs.",
)

def failing_file_tree(name, messages, more = {}, **kwargs):
    """Declares a `file_tree` and the test that its analysis fails.

    Args:
      name: name of the test.
      messages: parts of the message.
      more: further attributes of the `file_tree`, where their names are not fixed.
      **kwargs: attributes of the `file_tree`.
    """
    file_tree(
        name = name + "_subject",
        tags = ["manual"],
        **(kwargs | more)
    )
    failure_test(
        name = name,
        messages = messages,
        target_under_test = name + "_subject",
    )
