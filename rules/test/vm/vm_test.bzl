# SPDX-License-Identifier: Apache-2.0
"What `vm_image` and `boot_test` declare."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "FileTreeInfo", "InitramfsInfo", "LinuxKernelInfo", "MixReleaseInfo", "VmImageInfo")
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

def _fake_release_impl(ctx):
    files = {}
    for name in ["env", "metadata", "tar"]:
        files[name] = ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))
        ctx.actions.write(files[name], "")
    return [
        FileTreeInfo(
            entries = {},
            symlink_lists = [],
            tars = [struct(file = files["tar"], origin = str(ctx.label), prefix = "/app")],
        ),
        MixReleaseInfo(name = "demo", **files),
    ]

fake_release = rule(
    implementation = _fake_release_impl,
    provides = [FileTreeInfo, MixReleaseInfo],
)

def _written(env, suffix):
    "What is written to the one file with this suffix."
    for action in analysistest.target_actions(env):
        if action.mnemonic == "FileWrite" and action.outputs.to_list()[0].basename.endswith(suffix):
            return action.content
    return None

def _spec(env):
    "The spec that the target's program finds beside it."
    return json.decode(_written(env, ".vm.json"))

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
    program = target[DefaultInfo].files_to_run.executable.short_path
    asserts.equals(env, target.label.name, program.rpartition("/")[2])
    for path in [program, program + ".vm.json"]:
        asserts.true(env, path in _runfiles(env), path + " is no runfile")
    files = [file.short_path.removeprefix("rules/test/vm/") for file in target[DefaultInfo].files.to_list()]
    asserts.equals(env, ctx.attr.files or [target.label.name, target.label.name + ".vm.json"], files)
    return analysistest.end(env)

_ATTRS = {
    "files": attr.string_list(doc = "The target's files in its package; default: the program and its spec."),
    "spec": attr.string(mandatory = True, doc = "The expected spec as JSON, without its label and its emulator."),
}

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

def _release_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ctx.attr.conf, _written(env, ".init.conf"))
    tree = json.decode(_written(env, ".filetree.json"))
    asserts.equals(
        env,
        {
            "/bin/tool": "BUILD.bazel",
            "/etc/environment": "release/env",
            "/etc/init.conf": "release_image.init.conf",
            "/init": "init/init_/program",
        },
        {entry["path"]: entry["source"].partition("rules/test/vm/")[2] or entry["source"].partition("/bin/")[2] for entry in tree["entries"]},
    )
    asserts.equals(env, ["0755", "0644", "0644", "0755"], [entry["mode"] for entry in sorted(tree["entries"], key = lambda entry: entry["path"])])
    asserts.equals(env, [("/app", "release/tar")], [(tar["prefix"], tar["source"].partition("rules/test/vm/")[2]) for tar in tree["tars"]])

    image = json.decode(_written(env, ".image.json"))
    asserts.equals(env, ["bzImage", "initramfs.cpio.zst", "vmlinux"], sorted(image["files"]))
    asserts.equals(env, "release/metadata", image["release"].partition("rules/test/vm/")[2])
    asserts.equals(env, "initramfs.cpio.zst", image["machine"]["initrd"])
    asserts.equals(env, "initramfs.cpio.zst", target[VmImageInfo].initramfs.basename)
    asserts.equals(env, 64, image["machine"]["memory_mb"])
    asserts.equals(env, 1, len(target[OutputGroupInfo].listing.to_list()))

    # IEx for a terminal of the host is beside the machine, not in it.
    shell = _spec(env)["shell"]
    asserts.true(env, shell.endswith("/tools/vm/shell/vm_shell.tar"), shell)
    asserts.true(env, shell.removeprefix("_main/") in _runfiles(env), shell + " is no runfile")
    return analysistest.end(env)

release_test = analysistest.make(
    _release_test_impl,
    attrs = {"conf": attr.string(mandatory = True, doc = "The expected /etc/init.conf.")},
)

def _busybox_init_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, ctx.attr.conf, _written(env, ".init.conf"))
    tree = json.decode(_written(env, ".filetree.json"))
    entries = {entry["path"]: entry for entry in tree["entries"]}
    asserts.equals(env, "sbin/init", entries["/init"]["target"])
    for path in ["/bin/busybox", "/etc/init.conf", "/etc/init.d/rcS", "/etc/init.d/release", "/sbin/power-button"]:
        asserts.true(env, path in entries, path + " is not there")

    # A shell reads env.sh: that need not be literal.
    asserts.false(env, "/etc/environment" in entries)
    asserts.equals(env, [("/app", "release/tar")], [(tar["prefix"], tar["source"].partition("rules/test/vm/")[2]) for tar in tree["tars"]])
    asserts.true(env, json.decode(_written(env, ".image.json"))["busybox"].endswith("/busybox"))
    return analysistest.end(env)

busybox_init_test = analysistest.make(
    _busybox_init_test_impl,
    attrs = {"conf": attr.string(mandatory = True, doc = "The expected /etc/init.conf.")},
)

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
