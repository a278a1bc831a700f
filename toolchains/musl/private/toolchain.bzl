# SPDX-License-Identifier: Apache-2.0
"Everything that one processor needs: the parts of its sysroot, the toolchain and the platform."

load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("//rules/private:platform_files.bzl", "exec_files")
load(":cc_toolchain_config.bzl", "cc_toolchain_config")
load(":components.bzl", "clang_resources", "libcxx", "linux_headers", "musl_libc", "sysroot")

visibility("//toolchains/musl/...")

_TOOLS = [
    "//toolchains/build_tools:binutils",
    "//toolchains/build_tools:clang",
    "//toolchains/build_tools:lld",
]

# Built where the compiler runs: as targets of `//...` they would be built again for the target platform.
_MANUAL = ["manual"]

def musl_toolchain(name, cpu):
    """Declares a platform and its C and C++ toolchain.

    Args:
      name: name of the platform.
      cpu: the processor, as @platforms//cpu and musl name it.
    """
    clang_resources(
        name = "clang_resources_" + cpu,
        tags = _MANUAL,
        cpu = cpu,
        llvm = ":llvm_runtimes",
        musl = "@musl_source//:archive",
    )
    musl_libc(
        name = "libc_" + cpu,
        tags = _MANUAL,
        cpu = cpu,
        patches = ["//third_party/patches:musl"],
        src = "@musl_source//:archive",
        sysroot = [":clang_resources_" + cpu],
    )
    native.filegroup(
        name = "libc_loader_" + cpu,
        srcs = [":libc_" + cpu],
        output_group = "loader",
        tags = _MANUAL,
    )
    exec_files(
        name = "loader_" + cpu,
        srcs = [":libc_loader_" + cpu],
        tags = _MANUAL,
        visibility = ["//toolchains/musl/test:__pkg__"],
    )
    linux_headers(
        name = "linux_headers_" + cpu,
        tags = _MANUAL,
        cpu = cpu,
        host_sysroot = [
            ":clang_resources_x86_64",
            ":libc_x86_64",
        ],
        src = ":linux_uapi",
    )
    c_parts = [
        ":clang_resources_" + cpu,
        ":libc_" + cpu,
        ":linux_headers_" + cpu,
    ]
    libcxx(
        name = "libcxx_" + cpu,
        tags = _MANUAL,
        cpu = cpu,
        llvm = ":llvm_runtimes",
        sysroot = c_parts,
    )
    exec_files(
        name = "sysroot_parts_" + cpu,
        srcs = c_parts + [":libcxx_" + cpu],
        tags = _MANUAL,
    )
    sysroot(
        name = "sysroot_" + cpu,
        tags = _MANUAL,
        parts = c_parts + [":libcxx_" + cpu],
    )
    cc_toolchain_config(
        name = "config_" + cpu,
        tags = _MANUAL,
        sysroot = ":sysroot_" + cpu,
        tools = _TOOLS,
        triple = cpu + "-linux-musl",
    )
    native.filegroup(
        name = "files_" + cpu,
        tags = _MANUAL,
        srcs = _TOOLS + [":sysroot_" + cpu],
    )
    cc_toolchain(
        name = "cc_" + cpu,
        tags = _MANUAL,
        all_files = ":files_" + cpu,
        ar_files = "//toolchains/build_tools:binutils",
        as_files = ":files_" + cpu,
        compiler_files = ":files_" + cpu,
        dwp_files = ":files_" + cpu,
        linker_files = ":files_" + cpu,
        objcopy_files = "//toolchains/build_tools:binutils",
        strip_files = "//toolchains/build_tools:binutils",
        supports_param_files = True,
        toolchain_config = ":config_" + cpu,
    )
    native.toolchain(
        name = "toolchain_" + cpu,
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = [
            "@platforms//cpu:" + cpu,
            "@platforms//os:linux",
            ":musl",
        ],
        toolchain = ":cc_" + cpu,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )
    native.platform(
        name = name,
        constraint_values = [
            "@platforms//cpu:" + cpu,
            "@platforms//os:linux",
            ":musl",
        ],
        visibility = ["//visibility:public"],
    )
