# SPDX-License-Identifier: Apache-2.0
"Tests of a Mix project, on the machine that builds."

load("//rules:providers.bzl", "MixLibraryInfo", "OtpInfo")
load(":mix.bzl", "MIX_ATTRS", "MIX_TOOLCHAINS", "mix_test_program")
load(":mix_library.bzl", "application", "derive_library")

visibility("//rules/...")

# What is tested, and with what.
TESTED_ATTRS = {
    "application": attr.label(mandatory = True, providers = [MixLibraryInfo], doc = "The `mix_library` that is tested."),
    "config_srcs": attr.label_list(allow_files = True, doc = "Files that the configuration imports or reads in the environment `test`, such as `config/test.exs`."),
    "deps": attr.label_list(providers = [MixLibraryInfo], doc = "The `mix_library` and `erlang_library` targets of dependencies that only tests have (`only: :test`)."),
    "runtime_config": attr.label(allow_single_file = [".exs"], doc = "The configuration that is read when the system starts, usually `config/runtime.exs`. None: there is none."),
    "srcs": attr.label_list(mandatory = True, allow_files = True, doc = "The tests and what they read: `test/**`."),
}

def tested(ctx):
    """The project whose tests run. Needs TESTED_ATTRS.

    Args:
      ctx: the rule's context.

    Returns:
      struct of what `mix_driver` takes: `project`, `deps`, `files`.
    """
    library, libraries = application(ctx)
    project = derive_library(
        library,
        config_srcs = depset(ctx.files.config_srcs + ctx.files.runtime_config, transitive = [library.config_srcs]),
        deps = sorted({name: None for name in library.deps + [dep[MixLibraryInfo].app for dep in ctx.attr.deps]}),
        env = "test",
    )
    return struct(
        # The application itself is compiled once more, for this environment.
        deps = [found for found in libraries.to_list() if found.app != library.app],
        files = library.srcs.to_list() + ctx.files.srcs,
        project = project,
    )

def _ex_unit_test_impl(ctx):
    found = tested(ctx)
    return [mix_test_program(ctx, found.project, deps = found.deps, files = found.files)]

ex_unit_test = rule(
    implementation = _ex_unit_test_impl,
    doc = """Runs the ExUnit tests of an application: `mix test` with the pinned Erlang/OTP and Elixir, on the machine that builds.

Arguments (`args`, `--test_arg`) go to `mix test`. The dependencies are those of `application`, compiled as for the release.""",
    test = True,
    attrs = MIX_ATTRS | TESTED_ATTRS | {
        "erlang": attr.label(providers = [OtpInfo], doc = "The `erlang_otp` whose emulator the tests run on, where the application or a dependency has `nifs`: one that has them inside, or is dynamic. It is built for the target platform. None: that of the toolchain, which has no NIFs but Erlang/OTP's own."),
        "_mixtest": attr.label(default = Label("//tools/mixtest:exec"), executable = True, cfg = "exec"),
    },
    toolchains = MIX_TOOLCHAINS,
)
