# SPDX-License-Identifier: Apache-2.0
"Mix and IEx in the source tree."

load("//rules:providers.bzl", "MixLibraryInfo")
load(":mix.bzl", "MIX_ATTRS", "MIX_TOOLCHAINS", "source_tree_program")
load(":mix_library.bzl", "application")

visibility("//rules/...")

def _program(ctx, iex):
    library, libraries = application(ctx)
    return [source_tree_program(
        ctx,
        library,
        # The application itself is compiled where it is.
        [found for found in libraries.to_list() if found.app != library.app],
        iex = iex,
    )]

def _mix_impl(ctx):
    return _program(ctx, iex = False)

def _iex_impl(ctx):
    return _program(ctx, iex = True)

_ATTRS = MIX_ATTRS | {
    "application": attr.label(mandatory = True, providers = [MixLibraryInfo], doc = "The `mix_library` of the project."),
    "deps": attr.label_list(providers = [MixLibraryInfo], doc = "The `mix_library` and `erlang_library` targets of dependencies that only tests or tools have."),
    "_mixrun": attr.label(default = Label("//tools/mixrun:exec"), executable = True, cfg = "exec"),
}

_DOC = """

The project's own files are used where they are. Erlang/OTP, Elixir and the dependencies are those of Bazel: nothing has to
be installed, and nothing is fetched. What Mix builds is in `${XDG_CACHE_HOME:-~/.cache}/rules_elixir_vm/mix`, never in the
source tree."""

mix = rule(
    implementation = _mix_impl,
    doc = """Runs tasks of Mix in the source tree: `bazel run //app:mix -- format`, `… -- test test/app_test.exs:12`.""" + _DOC,
    executable = True,
    attrs = _ATTRS,
    toolchains = MIX_TOOLCHAINS,
)

iex = rule(
    implementation = _iex_impl,
    doc = """Gives a shell with the application started, as `iex -S mix` does: `bazel run //app:iex`.""" + _DOC,
    executable = True,
    attrs = _ATTRS,
    toolchains = MIX_TOOLCHAINS,
)
