# SPDX-License-Identifier: Apache-2.0
"Targets whose analysis must fail, with a message that helps."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

visibility("//...")

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    for part in ctx.attr.messages:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"messages": attr.string_list(mandatory = True, allow_empty = False, doc = "Parts of the expected message.")},
    expect_failure = True,
)
