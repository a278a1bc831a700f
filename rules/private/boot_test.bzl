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
        "client": attr.label(executable = True, cfg = "exec"),
        "client_args": attr.string_list(),
        "cmdline": attr.string_list(),
        "cpus": attr.int(),
        "deadline": attr.int(),
        "echo": attr.string(),
        "expect": attr.string_list(),
        "expect_exit_code": attr.int(),
        # Not expect_failure: every rule has an attribute of that name, for Bazel's own tests.
        "failure": attr.string(),
        "failure_message": attr.string_list(),
        "image": attr.label(mandatory = True, providers = [VmImageInfo]),
        "machine": attr.string(),
        "memory": attr.int(),
        "qemu_args": attr.string_list(),
        "reject": attr.string_list(),
        "report": attr.bool(),
        "scratch_disks": attr.int_list(),
    },
    toolchains = VM_TOOLCHAINS,
)

def boot_test(
        name,
        image,
        client = None,
        client_args = [],
        cmdline = [],
        cpus = 0,
        deadline = 0,
        echo = "",
        expect = [],
        expect_exit_code = 0,
        expect_failure = "",
        expect_failure_message = [],
        machine = "",
        memory = 0,
        qemu_args = [],
        reject = [],
        report = False,
        scratch_disks = [],
        size = "medium",
        **kwargs):
    """Boots a virtual machine in QEMU and compares what it writes to its console with what is expected.

    The guest sees QEMU's user network, but neither the host nor anything beyond; forwarded ports of the image are free
    ports of the host's 127.0.0.1. The console is in the test log, and as `console.log` among the test's outputs.
    [Booting](boot.md#when-a-test-fails) has the ways to fail.

    Args:
      name: name of the test.
      image: the `vm_image`.
      client: a program that runs on the host once all lines of `expect` have come, and must exit with 0. In
        `VM_FORWARD_<port of the guest>` it finds the address and port that lead there, in `VM_QMP` the path of QEMU's control
        socket (QMP). Without an exit code to expect, the test is over when it ends.
      client_args: list of arguments of the client.
      cmdline: list of words for the kernel's command line, after those of the image.
      cpus: number of processors; 0: as the image says.
      deadline: seconds after which the test fails; 0: a little before Bazel's timeout, which is the limit anyway.
      echo: `ADDRESS:PORT`, an address in 10.0.2.0/24, where a TCP service sends back what it gets; empty: there is none.
      expect: list of regular expressions ([RE2](https://github.com/google/re2/wiki/Syntax)): for each, in this order, a line of
        the console must match.
      expect_exit_code: what the guest must write to its exit channel before it powers off, 0 to 255. -1: it does not
        matter, and the test is over with the last expected line, or with the client.
      expect_failure: `kernel_not_reached`, `kernel_panic`, `init_failed`, `line_missing`, `exit_code` or
        `client_failed`: the test passes only if it fails in this way. Empty: it passes if it does not fail.
      expect_failure_message: list of regular expressions: each must match a line of that failure's message.
      machine: QEMU's machine type, as in `vm_image`; empty: as the image says.
      memory: in MiB; 0: as the image says.
      qemu_args: list of arguments of QEMU, after those of the image.
      reject: list of regular expressions that no line of the console may match.
      report: whether the guest writes a report in JUnit's XML to the virtio port `org.rules_elixir_vm.report`, which becomes
        that of the test.
      scratch_disks: list of sizes in MiB of empty disks, which come after those of the image.
      size: size of the test, and so its timeout.
      **kwargs: common attributes of tests.
    """
    _boot_test(
        name = name,
        size = size,
        client = client,
        client_args = client_args,
        cmdline = cmdline,
        cpus = cpus,
        deadline = deadline,
        echo = echo,
        expect = expect,
        expect_exit_code = expect_exit_code,
        failure = expect_failure,
        failure_message = expect_failure_message,
        image = image,
        machine = machine,
        memory = memory,
        qemu_args = qemu_args,
        reject = reject,
        report = report,
        scratch_disks = scratch_disks,
        **kwargs
    )
