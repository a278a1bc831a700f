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

# Merge into the attributes of every rule that calls `pack_initramfs`.
INITRAMFS_ATTRS = FILE_TREE_ATTRS | {
    "compression": attr.string(
        default = "none",
        doc = "How the archive is compressed. The kernel needs the option for it: `CONFIG_RD_GZIP`, `CONFIG_RD_ZSTD`, `CONFIG_RD_XZ`.",
        values = sorted(_SUFFIXES),
    ),
    "_initramfs": attr.label(default = Label("//tools/initramfs:exec"), executable = True, cfg = "exec"),
}

def initramfs_name(stem, compression):
    """The name of an archive.

    Args:
      stem: what comes before `.cpio`.
      compression: `none`, `gzip`, `zstd` or `xz`.

    Returns:
      `initramfs.cpio.xz`, for example.
    """
    return stem + ".cpio" + _SUFFIXES[compression]

def pack_initramfs(ctx, tree, path):
    """Declares the action that packs a tree. Needs INITRAMFS_ATTRS and the toolchain BUILD_TOOLS.

    Args:
      ctx: the rule's context.
      tree: FileTreeInfo.
      path: of the archive in the package, as `initramfs_name` gives it.

    Returns:
      struct of `archive` (File), `compression` and `listing` (File).
    """
    spec = file_tree_spec(ctx, tree)
    compression = ctx.attr.compression
    archive = ctx.actions.declare_file(path)
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
    return struct(archive = archive, compression = compression, listing = file_tree_listing(ctx, spec))

def _initramfs_impl(ctx):
    packed = pack_initramfs(ctx, file_tree_info(ctx), initramfs_name(ctx.label.name, ctx.attr.compression))
    return [
        DefaultInfo(files = depset([packed.archive])),
        InitramfsInfo(archive = packed.archive, compression = packed.compression),
        OutputGroupInfo(listing = depset([packed.listing])),
    ]

initramfs = rule(
    implementation = _initramfs_impl,
    doc = """A file tree as a cpio archive that the kernel unpacks into its first root file system.

The bytes depend on the tree alone. The output group `listing` holds a listing of the tree.""",
    attrs = INITRAMFS_ATTRS,
    provides = [InitramfsInfo],
    toolchains = [Label(BUILD_TOOLS)],
)
