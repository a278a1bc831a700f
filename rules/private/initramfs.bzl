# SPDX-License-Identifier: Apache-2.0
"The kernel's first root file system."

load("//rules:providers.bzl", "FileTreeInfo", "InitramfsInfo")
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
        doc = "How the archive is compressed: `none`, `gzip`, `xz` or `zstd`. The kernel needs the option for it: `CONFIG_RD_XZ`, `CONFIG_RD_ZSTD` (`//kernel` has both), `CONFIG_RD_GZIP`.",
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

def _pack(ctx, spec, archive, packed = []):
    # One run of the program.
    compression = ctx.attr.compression
    arguments = ctx.actions.args()
    arguments.add("-spec", spec.file)
    arguments.add("-out", archive)
    arguments.add("-compression", compression)
    arguments.add_all(packed, before_each = "-packed")
    inputs = [spec.inputs, depset(packed)]
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
        progress_message = "Packing %{output}",
    )

def pack_initramfs(ctx, tree, path, tars_apart = False):
    """Declares the actions that pack a tree. Needs INITRAMFS_ATTRS and the toolchain BUILD_TOOLS.

    Args:
      ctx: the rule's context.
      tree: FileTreeInfo.
      path: of the archive in the package, as `initramfs_name` gives it.
      tars_apart: whether each tar is packed by itself, and not again as long as it stays the same. Compressing takes most
        of the time. The result is several archives, one after the other, as the kernel takes them; GNU cpio stops after
        the first.

    Returns:
      struct of `archive` (File), `compression` and `listing` (File).
    """
    spec = file_tree_spec(ctx, tree)
    packed = []
    if tars_apart:
        for i, tar in enumerate(tree.tars):
            name = "{}.tar{}".format(ctx.label.name, i)
            archive = ctx.actions.declare_file(initramfs_name(name, ctx.attr.compression))
            _pack(ctx, file_tree_spec(ctx, FileTreeInfo(entries = {}, symlink_lists = [], tars = [tar]), name), archive)
            packed.append(archive)
    archive = ctx.actions.declare_file(path)
    _pack(ctx, spec, archive, packed)
    return struct(archive = archive, compression = ctx.attr.compression, listing = file_tree_listing(ctx, spec))

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
