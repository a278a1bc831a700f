# SPDX-License-Identifier: Apache-2.0
"Tests of a Mix project, in a virtual machine."

load("//rules:providers.bzl", "FileTreeInfo", "MixReleaseInfo")
load(":boot_test.bzl", "boot_test")
load(":ex_unit_test.bzl", "TESTED_ATTRS", "tested")
load(":mix.bzl", "MIX_TOOLCHAINS")
load(":mix_release.bzl", "RELEASE_ATTRS", "assemble_release")
load(":vm_image.bzl", "vm_image")

visibility("//rules/...")

def _mix_suite_release_impl(ctx):
    found = tested(ctx)
    return assemble_release(
        ctx,
        found.project,
        found.deps,
        found.project.app,
        found.files,
        arguments = [
            "--suite",
            "${WORK}/driver",
            "--suite-label",
            str(ctx.label.same_package_label(ctx.attr.test)).removeprefix("@@"),
        ],
        elixir_apps = ["ex_unit"],
    )

_mix_suite_release = rule(
    implementation = _mix_suite_release_impl,
    doc = "A release that runs the tests of its application and ends.",
    attrs = RELEASE_ATTRS | TESTED_ATTRS | {
        "test": attr.string(mandatory = True, doc = "The name of the test, for its report."),
    },
    provides = [FileTreeInfo, MixReleaseInfo],
    toolchains = MIX_TOOLCHAINS,
)

def vm_ex_unit_test(
        name,
        application,
        kernel,
        srcs,
        config_srcs = [],
        deps = [],
        erlang = Label("//erlang"),
        image = {},
        memory = 256,
        runtime_config = None,
        size = "medium",
        **kwargs):
    """Runs the ExUnit tests of an application in a virtual machine, on the Erlang/OTP and the kernel of an image.

    The machine starts a release of the application, compiled for the environment `test`, in which the tests are compiled
    and run once all applications have started. Mix is not there.

    Args:
      name: name of the test; those of its release and its image begin with it.
      application: the `mix_library` that is tested.
      kernel: the `linux_kernel`.
      srcs: the tests and what they read.
      config_srcs: files that the configuration imports or reads in the environment `test`, such as `config/test.exs`.
      deps: the `mix_library` and `erlang_library` targets of dependencies that only tests have.
      erlang: the `erlang_otp` to run on.
      image: dict of further attributes of `vm_image`, as in `{"env": {"DATABASE": "none"}}`.
      memory: in MiB.
      runtime_config: the configuration that is read when the system starts, usually `config/runtime.exs`; None: there is none.
      size: size of the test, and so its timeout.
      **kwargs: others of [`boot_test`](#boot_test), such as `machine`, `client` and `deadline`, and common attributes of tests.
    """
    common = {attribute: kwargs[attribute] for attribute in ["tags", "target_compatible_with"] if attribute in kwargs}
    _mix_suite_release(
        name = name + "_release",
        testonly = True,
        srcs = srcs,
        application = application,
        config_srcs = config_srcs,
        deps = deps,
        erlang = erlang,
        runtime_config = runtime_config,
        test = name,
        **common
    )
    vm_image(
        name = name + "_image",
        testonly = True,
        kernel = kernel,
        memory = memory,
        release = ":{}_release".format(name),
        **(image | common | {
            # As `mix test` has it: modules are loaded when they are needed.
            "env": {"RELEASE_MODE": "interactive"} | image.get("env", {}),
        })
    )
    boot_test(
        name = name,
        image = ":{}_image".format(name),
        report = True,
        size = size,
        **kwargs
    )
