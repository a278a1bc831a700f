# SPDX-License-Identifier: Apache-2.0
"Small rules around `foreign_build` and the C toolchain, for tests to look at."

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load(
    "//rules/private:foreign_build.bzl",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "foreign_build",
    "output_file",
    "step",
    "target_cc",
)

visibility("//rules/test")

def _missing_tool_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    foreign_build(
        ctx,
        mnemonic = "MissingTool",
        outputs = [output_file(out, "out")],
        steps = [step("build", ["make"])],
        tools = ["make", "gcc"],
    )

missing_tool = rule(
    implementation = _missing_tool_impl,
    attrs = FOREIGN_BUILD_ATTRS,
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)

def _c_compiler_impl(ctx):
    target_cc(ctx)

c_compiler = rule(
    implementation = _c_compiler_impl,
    doc = "Asks for the C compiler where Bazel resolved somebody else's C toolchain.",
    attrs = {"_cc_toolchain": attr.label(default = "//rules/test:glibc_cc")},
)

def _c_sysroot_impl(ctx):
    cc_toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    return [DefaultInfo(files = depset([
        file
        for file in cc_toolchain.all_files.to_list()
        if file.path == cc_toolchain.sysroot
    ]))]

c_sysroot = rule(
    implementation = _c_sysroot_impl,
    doc = "The sysroot that C programs for the target platform are built with.",
    attrs = CC_ATTRS,
    toolchains = CC_TOOLCHAINS,
)

def _glibc_toolchain_config_impl(ctx):
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        compiler = "gcc",
        target_cpu = "x86_64",
        target_libc = "glibc",
        target_system_name = "x86_64-linux-gnu",
        toolchain_identifier = "somebody-elses",
    )

glibc_toolchain_config = rule(
    implementation = _glibc_toolchain_config_impl,
    doc = "A C toolchain that is not ours.",
    provides = [CcToolchainConfigInfo],
)
