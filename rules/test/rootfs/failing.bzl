# SPDX-License-Identifier: Apache-2.0
"Trees whose post_build must fail: what is built is the message."

load("//rules/private:file_tree.bzl", "FILE_TREE_ATTRS", "FILE_TREE_TOOLCHAINS", "file_tree_info")

visibility("//rules/test/rootfs")

def _failing_post_build_impl(ctx):
    return [DefaultInfo(files = depset([file_tree_info(ctx).tars[0].file]))]

failing_post_build = rule(
    implementation = _failing_post_build_impl,
    attrs = FILE_TREE_ATTRS | {
        "_foreignbuild": attr.label(default = Label("//tools/expectfailure:exec"), executable = True, cfg = "exec"),
    },
    toolchains = FILE_TREE_TOOLCHAINS,
)
