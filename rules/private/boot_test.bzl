# SPDX-License-Identifier: Apache-2.0
"A test that boots a virtual machine."

load("//rules:providers.bzl", "VmImageInfo")
load(":vm.bzl", "VM_ATTRS", "VM_TOOLCHAINS", "changed_image", "check_positive", "vm_program")

visibility("//rules/...")

_FAILURES = [
    "kernel_not_reached",
    "kernel_panic",
    "init_failed",
    "line_missing",
    "exit_code",
    "client_failed",
]

def _boot_test_impl(ctx):
    image = ctx.attr.image[VmImageInfo]
    if ctx.attr.expect_exit_code < -1 or ctx.attr.expect_exit_code > 255:
        fail("{}: expect_exit_code: {} is no exit code. Take one from 0 to 255, or -1 for a guest that writes none.".format(ctx.label, ctx.attr.expect_exit_code))
    if ctx.attr.expect_exit_code == -1 and not ctx.attr.expect and not ctx.attr.failure:
        fail("{}: expect: it is empty and expect_exit_code is -1, so that nothing is tested. Name a line of the console, or the exit code.".format(ctx.label))
    if ctx.attr.failure_message and not ctx.attr.failure:
        fail("{}: expect_failure_message: it needs expect_failure, which is one of {}.".format(ctx.label, ", ".join(_FAILURES)))
    if ctx.attr.failure and ctx.attr.failure not in _FAILURES:
        fail("{}: expect_failure: \"{}\" is no failure of a machine. Take one of {}.".format(ctx.label, ctx.attr.failure, ", ".join(_FAILURES)))
    if ctx.attr.deadline < 0:
        fail("{}: deadline: {} is less than 0. Give seconds, or 0 for the test's own timeout.".format(ctx.label, ctx.attr.deadline))
    if ctx.attr.client and not ctx.attr.expect:
        fail("{}: client: it runs once all lines of expect have come, and there are none. Name the line that says that the guest is ready.".format(ctx.label))
    if ctx.attr.client_args and not ctx.attr.client:
        fail("{}: client_args: there is no client. Name one, or take them out.".format(ctx.label))
    for size in ctx.attr.scratch_disks:
        check_positive(ctx.label, "scratch_disks", size)

    machine = changed_image(
        image,
        cmdline = image.cmdline + ctx.attr.cmdline,
        cpus = ctx.attr.cpus or image.cpus,
        # Tests run side by side, and none may have a port of the host for itself.
        forwards = [struct(host = 0, guest = forward.guest) for forward in image.forwards],
        machine = ctx.attr.machine or image.machine,
        memory = ctx.attr.memory or image.memory,
        qemu_args = image.qemu_args + ctx.attr.qemu_args,
    )
    test = {
        "expect": ctx.attr.expect,
        "reject": ctx.attr.reject,
        "timeout_seconds": ctx.attr.deadline,
    }
    if ctx.attr.expect_exit_code != -1:
        test["exit_code"] = ctx.attr.expect_exit_code
    if ctx.attr.failure:
        test["failure"] = {"kind": ctx.attr.failure, "message": ctx.attr.failure_message}
    if ctx.attr.report:
        test["report"] = True
    if ctx.attr.client:
        test["client"] = {"args": ctx.attr.client_args}
    return [vm_program(
        ctx,
        machine,
        client = ctx.attr.client,
        disks = [{"scratch_mb": size} for size in ctx.attr.scratch_disks],
        echo = ctx.attr.echo,
        test = test,
    )]

_boot_test = rule(
    implementation = _boot_test_impl,
    doc = "See the macro.",
    test = True,
    attrs = VM_ATTRS | {
        "client": attr.label(executable = True, cfg = "exec", doc = "A program that runs on the host once all lines of `expect` have come, and must exit with 0. In `VM_FORWARD_<port of the guest>` it finds the address and port that lead there, in `VM_QMP` the path of QEMU's control socket (QMP). Without an exit code to expect, the test is over when it ends."),
        "client_args": attr.string_list(doc = "Arguments of the client."),
        "cmdline": attr.string_list(doc = "Words for the kernel's command line, after those of the image."),
        "cpus": attr.int(doc = "Number of processors; 0: as the image says."),
        "deadline": attr.int(doc = "Seconds after which the test fails; 0: a little before Bazel's timeout, which is the limit anyway."),
        "echo": attr.string(doc = "Address and port, in 10.0.2.0/24, where a TCP service sends back what it gets."),
        "expect": attr.string_list(doc = "Regular expressions (RE2): for each, in this order, a line of the console must match."),
        "expect_exit_code": attr.int(doc = "What the guest must write to its exit channel before it powers off. -1: it does not matter, and the test is over with the last expected line."),
        # Not expect_failure: every rule has an attribute of that name, for Bazel's own tests.
        "failure": attr.string(doc = "The test passes only if it fails in this way."),
        "failure_message": attr.string_list(doc = "Regular expressions: each must match a line of that failure's message."),
        "image": attr.label(mandatory = True, providers = [VmImageInfo], doc = "The `vm_image`."),
        "machine": attr.string(doc = "QEMU's machine type; empty: as the image says."),
        "memory": attr.int(doc = "Memory in MB; 0: as the image says."),
        "qemu_args": attr.string_list(doc = "Arguments of QEMU, after those of the image."),
        "reject": attr.string_list(doc = "Regular expressions that no line of the console may match."),
        "report": attr.bool(doc = "Whether the guest writes a report in JUnit's XML to the virtio port `org.rules_elixir_vm.report`, which becomes that of the test."),
        "scratch_disks": attr.int_list(doc = "Sizes in MB of empty disks, which come after those of the image."),
    },
    toolchains = VM_TOOLCHAINS,
)

def boot_test(name, image, size = "medium", expect_failure = "", expect_failure_message = [], **kwargs):
    """Boots a virtual machine in QEMU and compares what it writes to its console with what is expected.

    The guest sees QEMU's user network, but neither the host nor anything beyond; forwarded ports of the image are free
    ports of the host's 127.0.0.1. The console is in the test log, and as `console.log` among the test's outputs.

    Args:
      name: name of the test.
      image: the `vm_image`.
      size: size of the test, and so its timeout.
      expect_failure: `kernel_not_reached`, `kernel_panic`, `init_failed`, `line_missing`, `exit_code` or
        `client_failed`: the test passes only if it fails in this way.
      expect_failure_message: regular expressions: each must match a line of that failure's message.
      **kwargs: `machine`, `memory`, `cpus`, `cmdline` and `qemu_args` change the image or add to it; `scratch_disks`, `echo`, `report`,
        `client`, `client_args`, `expect`, `reject`, `expect_exit_code` and `deadline` are described in docs/boot.md; others are common attributes of tests.
    """
    _boot_test(
        name = name,
        failure = expect_failure,
        failure_message = expect_failure_message,
        image = image,
        size = size,
        **kwargs
    )
