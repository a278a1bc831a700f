# SPDX-License-Identifier: Apache-2.0
"What rules that boot a machine share: its hardware, and a program that is `tools/vm` with a spec."

load("//rules:providers.bzl", "VmImageInfo")

visibility("//rules/...")

QEMU = Label("//toolchains/qemu:toolchain_type")

# Merge into the attributes of every rule that calls `vm_program`.
VM_ATTRS = {
    "_vm": attr.label(default = Label("//tools/vm:exec"), executable = True, cfg = "exec"),
}

# Merge into the toolchains of the same rules.
VM_TOOLCHAINS = [QEMU]

# The first one is the default.
_MACHINES = {
    "aarch64": ["virt"],
    "x86_64": ["q35", "pc", "microvm"],
}

def parse_forward(label, text):
    """Reads an entry of the attribute `forwards`.

    Args:
      label: of the target.
      text: `HOST:GUEST`.

    Returns:
      struct of `host` and `guest`.
    """
    ports = text.split(":")
    if len(ports) == 2 and ports[0].isdigit() and ports[1].isdigit():
        host, guest = int(ports[0]), int(ports[1])
        if host <= 65535 and guest >= 1 and guest <= 65535:
            return struct(host = host, guest = guest)
    fail("{}: forwards: \"{}\" is not HOST:GUEST, two TCP ports from 1 to 65535. Write for example \"8080:80\"; the host's port 0 takes any that is free.".format(label, text))

def check_positive(label, attribute, value):
    if value <= 0:
        fail("{}: {}: {} is not greater than 0. Give the machine some.".format(label, attribute, value))

def check_image(label, image):
    """Fails where no machine can be made of an image.

    Args:
      label: of the target that asks for it.
      image: VmImageInfo.
    """
    check_positive(label, "memory", image.memory)
    check_positive(label, "cpus", image.cpus)
    hosts = {}
    for forward in image.forwards:
        if forward.host in hosts and forward.host != 0:
            fail("{}: forwards: port {} of the host is there twice. Each may lead to one port of the guest only.".format(label, forward.host))
        hosts[forward.host] = True

def _rlocation(ctx, file):
    if file.short_path.startswith("../"):
        return file.short_path.removeprefix("../")
    return ctx.workspace_name + "/" + file.short_path

def _machine(ctx, image):
    "QEMU's machine type. Fails where no machine can be made of an image."
    check_image(ctx.label, image)
    qemu = ctx.toolchains[QEMU].qemu
    if image.kernel.arch != qemu.cpu:
        fail("{}: kernel: it is for {}, the emulator of the target platform for {}. Build both for the same platform.".format(ctx.label, image.kernel.arch, qemu.cpu))
    known = _MACHINES[qemu.cpu]
    machine = image.machine or known[0]
    if machine not in known:
        fail("{}: machine: \"{}\" is none of those for {}: {}. Take one of them, or build for another platform.".format(ctx.label, machine, qemu.cpu, ", ".join(known)))
    return machine

def vm_spec(ctx, image, name):
    """Describes a machine. Needs VM_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      image: VmImageInfo.
      name: the function that tells what a File is called in the spec.

    Returns:
      dict: the spec of tools/vm, without `qemu` and `vmlinux`.
    """
    spec = {
        "cmdline": image.cmdline,
        "cpu": image.kernel.arch,
        "cpus": image.cpus,
        "disks": [{"file": name(disk), "snapshot": True} for disk in image.disks],
        "kernel": name(image.kernel.image),
        "label": str(ctx.label),
        "machine": _machine(ctx, image),
        "memory_mb": image.memory,
        "network": {
            "forwards": [{"guest": forward.guest, "host": forward.host} for forward in image.forwards],
        },
        "qemu_args": image.qemu_args,
        "rng": True,
    }
    if image.initramfs:
        spec["initrd"] = name(image.initramfs)
    return spec

def vm_program(ctx, image, disks = [], echo = "", test = None, client = None, shell = None, path = None, files = None):
    """Declares a program that boots a machine. Needs VM_ATTRS and VM_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      image: VmImageInfo.
      disks: list of dicts: further disks, as in the spec of tools/vm.
      echo: address of an echo service, if any.
      test: dict: `test` in the spec; None for a machine on the terminal.
      client: the Target of the program that a test runs against the machine, if any; its `client` in `test` needs no program.
      shell: File: the archive with the module that runs IEx in the machine for a terminal of the host, if it has a release.
      path: of the program in the package; its name, if there is none.
      files: depset of the target's files; the program and its spec, if there is none.

    Returns:
      DefaultInfo.
    """
    qemu = ctx.toolchains[QEMU].qemu
    kernel = image.kernel
    inputs = [kernel.image] + image.disks + ([image.initramfs] if image.initramfs else [])
    spec = vm_spec(ctx, image, lambda file: _rlocation(ctx, file))
    spec["disks"] += disks
    spec["network"]["echo"] = echo
    spec["qemu"] = _rlocation(ctx, qemu.system.executable)
    if spec["machine"] == "microvm":
        inputs.append(kernel.vmlinux)
        spec["vmlinux"] = _rlocation(ctx, kernel.vmlinux)
    if shell:
        inputs.append(shell)
        spec["shell"] = _rlocation(ctx, shell)
    runfiles = ctx.attr._vm[DefaultInfo].default_runfiles
    if test:
        spec["test"] = test
    if client:
        program = client[DefaultInfo].files_to_run.executable
        test["client"]["program"] = _rlocation(ctx, program)
        inputs.append(program)
        runfiles = runfiles.merge(client[DefaultInfo].default_runfiles)

    path = path or ctx.label.name
    executable = ctx.actions.declare_file(path)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._vm, is_executable = True)

    # The program looks for its spec under this name.
    sidecar = ctx.actions.declare_file(path + ".vm.json")
    ctx.actions.write(sidecar, json.encode_indent(spec) + "\n")
    return DefaultInfo(
        executable = executable,
        files = files or depset([executable, sidecar]),
        runfiles = ctx.runfiles(
            [executable, sidecar] + inputs,
            transitive_files = qemu.system.files,
        ).merge(runfiles),
    )

def changed_image(image, **fields):
    """An image with some of its fields replaced.

    Args:
      image: VmImageInfo.
      **fields: the others.

    Returns:
      VmImageInfo.
    """
    return VmImageInfo(**({
        "cmdline": image.cmdline,
        "cpus": image.cpus,
        "disks": image.disks,
        "forwards": image.forwards,
        "initramfs": image.initramfs,
        "kernel": image.kernel,
        "machine": image.machine,
        "memory": image.memory,
        "qemu_args": image.qemu_args,
    } | fields))
