# SPDX-License-Identifier: Apache-2.0
"Formatters of the project's own source files."

load(":exec_tool.bzl", "link_program")

visibility("//...")

def _in_source_tree_impl(ctx):
    return [link_program(ctx, ctx.attr._sourcetree, ctx.files.data)]

_ATTRS = {
    "data": attr.label_list(allow_files = True, cfg = "exec", doc = "The files that `args` name by `$(rlocationpath)`."),
    "_sourcetree": attr.label(default = Label("//tools/sourcetree:exec"), executable = True, cfg = "exec"),
}

_in_source_tree = rule(
    implementation = _in_source_tree_impl,
    doc = "Runs a program in the source tree: `args` are those of //tools/sourcetree.",
    executable = True,
    attrs = _ATTRS,
)

_in_source_tree_test = rule(
    implementation = _in_source_tree_impl,
    doc = "The same as a test.",
    test = True,
    attrs = _ATTRS,
)

def formatter(name, program, fix, check, data = [], workspace = "//:MODULE.bazel"):
    """Declares `<name>`, which formats the source tree, and `<name>_test`, which fails where that would change something.

    A formatter finds its files by itself, in all packages: named as inputs they would have to be exported by every
    one of them, and a new one could be forgotten. So both run in the source tree, which is found by following the
    link that is the runfile of `workspace`. Bazel then cannot know when the test must be run again: it always is.

    Args:
      name: name of the formatter.
      program: the program.
      fix: its arguments for formatting.
      check: its arguments for checking only: its exit status tells whether all is well.
      data: further files that the arguments name by `$(rlocationpath)`.
      workspace: a file in the top directory of the source tree.
    """
    data = data + [program, workspace]
    files = ["$(rlocationpath {})".format(label) for label in [workspace, program]]
    _in_source_tree(
        name = name,
        args = files + fix,
        data = data,
        tags = ["manual"],
    )
    _in_source_tree_test(
        name = name + "_test",
        size = "small",
        args = ["-fix", "'bazel run //{}:{}'".format(native.package_name(), name)] + files + check,
        data = data,
        tags = [
            # Run always, and here.
            "external",
            "local",
        ],
    )
