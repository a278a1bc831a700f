# SPDX-License-Identifier: Apache-2.0
"A virtual machine that boots in QEMU."

load("//rules:providers.bzl", "InitramfsInfo", "LinuxKernelInfo", "VmImageInfo")
load(":vm.bzl", "VM_ATTRS", "VM_TOOLCHAINS", "parse_forward", "vm_program")

visibility("//rules/...")

def _vm_image_impl(ctx):
    initramfs = ctx.attr.initramfs[InitramfsInfo].archive if ctx.attr.initramfs else None
    kernel = ctx.attr.kernel[LinuxKernelInfo]
    image = VmImageInfo(
        cmdline = ctx.attr.cmdline,
        cpus = ctx.attr.cpus,
        disks = ctx.files.disks,
        forwards = [parse_forward(ctx.label, text) for text in ctx.attr.forwards],
        initramfs = initramfs,
        kernel = kernel,
        machine = ctx.attr.machine,
        memory = ctx.attr.memory,
        qemu_args = ctx.attr.qemu_args,
    )
    return [
        vm_program(ctx, image),
        image,
        OutputGroupInfo(
            initramfs = depset([initramfs] if initramfs else []),
            kernel = depset([kernel.image]),
            vmlinux = depset([kernel.vmlinux]),
        ),
    ]

vm_image = rule(
    implementation = _vm_image_impl,
    doc = """A virtual machine: a kernel, an initramfs and the hardware that they see.

`bazel run` boots it in QEMU on the terminal (Ctrl-A X leaves; the exit status is what the guest wrote to its exit channel);
arguments after `--` go to QEMU. `boot_test` boots it as a test. Every machine has a serial console, a network card in
QEMU's user network (address 10.0.2.15, also by DHCP), a virtio random number generator, and the exit channel: the virtio
port `org.rules_elixir_vm.exit`. The kernel's command line begins with `console=… panic=-1` and, on microvm, `reboot=t`.

The output groups `kernel`, `vmlinux` and `initramfs` hold what is booted.""",
    executable = True,
    attrs = VM_ATTRS | {
        "cmdline": attr.string_list(doc = "Further words of the kernel's command line."),
        "cpus": attr.int(default = 1, doc = "Number of processors."),
        "disks": attr.label_list(allow_files = True, doc = "Raw disk images, in the order of the virtio disks. What the guest writes is gone after the run."),
        "forwards": attr.string_list(doc = "TCP ports of the host's 127.0.0.1 that lead into the guest: `HOST:GUEST`. The host's port 0 takes any that is free, and `bazel run` prints it."),
        "initramfs": attr.label(providers = [InitramfsInfo], doc = "The initramfs; without it the kernel must find its root on a disk."),
        "kernel": attr.label(mandatory = True, providers = [LinuxKernelInfo], doc = "The kernel."),
        "machine": attr.string(doc = "QEMU's machine type: `q35` (default), `pc` or `microvm` for x86_64, `virt` for aarch64."),
        "memory": attr.int(default = 256, doc = "Memory in MB."),
        "qemu_args": attr.string_list(doc = "Further arguments of QEMU."),
    },
    provides = [VmImageInfo],
    toolchains = VM_TOOLCHAINS,
)
