# SPDX-License-Identifier: Apache-2.0
"What `vm_image` and `boot_test` declare."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "InitramfsInfo", "LinuxKernelInfo", "VmImageInfo")
load("//rules/test:failure_test.bzl", "failure_test")

visibility("//rules/test/...")

def _fake_kernel_impl(ctx):
    files = {}
    for name in ["config", "image", "release", "system_map", "vmlinux"]:
        files[name] = ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))
        ctx.actions.write(files[name], "")
    return [LinuxKernelInfo(arch = ctx.attr.cpu, **files)]

fake_kernel = rule(
    implementation = _fake_kernel_impl,
    doc = "A kernel for one processor, whatever the platform.",
    attrs = {"cpu": attr.string(mandatory = True, doc = "The processor.")},
    provides = [LinuxKernelInfo],
)

def _fake_initramfs_impl(ctx):
    archive = ctx.actions.declare_file(ctx.label.name + ".cpio")
    ctx.actions.write(archive, "")
    return [InitramfsInfo(archive = archive, compression = "none")]

fake_initramfs = rule(
    implementation = _fake_initramfs_impl,
    provides = [InitramfsInfo],
)

def _spec(env):
    "The spec that the target's program finds beside it."
    for action in analysistest.target_actions(env):
        if action.mnemonic == "FileWrite" and action.outputs.to_list()[0].basename.endswith(".vm.json"):
            return json.decode(action.content)
    return None

def _runfiles(env):
    info = analysistest.target_under_test(env)[DefaultInfo]
    return [file.short_path.removeprefix("../") for file in info.default_runfiles.files.to_list()]

def _assert_in_runfiles(env, spec):
    "Every file that the spec names is there when the program runs."
    runfiles = {(path if path.startswith("rules_") or "~" in path else "_main/" + path): None for path in _runfiles(env)}
    named = [spec[key] for key in ["initrd", "kernel", "qemu", "vmlinux"] if key in spec]
    for path in named + [disk["file"] for disk in spec["disks"] if "file" in disk]:
        asserts.true(env, path in runfiles, "{} is no runfile".format(path))

def _spec_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    spec = _spec(env)
    asserts.equals(env, json.decode(ctx.attr.spec), {key: value for key, value in spec.items() if key not in ["label", "qemu"]})
    asserts.equals(env, str(target.label), spec["label"])
    asserts.true(env, spec["qemu"].endswith("/qemu-system-" + spec["cpu"]), spec["qemu"] + " is not the emulator for " + spec["cpu"])
    _assert_in_runfiles(env, spec)

    # The program and its spec lie side by side, for the build and when it runs.
    name = target.label.name
    asserts.equals(env, name, target[DefaultInfo].files_to_run.executable.basename)
    asserts.equals(env, [name, name + ".vm.json"], [file.basename for file in target[DefaultInfo].files.to_list()])
    for path in [name, name + ".vm.json"]:
        asserts.true(env, "rules/test/vm/" + path in _runfiles(env), path + " is no runfile")
    return analysistest.end(env)

_ATTRS = {"spec": attr.string(mandatory = True, doc = "The expected spec as JSON, without its label and its emulator.")}

spec_test = analysistest.make(
    _spec_test_impl,
    attrs = _ATTRS,
    config_settings = {"//command_line_option:platforms": [str(Label("//toolchains/musl:linux_x86_64"))]},
)

spec_aarch64_test = analysistest.make(
    _spec_test_impl,
    attrs = _ATTRS,
    config_settings = {"//command_line_option:platforms": [str(Label("//toolchains/musl:linux_aarch64"))]},
)

def _providers_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[VmImageInfo]
    asserts.equals(env, ["quiet"], info.cmdline)
    asserts.equals(env, 2, info.cpus)
    asserts.equals(env, ["BUILD.bazel"], [file.basename for file in info.disks])
    asserts.equals(env, [struct(host = 8080, guest = 80), struct(host = 0, guest = 443)], info.forwards)
    asserts.equals(env, "initramfs.cpio", info.initramfs.basename)
    asserts.equals(env, "x86_64", info.kernel.arch)
    asserts.equals(env, "pc", info.machine)
    asserts.equals(env, 512, info.memory)
    asserts.equals(env, ["-S"], info.qemu_args)
    groups = target[OutputGroupInfo]
    asserts.equals(env, [info.kernel.image], groups.kernel.to_list())
    asserts.equals(env, [info.kernel.vmlinux], groups.vmlinux.to_list())
    asserts.equals(env, [info.initramfs], groups.initramfs.to_list())
    return analysistest.end(env)

providers_test = analysistest.make(_providers_test_impl)

def refused(name, rule, attributes, message):
    """A target that cannot be analyzed, and the test that this is said well.

    Args:
      name: name of the target; the test has `_test` after it.
      rule: `vm_image` or `boot_test`.
      attributes: dict of the target's attributes.
      message: what comes after its label.
    """
    rule(
        name = name,
        tags = ["manual"],
        **attributes
    )
    failure_test(
        name = name + "_test",
        messages = ["//{}:{}: {}".format(native.package_name(), name, message)],
        target_under_test = ":" + name,
    )
