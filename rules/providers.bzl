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
