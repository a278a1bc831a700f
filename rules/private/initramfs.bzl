# SPDX-License-Identifier: Apache-2.0
"The kernel's first root file system."

load("//rules:providers.bzl", "InitramfsInfo")
load(":file_tree.bzl", "FILE_TREE_ATTRS", "file_tree_info", "file_tree_listing", "file_tree_spec")
load(":foreign_build.bzl", "BUILD_TOOLS")

visibility("//rules/...")

_SUFFIXES = {
    "gzip": ".gz",
    "none": "",
    "xz": ".xz",
    "zstd": ".zst",
}

def _memory(_os, _inputs):
    # What xz and zstd take at their highest levels.
    return {"cpu": 1, "memory": 1024}

def _initramfs_impl(ctx):
    spec = file_tree_spec(ctx, file_tree_info(ctx))
    compression = ctx.attr.compression
    archive = ctx.actions.declare_file(ctx.label.name + ".cpio" + _SUFFIXES[compression])
    arguments = ctx.actions.args()
    arguments.add("-spec", spec.file)
    arguments.add("-out", archive)
    arguments.add("-compression", compression)
    inputs = [spec.inputs]
    if compression != "none":
        compressor = ctx.toolchains[Label(BUILD_TOOLS)].build_tools.tools[compression]
        arguments.add("-compressor", compressor.executable)
        inputs.append(compressor.files)
    ctx.actions.run(
        mnemonic = "Initramfs",
        executable = ctx.executable._initramfs,
        arguments = [arguments],
        inputs = depset(transitive = inputs),
        outputs = [archive],
        env = {},
        use_default_shell_env = False,
        resource_set = _memory,
        execution_requirements = {"block-network": "1"},
        toolchain = Label(BUILD_TOOLS),
        progress_message = "Packing %{label}",
    )
    return [
        DefaultInfo(files = depset([archive])),
        InitramfsInfo(archive = archive, compression = compression),
        OutputGroupInfo(listing = depset([file_tree_listing(ctx, spec)])),
    ]

initramfs = rule(
    implementation = _initramfs_impl,
    doc = """A file tree as a cpio archive that the kernel unpacks into its first root file system.

The bytes depend on the tree alone. The output group `listing` holds a listing of the tree.""",
    attrs = FILE_TREE_ATTRS | {
        "compression": attr.string(
            default = "none",
            doc = "How the archive is compressed. The kernel needs the option for it: `CONFIG_RD_GZIP`, `CONFIG_RD_ZSTD`, `CONFIG_RD_XZ`.",
            values = sorted(_SUFFIXES),
        ),
        "_initramfs": attr.label(default = Label("//tools/initramfs:exec"), executable = True, cfg = "exec"),
    },
    provides = [InitramfsInfo],
    toolchains = [Label(BUILD_TOOLS)],
)
