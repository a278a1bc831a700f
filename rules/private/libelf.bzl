# SPDX-License-Identifier: Apache-2.0
"libelf, for programs that a kernel build compiles and runs."

load(
    ":foreign_build.bzl",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "foreign_build",
    "output_tar",
    "step",
    "target_cc",
)

visibility("//third_party/libelf/...")

def _libelf_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    cc = target_cc(ctx)
    log = foreign_build(
        ctx,
        mnemonic = "Libelf",
        progress_message = "Building %{label}",
        outputs = [output_tar(out, root = "out")],
        archives = [
            archive(ctx.file.elfutils, dir = "elfutils", include = ["lib/**", "libelf/**"]),
            archive(ctx.file.zlib, dir = "zlib", include = ["*.c", "*.h"]),
        ],
        files = {
            "config/config.h": ctx.file.config,
            "libelf.mk": ctx.file.makefile,
        },
        tools = ["cp", "llvm-ar", "make", "mkdir", "sh"],
        aliases = cc.aliases,
        inputs = [cc.files],
        steps = [
            step("build", [
                "make",
                "-j${JOBS}",
                "-f",
                "${WORK}/libelf.mk",
                "SHELL=sh",
                "CC=cc",
                "AR=llvm-ar",
                "ELFUTILS=${WORK}/elfutils",
                "ZLIB=${WORK}/zlib",
                "CONFIG=${WORK}/config",
                "OUT=${WORK}/out",
            ], dir = "build"),
        ],
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log])),
    ]

libelf = rule(
    implementation = _libelf_impl,
    doc = "A tar with libelf for the target platform: `include/*.h`, and `lib/libelf.a` with the zlib that it needs inside.",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "config": attr.label(mandatory = True, allow_single_file = True, doc = "What configure would write."),
        "elfutils": attr.label(mandatory = True, allow_single_file = True, doc = "elfutils' source archive."),
        "makefile": attr.label(mandatory = True, allow_single_file = True, doc = "The makefile that compiles both."),
        "zlib": attr.label(mandatory = True, allow_single_file = True, doc = "zlib's source archive."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)
