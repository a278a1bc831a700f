# SPDX-License-Identifier: Apache-2.0
"The parts of the musl sysroot, each a foreign build whose output is one tar."

load(
    "//rules/private:foreign_build.bzl",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "cc_tool",
    "foreign_build",
    "output_file",
    "output_tar",
    "step",
)

visibility("//toolchains/musl/...")

# make finds its shell by name on PATH: it mangles long commands when the path of the shell has a ~, as those of other
# modules have.
_SHELL_TOOLS = ["basename", "cat", "chmod", "cmp", "cp", "cut", "echo", "env", "expr", "false", "find", "grep", "install", "ln", "ls", "make", "mkdir", "mv", "printf", "pwd", "rm", "sed", "sh", "sort", "tr", "true", "uname", "xargs"]
_LLVM_TOOLS = ["llvm-ar", "llvm-nm", "llvm-ranlib", "llvm-strip"]

# An x86_64 Linux kernel calls itself x86 in its source tree, and aarch64 arm64.
_KERNEL_ARCH = {
    "aarch64": "arm64",
    "x86_64": "x86",
}

_CPU = {"cpu": attr.string(mandatory = True, values = ["x86_64", "aarch64"], doc = "The processor that the part is for, as musl names it.")}

def _run(ctx, mnemonic, root, output_groups = {}, **kwargs):
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    log = foreign_build(
        ctx,
        mnemonic = mnemonic,
        outputs = [output_tar(out, root = root)] + output_groups.values(),
        progress_message = "Building %{label}",
        **kwargs
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log]), **{
            name: depset([output.file])
            for name, output in output_groups.items()
        }),
    ]

def _triple(ctx):
    return ctx.attr.cpu + "-linux-musl"

def _sysroot_archives(ctx):
    return [archive(file, dir = "sysroot", strip = 0) for file in ctx.files.sysroot]

def _clang(ctx):
    arguments = ["--target=" + _triple(ctx), "--sysroot=${WORK}/sysroot"]
    return [cc_tool("cc", "clang", arguments), cc_tool("c++", "clang++", arguments)]

def _clang_resources_impl(ctx):
    # musl's headers come first: a few builtins ask the C library what the processor can do.
    return _run(
        ctx,
        mnemonic = "ClangResources",
        root = "out",
        archives = [
            archive(ctx.file.musl, dir = "musl"),
            archive(ctx.file.llvm, strip = 0),
        ],
        files = {"builtins.mk": ctx.file._makefile},
        tools = _SHELL_TOOLS + _LLVM_TOOLS + ["clang"],
        aliases = _clang(ctx),
        steps = [
            step("install musl's headers", ["make", "-s", "SHELL=sh", "ARCH=" + ctx.attr.cpu, "prefix=/usr", "DESTDIR=${WORK}/sysroot", "install-headers"], dir = "musl"),
            step("build the builtins", [
                "make",
                "-j${JOBS}",
                "-f",
                "${WORK}/builtins.mk",
                "SHELL=sh",
                "ARCH=" + ctx.attr.cpu,
                "CC=cc",
                "AR=llvm-ar",
                "SRC=${WORK}/src/compiler-rt/lib/builtins",
                "OUT=${WORK}/out/lib/clang/lib/linux",
            ], dir = "build"),
            step("copy clang's headers", ["sh", "-c", "cp -R -L \"$(clang -print-resource-dir)/include\" ${WORK}/out/lib/clang/"], dir = "."),
        ],
    )

clang_resources = rule(
    implementation = _clang_resources_impl,
    doc = "A tar with clang's resource directory for a processor: `lib/clang/include` and `lib/clang/lib/linux`.",
    attrs = FOREIGN_BUILD_ATTRS | _CPU | {
        "llvm": attr.label(mandatory = True, allow_single_file = True, doc = "Archive of LLVM's sources without top directory."),
        "musl": attr.label(mandatory = True, allow_single_file = True, doc = "musl's source archive."),
        "_makefile": attr.label(default = "//toolchains/musl:builtins.mk", allow_single_file = True),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)

def _musl_libc_impl(ctx):
    loader = "ld-musl-{}.so.1".format(ctx.attr.cpu)
    return _run(
        ctx,
        mnemonic = "MuslLibc",
        root = "out",
        output_groups = {"loader": output_file(ctx.actions.declare_file(ctx.label.name + "/" + loader), "out/lib/" + loader, executable = True)},
        archives = [archive(ctx.file.src)] + _sysroot_archives(ctx),
        patches = ctx.files.patches,
        tools = _SHELL_TOOLS + _LLVM_TOOLS,
        aliases = _clang(ctx),
        env = {
            "AR": "llvm-ar",
            # Without tables for an unwinder that no C program has; sections let the linker drop what is not called.
            "CC": "cc",
            "CFLAGS": "-ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables -ffile-prefix-map=${WORK}/src=musl",
            "LDFLAGS": "-Wl,--build-id=none",
            "LIBCC": "${WORK}/sysroot/lib/clang/lib/linux/libclang_rt.builtins-" + ctx.attr.cpu + ".a",
            "RANLIB": "llvm-ranlib",
        },
        steps = [
            step("configure", ["sh", "./configure", "--target=" + _triple(ctx), "--prefix=/usr", "--syslibdir=/lib", "--disable-wrapper"]),
            step("build", ["make", "-j${JOBS}", "SHELL=sh"]),
            step("install", ["make", "SHELL=sh", "DESTDIR=${WORK}/out", "install"]),
            # The loader is libc.so itself: a file at its real place, and a relative link for the linker.
            step("place the loader", ["sh", "-c", "mv usr/lib/libc.so lib/{0} && ln -s ../../lib/{0} usr/lib/libc.so".format(loader)], dir = "out"),
        ],
    )

musl_libc = rule(
    implementation = _musl_libc_impl,
    doc = "A tar with musl: `usr/include`, `usr/lib` and the dynamic loader `lib/ld-musl-<cpu>.so.1`, which the output group `loader` has by itself.",
    attrs = FOREIGN_BUILD_ATTRS | _CPU | {
        "patches": attr.label_list(allow_files = [".patch"], doc = "Patches for the source, applied in order with -p1."),
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "musl's source archive."),
        "sysroot": attr.label_list(mandatory = True, allow_files = [".tar"], doc = "Tars of the parts of the sysroot that are there already."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)

def _linux_headers_impl(ctx):
    arch = _KERNEL_ARCH[ctx.attr.cpu]
    make = ["make", "-s", "-j${JOBS}", "SHELL=sh", "CONFIG_SHELL=sh", "LLVM=1", "ARCH=" + arch, "HOSTCC=cc", "HOSTCFLAGS=-Os", "HOSTLDFLAGS=-static"]
    return _run(
        ctx,
        mnemonic = "LinuxHeaders",
        root = "out",
        archives = [archive(ctx.file.src, strip = 0)] + [
            # unifdef, which the headers pass through, runs here: it needs a C library of the exec platform.
            archive(file, dir = "sysroot", strip = 0)
            for file in ctx.files.host_sysroot
        ],
        tools = _SHELL_TOOLS + _LLVM_TOOLS + ["awk", "clang", "date", "head", "ld.lld", "llvm-objcopy", "llvm-readelf", "mktemp", "readlink", "realpath", "rmdir", "tail", "touch", "uniq", "wc"],
        aliases = [cc_tool("cc", "clang", ["--target=x86_64-linux-musl", "--sysroot=${WORK}/sysroot", "-resource-dir=${WORK}/sysroot/lib/clang", "-rtlib=compiler-rt", "-unwindlib=none"])],
        steps = [
            step("make headers", make + ["headers"]),
            step("copy", ["sh", "-c", "mkdir -p usr && cp -R ${WORK}/src/usr/include usr/ && find usr -type f ! -name '*.h' -exec rm -f {} +"], dir = "out"),
        ],
    )

linux_headers = rule(
    implementation = _linux_headers_impl,
    doc = "A tar with the kernel's headers for programs: `usr/include/{asm,asm-generic,linux,…}`.",
    attrs = FOREIGN_BUILD_ATTRS | _CPU | {
        "host_sysroot": attr.label_list(mandatory = True, allow_files = [".tar"], doc = "Tars of a sysroot in which programs for x86_64 Linux can be linked."),
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "Archive of the kernel's sources without top directory."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)

def _libcxx_impl(ctx):
    return _run(
        ctx,
        mnemonic = "LibCxx",
        root = "out",
        archives = [archive(ctx.file.llvm, strip = 0)] + _sysroot_archives(ctx),
        files = {
            "config_site.h": ctx.file._config_site,
            "libcxx.mk": ctx.file._makefile,
        },
        tools = _SHELL_TOOLS + _LLVM_TOOLS,
        aliases = _clang(ctx),
        steps = [
            step("build", [
                "make",
                "-j${JOBS}",
                "-f",
                "${WORK}/libcxx.mk",
                "SHELL=sh",
                "CXX=c++",
                "AR=llvm-ar",
                "SRC=${WORK}/src",
                "SITE=${WORK}/config_site.h",
                "OUT=${WORK}/out/usr",
            ], dir = "build"),
        ],
    )

libcxx = rule(
    implementation = _libcxx_impl,
    doc = "A tar with libc++ (libc++abi inside, no exceptions): `usr/include/c++/v1` and `usr/lib/libc++.a`.",
    attrs = FOREIGN_BUILD_ATTRS | _CPU | {
        "llvm": attr.label(mandatory = True, allow_single_file = True, doc = "Archive of LLVM's sources without top directory."),
        "sysroot": attr.label_list(mandatory = True, allow_files = [".tar"], doc = "Tars of the C part of the sysroot."),
        "_config_site": attr.label(default = "//toolchains/musl:config_site.h", allow_single_file = True),
        "_makefile": attr.label(default = "//toolchains/musl:libcxx.mk", allow_single_file = True),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)

def _sysroot_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("untar")
    arguments.add_all(ctx.files.parts, before_each = "-in")
    arguments.add("-out", out.path)
    ctx.actions.run(
        mnemonic = "Sysroot",
        executable = ctx.executable._archive,
        arguments = [arguments],
        inputs = ctx.files.parts,
        outputs = [out],
        execution_requirements = {"block-network": "1"},
        progress_message = "Composing %{label}",
    )
    return [DefaultInfo(files = depset([out]))]

sysroot = rule(
    implementation = _sysroot_impl,
    doc = "The parts, unpacked into one directory, links replaced by what they point to.",
    attrs = {
        "parts": attr.label_list(mandatory = True, allow_files = [".tar"], doc = "Tars."),
        "_archive": attr.label(default = "//tools/archive:exec", executable = True, cfg = "exec"),
    },
)
