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
