# SPDX-License-Identifier: Apache-2.0
"Linux from source."

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("//rules:providers.bzl", "LinuxConfigInfo", "LinuxKernelInfo")
load(
    ":foreign_build.bzl",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "by_workspace_path",
    "exec_cc",
    "foreign_build",
    "output_file",
    "output_tar",
    "step",
)

visibility("//rules/...")

# What Kbuild calls the processor, and the bootable image.
_ARCHS = {
    "aarch64": struct(kbuild = "arm64", image = "Image", image_path = "arch/arm64/boot/Image"),
    "x86_64": struct(kbuild = "x86", image = "bzImage", image_path = "arch/x86/boot/bzImage"),
}

# What a kernel build, and Kconfig alone, runs.
KERNEL_TOOLS = [
    "awk",
    "basename",
    "bash",
    "bc",
    "bison",
    "cat",
    "chmod",
    "clang",
    "cmp",
    "cp",
    "cut",
    "date",
    "dd",
    "diff",
    "dirname",
    "echo",
    "env",
    "expr",
    "false",
    "find",
    "flex",
    "grep",
    "gzip",
    "head",
    "install",
    "ld.lld",
    "llvm-ar",
    "llvm-nm",
    "llvm-objcopy",
    "llvm-ranlib",
    "llvm-readelf",
    "llvm-size",
    "llvm-strip",
    "ln",
    "ls",
    "m4",
    "make",
    "mkdir",
    "mktemp",
    "mv",
    "od",
    "perl",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "sh",
    "sort",
    "stat",
    "tail",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "truncate",
    "uname",
    "uniq",
    "wc",
    "xargs",
    "xz",
    "zstd",
]

# What the kernel's banner says of its making.
KERNEL_ENV = {
    "KBUILD_BUILD_HOST": "bazel",
    "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER": "rules_elixir_vm",
    "KBUILD_BUILD_VERSION": "1",
    "KCONFIG_NOTIMESTAMP": "1",
}

def kernel_arch(ctx):
    """The processor of the target platform, with what Kbuild has for it.

    Args:
      ctx: the rule's context; its rule needs CC_ATTRS.

    Returns:
      struct of `cpu`, `kbuild` (Kbuild's name of it), `image` and `image_path` (file name and place of the bootable image)
    """
    triple = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo].target_gnu_system_name
    cpu = triple.partition("-")[0]
    if cpu not in _ARCHS:
        fail("{}: no kernel is built for {}; build for a platform with one of these processors: {}".format(ctx.label, triple, " ".join(_ARCHS)))
    return struct(cpu = cpu, image = _ARCHS[cpu].image, image_path = _ARCHS[cpu].image_path, kbuild = _ARCHS[cpu].kbuild)

def kernel_make(arch):
    "The start of every `make` command line of a kernel tree."
    return [
        "make",
        "-s",
        "-j${JOBS}",
        # By name: GNU make mangles long commands when the path of its shell has a ~, as those of other modules have.
        "SHELL=sh",
        "CONFIG_SHELL=sh",
        "ARCH=" + arch.kbuild,
        "LLVM=1",
        "HOSTCC=hostcc",
        "HOSTCXX=hostc++",
        "LOCALVERSION=",
        # objtool's only libraries.
        "LIBELF_FLAGS=-I${WORK}/libelf/include",
        "LIBELF_LIBS=${WORK}/libelf/lib/libelf.a",
    ]

def _config_steps(arch, fragments):
    """Steps that make `src/.config` of `symbols`, and check that each option that was asked for is in it.

    Args:
      arch: what `kernel_arch` returned.
      fragments: dict of path below `config` to File.

    Returns:
      list of `step`
    """
    return [
        step("merge", ["kconfig", "merge", "-out", "${WORK}/merged.config"] + fragments.keys(), dir = "config"),
        step("make allnoconfig", kernel_make(arch) + ["allnoconfig"], env = {"KCONFIG_ALLCONFIG": "${WORK}/merged.config"}),
        step("check", ["kconfig", "check", "-config", "${WORK}/src/.config", "-known", "${WORK}/symbols"] + fragments.keys(), dir = "config"),
    ]

# What Kconfig and its questions to the compiler read of a kernel tree.
_KCONFIG_FILES = [
    "**/Kconfig*",
    "Makefile",
    "arch/*/Makefile*",
    "scripts/**",
]

def _linux_kernel_impl(ctx):
    arch = kernel_arch(ctx)
    host = exec_cc(ctx)
    common = {
        "aliases": host.aliases,
        "env": KERNEL_ENV,
        "inputs": [host.files],
        "tools": KERNEL_TOOLS,
    }

    # Once, and not in each configuration: patches may touch anything, so that all of the tree is unpacked for them.
    kconfig = ctx.actions.declare_file(ctx.label.name + "/kconfig.tar")
    symbols = ctx.actions.declare_file(ctx.label.name + "/symbols")
    programs = {"kconfig": ctx.attr._kconfig[DefaultInfo].files_to_run}
    source = archive(ctx.file.src, strip = ctx.attr.strip_components)
    foreign_build(
        ctx,
        mnemonic = "LinuxKconfig",
        progress_message = "Unpacking the options of %{label}",
        outputs = [
            output_file(symbols, "symbols"),
            output_tar(kconfig, "src", include = _KCONFIG_FILES),
        ],
        archives = [source],
        patches = ctx.files.patches,
        programs = programs,
        steps = [step("list the options", ["kconfig", "symbols", "-out", "${WORK}/symbols", "src"], dir = ".")],
    )

    fragments = by_workspace_path(ctx.files.config)
    config = ctx.actions.declare_file(ctx.label.name + "/config")
    config_log = foreign_build(
        ctx,
        mnemonic = "LinuxConfig",
        progress_message = "Configuring %{label}",
        outputs = [output_file(config, "src/.config")],
        archives = [archive(kconfig, strip = 0)],
        files = {"config/" + path: file for path, file in fragments.items()} | {"symbols": symbols},
        programs = programs,
        steps = _config_steps(arch, fragments),
        **common
    )

    outputs = struct(
        image = ctx.actions.declare_file("{}/{}".format(ctx.label.name, arch.image)),
        release = ctx.actions.declare_file(ctx.label.name + "/release"),
        system_map = ctx.actions.declare_file(ctx.label.name + "/System.map"),
        vmlinux = ctx.actions.declare_file(ctx.label.name + "/vmlinux"),
    )
    build_log = foreign_build(
        ctx,
        mnemonic = "LinuxBuild",
        progress_message = "Building %{label}",
        outputs = [
            output_file(outputs.image, "src/" + arch.image_path),
            output_file(outputs.vmlinux, "vmlinux"),
            output_file(outputs.system_map, "src/System.map"),
            output_file(outputs.release, "src/include/config/kernel.release"),
        ],
        archives = [
            source,
            archive(ctx.file._libelf, dir = "libelf", strip = 0),
        ],
        files = {"src/.config": config},
        patches = ctx.files.patches,
        steps = [
            step("make " + arch.image, kernel_make(arch) + [
                # Nobody reads the warnings of pinned sources, and looking for them is a fifth of the compiler's work.
                "KCFLAGS=-w",
                arch.image,
                "vmlinux",
            ]),
            # Sections that are loaded stay, the PVH note among them.
            step("strip vmlinux", ["llvm-strip", "--strip-all", "-o", "${WORK}/vmlinux", "vmlinux"]),
        ],
        **common
    )
    return [
        DefaultInfo(files = depset([outputs.image])),
        LinuxConfigInfo(
            config = config,
            fragments = fragments,
            kconfig = kconfig,
        ),
        LinuxKernelInfo(
            arch = arch.cpu,
            config = config,
            image = outputs.image,
            release = outputs.release,
            system_map = outputs.system_map,
            vmlinux = outputs.vmlinux,
        ),
        OutputGroupInfo(
            config = depset([config]),
            log = depset([config_log, build_log]),
            release = depset([outputs.release]),
            symbols = depset([symbols]),
            system_map = depset([outputs.system_map]),
            vmlinux = depset([outputs.vmlinux]),
        ),
    ]

# What `rule` is called with; //rules/test makes a kernel of it that must fail.
LINUX_KERNEL = dict(
    implementation = _linux_kernel_impl,
    doc = """Builds Linux for the target platform.

`config` names fragments in Kconfig's syntax; what no fragment switches on is off (`allnoconfig`). Every option
asked for is compared with the final configuration: one that does not exist, or that Kconfig dropped because
something it depends on is off, fails the build with fragment and line. `# nocheck: reason` at the end of a line
exempts it.

Once for a source, an action takes from it what configuring needs. Then there are two actions: the first makes the
`.config`, in seconds; the second compiles, and runs again only when the resulting `.config`, the source or the toolchain
changed. What comes out, under the target's name:

| file | output group | |
|---|---|---|
| `bzImage` (x86_64), `Image` (aarch64) | default | what boot loaders, QEMU and clouds start |
| `vmlinux` | `vmlinux` | uncompressed ELF without symbols; on x86_64 with a PVH entry where CONFIG_PVH is on |
| `config` | `config` | the complete `.config` |
| `System.map` | `system_map` | addresses of all symbols, for stack traces |
| `release` | `release` | what `uname -r` prints |
| `symbols` | `symbols` | names of all options that the source knows, for any architecture |
| `*.log` | `log` | what the two builds printed |""",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "config": attr.label_list(
            mandatory = True,
            allow_empty = False,
            allow_files = True,
            doc = "Configuration fragments, lines as in `.config`; a later one overrides an earlier one. Profiles are lists of fragments: `@rules_elixir_vm//kernel/config:vm`.",
        ),
        "patches": attr.label_list(
            allow_files = [".patch"],
            doc = "Patches for the source, applied in order with -p1.",
        ),
        "src": attr.label(
            mandatory = True,
            allow_single_file = True,
            doc = "The kernel's source archive (6.12), such as `@rules_elixir_vm//kernel:source`.",
        ),
        "strip_components": attr.int(
            default = 1,
            doc = "How many leading directories of the archive's paths to drop: 1 for archives of releases, 0 for a `source_subset`.",
        ),
        "_kconfig": attr.label(default = Label("//tools/kconfig:exec"), executable = True, cfg = "exec"),
        "_libelf": attr.label(default = Label("//third_party/libelf"), allow_single_file = True, cfg = "exec"),
    },
    provides = [LinuxConfigInfo, LinuxKernelInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)

linux_kernel = rule(**LINUX_KERNEL)
