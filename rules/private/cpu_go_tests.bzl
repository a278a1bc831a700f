# SPDX-License-Identifier: Apache-2.0
"Go tests of what is built for several processors."

load("@rules_go//go:def.bzl", "go_test")

visibility("//...")

_CPUS = [
    "aarch64",
    "x86_64",
]

_QEMU = "@debian_qemu_user//:usr/bin/qemu-aarch64"

def cpu_go_tests(name, files, data = [], size = "small", **kwargs):
    """One `go_test` for each processor. That for aarch64, which builds everything once more, runs by name only.

    Package //tools/built has what they share: the processor, how a program for it runs here, what checks a program.

    Args:
      name: Their name, with `{}` for the processor.
      files: Environment variable to the label of the runfile whose path it holds, with `{}` for the processor too.
      data: More runfiles.
      size: As in `go_test`.
      **kwargs: As in `go_test`, but `deps`, `env` and `tags`.
    """
    for cpu in _CPUS:
        labels = {"ELFCHECK": "//tools/elfcheck"} | {variable: label.format(cpu) for variable, label in files.items()}
        if cpu == "aarch64":
            labels["QEMU"] = _QEMU
        go_test(
            name = name.format(cpu),
            size = size,
            # Each once.
            data = data + {label: None for label in labels.values()}.keys(),
            env = {"CPU": cpu} | {variable: "$(rlocationpath {})".format(label) for variable, label in labels.items()},
            tags = ["manual"] if cpu == "aarch64" else [],
            deps = ["//tools/built"],
            **kwargs
        )
