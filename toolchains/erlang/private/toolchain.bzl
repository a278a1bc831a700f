# SPDX-License-Identifier: Apache-2.0
"The toolchain of Erlang and Elixir."

load("//rules:providers.bzl", "ErlangSdkInfo")

visibility("//toolchains/erlang/...")

def _erlang_toolchain_impl(ctx):
    sdk = ctx.attr.sdk[ErlangSdkInfo]
    return [
        platform_common.ToolchainInfo(erlang_sdk = sdk),
        DefaultInfo(files = depset([sdk.root, sdk.elixir])),
    ]

erlang_toolchain = rule(
    implementation = _erlang_toolchain_impl,
    doc = "A toolchain of type `//toolchains/erlang:toolchain_type`.",
    attrs = {
        "sdk": attr.label(mandatory = True, cfg = "exec", providers = [ErlangSdkInfo], doc = "The `elixir`, which brings the Erlang/OTP that compiled it."),
    },
    provides = [platform_common.ToolchainInfo],
)
