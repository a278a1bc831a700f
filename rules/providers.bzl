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
