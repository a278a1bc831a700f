# SPDX-License-Identifier: Apache-2.0
"BusyBox from source."

load("//rules:providers.bzl", "BusyboxInfo", "FileTreeInfo")
load(":file_tree.bzl", "tree_entry")
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
    "step",
    "target_cc",
)

visibility("//rules/...")

_TOOLS = [
    "awk",
    "basename",
    "bzip2",
    "cat",
    "chmod",
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
    "find",
    "grep",
    "gzip",
    "head",
    "llvm-ar",
    "llvm-nm",
    "llvm-objcopy",
    "llvm-strip",
    "ld.lld",
    "ln",
    "ls",
    "make",
    "mkdir",
    "mktemp",
    "mv",
    "od",
    "printf",
    "pwd",
    "readlink",
    "rm",
    "sed",
    "sh",
    "sleep",
    "sort",
    "tail",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "wc",
    "xargs",
    "yes",
]

# Where it is in a file tree, which has a symlink to it for each applet.
_PATH = "/bin/busybox"

# BusyBox's Kbuild puts the time into its banner and its .config unless told.
_ENV = {
    "KCONFIG_NOTIMESTAMP": "1",
}

_MAKE = [
    "make",
    "-j${JOBS}",
    # By name: GNU make mangles long commands when the path of its shell has a ~, as those of other modules have.
    "SHELL=sh",
    "CONFIG_SHELL=sh",
    "HOSTCC=hostcc",
    "HOSTCFLAGS=-O1",
    "CC=cc",
    "LD=ld.lld",
    "AR=llvm-ar",
    "NM=llvm-nm",
    "STRIP=llvm-strip",
    "OBJCOPY=llvm-objcopy",
]

def _busybox_impl(ctx):
    target = target_cc(ctx)
    host = exec_cc(ctx)
    common = {
        "aliases": target.aliases + host.aliases,
        "archives": [archive(ctx.file.src)],
        "env": _ENV,
        "inputs": [target.files, host.files],
        "patches": ctx.files.patches,
    }

    fragments = by_workspace_path([ctx.file._base] + ctx.files.config)
    config = ctx.actions.declare_file(ctx.label.name + ".config")
    foreign_build(
        ctx,
        mnemonic = "BusyboxConfig",
        progress_message = "Configuring %{label}",
        outputs = [output_file(config, "src/.config")],
        files = {"config/" + path: file for path, file in fragments.items()},
        programs = {"kconfig": ctx.attr._kconfig[DefaultInfo].files_to_run},
        tools = _TOOLS,
        steps = [
            step("list the options", ["kconfig", "symbols", "-out", "${WORK}/symbols", "src"], dir = "."),
            # Its allnoconfig ignores what KCONFIG_ALLCONFIG asks to switch on: write the whole .config instead.
            step("merge", ["kconfig", "merge", "-rest-off", "${WORK}/symbols", "-out", "${WORK}/src/.config"] + fragments.keys(), dir = "config"),
            step("make oldconfig", ["sh", "-c", "yes '' | " + " ".join(['"{}"'.format(word) for word in _MAKE]) + " -s oldconfig"]),
            step("check", ["kconfig", "check", "-config", "${WORK}/src/.config", "-known", "${WORK}/symbols"] + fragments.keys(), dir = "config"),
        ],
        **common
    )

    make = _MAKE + [
        "-s",
        "KBUILD_BUILD_TIMESTAMP=",
        # BB_GLOBAL_CONST: BusyBox calls its pointers to globals const and yet sets them; clang for aarch64 takes it
        # at its word, and awk reads through null. libbb.h names this way out.
        "EXTRA_CFLAGS=-Os -fno-unwind-tables -fno-asynchronous-unwind-tables -w -DBB_GLOBAL_CONST=",
        "EXTRA_LDFLAGS=-Wl,--build-id=none -Wl,--icf=safe",
    ]
    binary = ctx.actions.declare_file(ctx.label.name)
    applets = ctx.actions.declare_file(ctx.label.name + ".applets")
    log = foreign_build(
        ctx,
        mnemonic = "BusyboxBuild",
        progress_message = "Building %{label}",
        outputs = [
            output_file(binary, "src/busybox", executable = True),
            output_file(applets, "applets"),
        ],
        files = {"src/.config": config},
        tools = _TOOLS,
        steps = [
            step("make busybox", make + ["busybox"]),
            # Not in one go: its rule needs a header that only the former writes.
            step("make busybox.links", make + ["busybox.links"]),
            step("list the applets", ["sh", "-c", "sed 's,^/,,' src/busybox.links | sort > applets"], dir = "."),
        ],
        **common
    )
    return [
        DefaultInfo(files = depset([binary]), executable = binary),
        BusyboxInfo(applets = applets, binary = binary, config = config),
        FileTreeInfo(
            entries = {_PATH: tree_entry("file", file = binary, mode = "0755", origin = str(ctx.label))},
            symlink_lists = [struct(file = applets, origin = "the applets of {}".format(ctx.label), target = _PATH)],
            tars = [],
        ),
        OutputGroupInfo(
            applets = depset([applets]),
            config = depset([config]),
            log = depset([log]),
        ),
    ]

# What `rule` is called with; //rules/test makes a BusyBox of it that must fail.
BUSYBOX = dict(
    implementation = _busybox_impl,
    doc = """Builds a static BusyBox for the target platform.

`config` names fragments in Kconfig's syntax; what no fragment switches on is off. Every option asked for is
compared with the final configuration: one that does not exist, or that BusyBox dropped because something it
depends on is off, fails the build with fragment and line.

The output groups `applets` (installed paths, one a line), `config` (the complete `.config`) and `log` hold the
rest of what comes out. Among the `trees` of an image it stands for /bin/busybox and a symlink for each applet.""",
    executable = True,
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "config": attr.label_list(
            mandatory = True,
            allow_empty = False,
            allow_files = True,
            doc = "Configuration fragments, lines as in `.config`; a later one overrides an earlier one.",
        ),
        "patches": attr.label_list(
            allow_files = [".patch"],
            doc = "Patches for the source, applied in order with -p1.",
        ),
        "src": attr.label(
            mandatory = True,
            allow_single_file = True,
            doc = "BusyBox's source archive (1.37): `@busybox_source//:archive`, of the extension `debian`.",
        ),
        "_base": attr.label(default = Label("//rules/private:busybox_base.config"), allow_single_file = True),
        "_kconfig": attr.label(default = Label("//tools/kconfig:exec"), executable = True, cfg = "exec"),
    },
    provides = [BusyboxInfo, FileTreeInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)

busybox = rule(**BUSYBOX)
