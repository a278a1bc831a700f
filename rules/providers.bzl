# SPDX-License-Identifier: Apache-2.0
"Every provider of the public rules."

BuildToolsInfo = provider(
    doc = "Programs that a foreign build may call.",
    fields = {
        "tools": "dict of tool name (`make`, `sh`, …) to a struct of `executable` (File) and `files` (depset of all Files that the program needs at run time, itself included).",
    },
)

BusyboxInfo = provider(
    doc = "A BusyBox that was built.",
    fields = {
        "applets": "File: the installed path of every applet, one a line, sorted (`bin/ls`).",
        "binary": "File: the static, stripped multi-call program.",
        "config": "File: the complete `.config` it was built with.",
    },
)

FileTreeInfo = provider(
    doc = "A file tree, or a part of one. Directories that hold something need not be declared: they have mode 0755 and owner 0:0.",
    fields = {
        "entries": "dict of absolute, canonical path to a struct of `kind` (`file`, `directory`, `symlink` or `device`), `mode` (four octal digits), `owner` (`UID:GID`), `origin` (the target and attribute that asked for it), and `file` (File) of a file, `target` of a symlink, `device` (`c MAJOR MINOR` or `b MAJOR MINOR`) of a device.",
        "symlink_lists": "list of structs of `file` (File: a path on each line, without the leading slash, that becomes a symlink; a line that names the target is passed over), `target` (absolute path) and `origin`.",
        "tars": "list of structs of `file` (File: a tar archive of any common compression), `prefix` (the absolute path that it is unpacked in) and `origin`.",
    },
)

InitramfsInfo = provider(
    doc = "A file tree as a cpio archive for the kernel.",
    fields = {
        "archive": "File: the archive.",
        "compression": "`none`, `gzip`, `zstd` or `xz`.",
    },
)

LinuxConfigInfo = provider(
    doc = "What the configuration of a Linux kernel is made of, for programs that change it.",
    fields = {
        "config": "File: the complete `.config`.",
        "fragments": "dict of the path that names it in messages to the File of each fragment; a later one overrides an earlier one.",
        "kconfig": "File: as much of the patched source tree as a configuration needs, a tar archive.",
    },
)

LinuxKernelInfo = provider(
    doc = "A Linux kernel that was built.",
    fields = {
        "arch": "`x86_64` or `aarch64`.",
        "config": "File: the complete `.config` it was built with.",
        "image": "File: what a boot loader takes, `bzImage` on x86_64 and `Image` on aarch64.",
        "release": "File: its release (`uname -r`), on one line.",
        "system_map": "File: the addresses of its symbols.",
        "vmlinux": "File: the kernel as an ELF file, stripped; on x86_64 it has a PVH entry.",
    },
)

QemuInfo = provider(
    doc = "An emulator of whole machines.",
    fields = {
        "cpu": "The guest's processor: `x86_64` or `aarch64`.",
        "system": "struct of `executable` (File) and `files` (depset of all Files that it needs at run time, firmware and itself included).",
    },
)

VmImageInfo = provider(
    doc = "A virtual machine: what it boots, and with which hardware.",
    fields = {
        "cmdline": "list of words for the kernel's command line, after those that every machine gets.",
        "cpus": "Number of processors.",
        "disks": "list of Files: raw images.",
        "forwards": "list of structs of `host` (port of 127.0.0.1, 0 for any) and `guest` (TCP port).",
        "initramfs": "File: the initramfs, or None.",
        "kernel": "LinuxKernelInfo.",
        "machine": "QEMU's machine type; empty for the default of the processor.",
        "memory": "Memory in MB.",
        "qemu_args": "list of further arguments of QEMU.",
    },
)
