# SPDX-License-Identifier: Apache-2.0
"The toolchain of emulators."

load("//rules:providers.bzl", "BuildToolsInfo", "QemuInfo")

visibility("//toolchains/qemu/...")

def _qemu_toolchain_impl(ctx):
    tool = ctx.attr.qemu[BuildToolsInfo].tools["qemu-system-" + ctx.attr.cpu]
    return [
        platform_common.ToolchainInfo(qemu = QemuInfo(
            cpu = ctx.attr.cpu,
            system = struct(executable = tool.executable, files = tool.files),
        )),
        DefaultInfo(files = tool.files),
    ]

qemu_toolchain = rule(
    implementation = _qemu_toolchain_impl,
    doc = "A toolchain of type `//toolchains/qemu:toolchain_type`.",
    attrs = {
        "cpu": attr.string(mandatory = True, values = ["x86_64", "aarch64"], doc = "The guest's processor."),
        "qemu": attr.label(mandatory = True, cfg = "exec", providers = [BuildToolsInfo], doc = "Launched tools with a program `qemu-system-<cpu>`."),
    },
    provides = [platform_common.ToolchainInfo],
)
