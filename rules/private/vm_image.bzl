# SPDX-License-Identifier: Apache-2.0
"A virtual machine that boots in QEMU."

load("//rules:providers.bzl", "BusyboxInfo", "FileTreeInfo", "InitramfsInfo", "LinuxKernelInfo", "MixLibraryInfo", "MixReleaseInfo", "VmImageInfo")
load(":file_tree.bzl", "file_tree_info", "tree_entry")
load(":foreign_build.bzl", "BUILD_TOOLS")
load(":initramfs.bzl", "INITRAMFS_ATTRS", "initramfs_name", "pack_initramfs")
load(":vm.bzl", "VM_ATTRS", "VM_TOOLCHAINS", "parse_forward", "vm_program", "vm_spec")

visibility("//rules/...")

_INIT = Label("//init")

# Keys of init's options; docs/init.md has them, and a test compares.
_INIT_OPTIONS = [
    "command",
    "crash_dump",
    "cwd",
    "env.",
    "flags",
    "hostname",
    "limit.",
    "net",
    "net.device",
    "net.wait",
    "on_exit",
    "pre_start",
    "root",
    "shell",
    "stop_timeout",
    "user",
]

# Attributes that describe a root file system.
_TREE = ["devices", "directories", "executables", "files", "modes", "owners", "post_build", "post_build_args", "symlinks", "tars", "trees"]

# musl and the compiler's runtime are linked into every program.
_COMPONENTS = {"musl": "1.2.5"}

def _check_option(ctx, attribute, key, value):
    if not [known for known in _INIT_OPTIONS if key == known or (known.endswith(".") and key.startswith(known) and key != known)]:
        fail("{}: {}: \"{}\" is no option of init. Take one of {}, without \"init.\" before it.".format(ctx.label, attribute, key, ", ".join(_INIT_OPTIONS)))
    if value != value.strip() or "\n" in value or "\r" in value or "\000" in value:
        fail("{}: {}: {}: the value {} begins or ends with white space, or has several lines. Write one line.".format(ctx.label, attribute, key, repr(value)))

def _init_options(ctx, release):
    "Init's options as lines of its file."
    options = {"env.RELEASE_NAME": release.name}
    for attribute, prefix, values in [
        ("init_options", "", ctx.attr.init_options),
        ("env", "env.", ctx.attr.env),
        ("hostname", "", {"hostname": ctx.attr.hostname} if ctx.attr.hostname else {}),
        ("network", "", {"net": ctx.attr.network} if ctx.attr.network else {}),
    ]:
        for key, value in values.items():
            _check_option(ctx, attribute, prefix + key, value)
            if "=" in key:
                fail("{}: {}: \"{}\" has a \"=\". Take it out.".format(ctx.label, attribute, key))
            options[prefix + key] = value
    return "".join(["{} = {}\n".format(key, value) for key, value in sorted(options.items())])

def _release_trees(ctx, release):
    "A release, and what it needs around it: list of FileTreeInfo."
    conf = ctx.actions.declare_file(ctx.label.name + ".init.conf")
    ctx.actions.write(conf, _init_options(ctx, release))

    def entry(file, mode, attribute):
        return tree_entry(file = file, kind = "file", mode = mode, origin = "{} {}".format(ctx.label, attribute))

    entries = {"/etc/init.conf": entry(conf, "0644", "init_options")}
    trees = []
    program = ctx.attr.init[DefaultInfo].files_to_run.executable
    if FileTreeInfo in ctx.attr.init:
        trees.append(ctx.attr.init[FileTreeInfo])
        if "/init" not in trees[0].entries:
            fail("{}: init: {} is a file tree without /init, which the kernel starts. Have it there, as a program or a symlink.".format(ctx.label, ctx.attr.init.label))
        if ctx.attr.init_options:
            fail("{}: init_options: they are those of //init, and {} knows of hostname, net and env alone. Take them out, or take that init.".format(ctx.label, ctx.attr.init.label))
    elif program:
        # Only where no shell reads env.sh: it must be one that needs none.
        entries["/etc/environment"] = entry(release.env, "0644", "release")
        entries["/init"] = entry(program, "0755", "init")
    else:
        fail("{}: init: {} is neither a program nor a file tree. Name one, or \"busybox\".".format(ctx.label, ctx.attr.init.label))
    return trees + [
        FileTreeInfo(entries = entries, symlink_lists = [], tars = []),
        ctx.attr.release[FileTreeInfo],
    ]

def _check_attributes(ctx):
    tree = [name for name in _TREE + ["busybox", "release"] if getattr(ctx.attr, name)]
    if ctx.attr.initramfs and tree:
        fail("{}: {}: there is an initramfs already. Take {} into that, or take out initramfs, and the image makes its own.".format(ctx.label, tree[0], tree[0]))
    if not ctx.attr.release:
        for name in ["env", "hostname", "init_options", "network"]:
            if getattr(ctx.attr, name):
                fail("{}: {}: it is for the init of an image with a release. Name a release, or take it out.".format(ctx.label, name))
        if ctx.attr.init.label != _INIT:
            fail("{}: init: it starts a release, and there is none. Name a release, or take it out: //image:busybox_userland is a file tree with a shell.".format(ctx.label))
    return bool(tree)

def _root(ctx):
    "The initramfs: struct of `archive`, `compression` and `listing`; None for an image that has none."
    if not _check_attributes(ctx):
        if not ctx.attr.initramfs:
            return None
        info = ctx.attr.initramfs[InitramfsInfo]
        return struct(archive = info.archive, compression = info.compression, listing = None)
    more = []
    if ctx.attr.release:
        more.extend(_release_trees(ctx, ctx.attr.release[MixReleaseInfo]))
    if ctx.attr.busybox:
        more.append(ctx.attr.busybox[FileTreeInfo])
    name = "{}/{}".format(ctx.label.name, initramfs_name("initramfs", ctx.attr.compression))
    return pack_initramfs(ctx, file_tree_info(ctx, more), name, tars_apart = True)

def _image_files(ctx, image, root):
    """Declares the files of an image: what is booted, and what goes with it.

    Args:
      ctx: the rule's context.
      image: VmImageInfo.
      root: what `_root` returned.

    Returns:
      list of Files.
    """
    kernel = image.kernel
    sources = {
        {"aarch64": "Image", "x86_64": "bzImage"}[kernel.arch]: kernel.image,
        "vmlinux": kernel.vmlinux,
    }
    for i, disk in enumerate(image.disks):
        sources["disk{}.img".format(i)] = disk
    if root:
        sources[initramfs_name("initramfs", root.compression)] = root.archive
    names = {file: name for name, file in sources.items()}
    spec = vm_spec(ctx, image, lambda file: names[file]) | {
        "qemu": "qemu-system-" + kernel.arch,
        "vmlinux": "vmlinux",
    }

    files = []
    for name, file in sources.items():
        path = "{}/{}".format(ctx.label.name, name)
        if file.owner == ctx.label:
            # The initramfs that is packed here has its name already.
            files.append(file)
        else:
            link = ctx.actions.declare_file(path)
            ctx.actions.symlink(output = link, target_file = file)
            files.append(link)

    inputs = sources.values() + [kernel.config, kernel.release]
    request = {
        "components": _COMPONENTS,
        "files": {name: file.path for name, file in sources.items()},
        "kernel_config": kernel.config.path,
        "kernel_release": kernel.release.path,
        "machine": spec,
    }
    if ctx.attr.release:
        request["release"] = ctx.attr.release[MixReleaseInfo].metadata.path
        inputs.append(ctx.attr.release[MixReleaseInfo].metadata)
    if ctx.attr.busybox:
        request["busybox"] = ctx.attr.busybox[BusyboxInfo].binary.path
        inputs.append(ctx.attr.busybox[BusyboxInfo].binary)
    request_file = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.write(request_file, json.encode_indent(request) + "\n")
    outputs = [ctx.actions.declare_file("{}/{}".format(ctx.label.name, name)) for name in ["cmdline", "firecracker.json", "run", "vm.json"]]
    arguments = ctx.actions.args()
    arguments.add("-spec", request_file)
    arguments.add("-out", outputs[0].dirname)
    ctx.actions.run(
        mnemonic = "VmImage",
        executable = ctx.executable._vmimage,
        arguments = [arguments],
        inputs = inputs + [request_file],
        outputs = outputs,
        env = {},
        use_default_shell_env = False,
        execution_requirements = {"block-network": "1"},
        progress_message = "Describing %{label}",
    )
    return files + outputs

def _vm_image_impl(ctx):
    root = _root(ctx)
    kernel = ctx.attr.kernel[LinuxKernelInfo]
    image = VmImageInfo(
        cmdline = ctx.attr.cmdline,
        cpus = ctx.attr.cpus,
        disks = ctx.files.disks,
        forwards = [parse_forward(ctx.label, text) for text in ctx.attr.forwards],
        initramfs = root.archive if root else None,
        kernel = kernel,
        machine = ctx.attr.machine,
        memory = ctx.attr.memory,
        qemu_args = ctx.attr.qemu_args,
    )
    return [
        vm_program(
            ctx,
            image,
            path = "{}_/{}".format(ctx.label.name, ctx.label.name),
            shell = ctx.attr._shell[MixLibraryInfo].tar if ctx.attr.release else None,
            files = depset(_image_files(ctx, image, root)),
        ),
        image,
        OutputGroupInfo(
            initramfs = depset([root.archive] if root else []),
            kernel = depset([kernel.image]),
            listing = depset([root.listing] if root and root.listing else []),
            vmlinux = depset([kernel.vmlinux]),
        ),
    ]

_vm_image = rule(
    implementation = _vm_image_impl,
    doc = """A virtual machine: a kernel, a root file system and the hardware that they see.

With `release` the image starts a Mix release: its initramfs has the release in `/app`, `init` as `/init`, and what the
attributes of `file_tree` name. Without, it has these alone, or is that of `initramfs`.

`bazel build` makes these files, in a directory of the target's name:

| | |
|---|---|
| `bzImage` (aarch64: `Image`) | the kernel |
| `vmlinux` | the kernel as an ELF file, for Firecracker and QEMU's microvm |
| `initramfs.cpio.xz` | the root file system; its name tells the compression. Several archives, one after the other |
| `disk0.img`, … | the disks |
| `cmdline` | the kernel's command line |
| `run` | a shell script that boots them in QEMU, wherever they are |
| `firecracker.json` | for `firecracker --config-file`; the host has the network device `tap0` |
| `vm.json` | a manifest: sizes and sha256 of these files, hardware, versions of all components |

`bazel run` boots it in QEMU on the terminal (Ctrl-A X leaves; the exit status is what the guest wrote to its exit channel);
arguments after `--` go to QEMU. `boot_test` boots it as a test. Every machine has a serial console, a network card in
QEMU's user network (address 10.0.2.15, also by DHCP), a virtio random number generator, and the exit channel: the virtio
port `org.rules_elixir_vm.exit`. The kernel's command line begins with `console=… panic=-1` and, on microvm, `reboot=t`.

The output groups `kernel`, `vmlinux` and `initramfs` hold what is booted, `listing` a listing of an initramfs that is made here.""",
    executable = True,
    attrs = VM_ATTRS | INITRAMFS_ATTRS | {
        "busybox": attr.label(providers = [BusyboxInfo, FileTreeInfo], doc = "A `busybox` to take along: `/bin/busybox`, and a symlink for each applet. A shell to look around with."),
        "cmdline": attr.string_list(doc = "Further words of the kernel's command line, each an element. Options of init begin with `init.`."),
        "compression": attr.string(
            default = "xz",
            doc = "How the initramfs is compressed: `xz`, the smallest, `zstd`, a tenth larger and unpacked eight times as fast, `gzip` or `none`. The kernel needs the option for it: `CONFIG_RD_XZ`, `CONFIG_RD_ZSTD` (`//kernel` has both), `CONFIG_RD_GZIP`.",
            values = ["gzip", "none", "xz", "zstd"],
        ),
        "cpus": attr.int(default = 1, doc = "Number of processors, at least 1. On x86_64 the kernel uses one, unless it has `//kernel/config:smp`."),
        "disks": attr.label_list(allow_files = True, doc = "Raw disk images, in the order of the virtio disks. What the guest writes is gone after the run."),
        "env": attr.string_dict(doc = "Variables of the release's environment: name to value, one line each. They come after those of its `rel/env.sh`; `init.env.NAME=…` on the kernel's command line comes after them."),
        "forwards": attr.string_list(doc = "TCP ports of the host's 127.0.0.1 that lead into the guest: `HOST:GUEST`, numbers from 1 to 65535. The host's port 0 takes any that is free, and `bazel run` prints it. In tests all are free ones."),
        "hostname": attr.string(doc = "The guest's host name; empty: that of DHCP, or `vm`."),
        "init": attr.label(default = _INIT, doc = "The first process of an image with a release: a program, or a file tree with `/init`. In place of the label `busybox` stands for BusyBox's init."),
        "init_options": attr.string_dict(doc = "Further [options of init](init.md#options): key, without `init.` before it, to value, as in `{\"limit.nofile\": \"65536\"}`."),
        "initramfs": attr.label(providers = [InitramfsInfo], doc = "A whole initramfs, in place of one that is made here. With neither, the kernel must find its root on a disk."),
        "kernel": attr.label(mandatory = True, providers = [LinuxKernelInfo], doc = "The kernel."),
        "machine": attr.string(doc = "QEMU's machine type: `q35`, `pc` or `microvm` for x86_64, `virt` for aarch64. Empty: the first of these."),
        "memory": attr.int(default = 256, doc = "Memory in MiB, greater than 0."),
        "network": attr.string(doc = "The guest's network: `dhcp` (default), `none`, or `ADDRESS/PREFIX[,GATEWAY[,NAMESERVER…]]`."),
        "qemu_args": attr.string_list(doc = "Further arguments of QEMU, for `bazel run`, tests and the script `run`."),
        "release": attr.label(providers = [FileTreeInfo, MixReleaseInfo], doc = "The `mix_release` that the image starts. None: the image has what the other attributes say, and what is in `/init` or on a disk starts."),
        "_shell": attr.label(default = Label("//tools/vm/shell:vm_shell"), providers = [MixLibraryInfo]),
        "_vmimage": attr.label(default = Label("//tools/vmimage:exec"), executable = True, cfg = "exec"),
    },
    provides = [VmImageInfo],
    toolchains = VM_TOOLCHAINS + [Label(BUILD_TOOLS)],
)

def vm_image(name, init = None, busybox = None, **kwargs):
    """A virtual machine: a kernel, a root file system and the hardware that they see. docs/boot.md has all attributes.

    Args:
      name: name of the target, and of the directory with the files of the machine.
      init: the first process of an image with a release: a program (default: `//init`), a file tree with `/init`, or
        `"busybox"`: BusyBox's init, which starts the release by its own shell script.
      busybox: a `busybox` to take along; default: none, and `//busybox` with `init = "busybox"`.
      **kwargs: `kernel`, `release`, `memory` and the others, and common attributes.
    """
    if init == "busybox":
        init = Label("//image:busybox_init")
        busybox = busybox or Label("//busybox")
    _vm_image(
        name = name,
        busybox = busybox,
        init = init,
        **kwargs
    )
