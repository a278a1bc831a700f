# SPDX-License-Identifier: Apache-2.0
"An OTP application of Erlang sources."

load("//rules:providers.bzl", "MixLibraryInfo")
load(":foreign_build.bzl", "by_workspace_path", "output_tar")
load(":mix.bzl", "MIX_ATTRS", "MIX_TOOLCHAINS", "WORKSPACE", "mix_driver")
load(":mix_library.bzl", "NATIVE_ATTRS", "check_files", "check_unique", "is_name", "native_files")

visibility("//rules/...")

def _application_directory(ctx):
    path = by_workspace_path([ctx.file.app_src]).keys()[0]
    parent = path.rpartition("/")[0]
    directory, _, last = parent.rpartition("/")
    if last not in ["ebin", "src"]:
        fail("{}: app_src: {} is in neither src nor ebin. Put it there: the directory above is that of the application.".format(ctx.label, path))
    return directory

def _erlang_library_impl(ctx):
    app = ctx.attr.app or ctx.label.name
    if not is_name(app):
        fail("{}: app: {} is not the name of an application, a lower-case letter and then letters, digits and underscores. Write the name that {} has.".format(
            ctx.label,
            repr(app),
            ctx.file.app_src.basename,
        ))
    directory = _application_directory(ctx)
    check_files(ctx, "srcs", directory, "the application", remedy = "Name files below it.")
    check_files(ctx, "hdrs", directory, "the application", subdirectory = "include", remedy = "Headers that others do not include belong into srcs.")
    check_files(ctx, "priv", directory, "the application", subdirectory = "priv", remedy = "Files that are compiled or read then belong into srcs.")

    indirect = depset(transitive = [dep[MixLibraryInfo].transitive for dep in ctx.attr.deps])
    check_unique(ctx, indirect, "deps", own = app)

    native = native_files(ctx, directory)
    tar = ctx.actions.declare_file(ctx.label.name + ".tar")
    sources = ctx.files.srcs + ctx.files.hdrs + ctx.files.priv
    info = MixLibraryInfo(
        app = app,
        config = None,
        config_srcs = depset(),
        deps = sorted([dep[MixLibraryInfo].app for dep in ctx.attr.deps]),
        env = "prod",
        mix_exs = None,
        nifs = native.nifs,
        ports = native.ports,
        srcs = depset(sources),
        tar = tar,
        tools = {},
        transitive = depset([struct(app = app, label = ctx.label, nifs = native.nifs, ports = native.ports, tar = tar)], transitive = [indirect]),
    )

    def in_work(file):
        return "${WORK}/%s/%s" % (WORKSPACE, by_workspace_path([file]).keys()[0])

    arguments = ["--out", "${WORK}/out", "--app-src", in_work(ctx.file.app_src)]
    if ctx.attr.version:
        arguments += ["--version", ctx.attr.version]
    if ctx.file.rebar_config:
        arguments += ["--rebar-config", in_work(ctx.file.rebar_config)]
    log = mix_driver(
        ctx,
        command = "erlang",
        mnemonic = "ErlangCompile",
        progress_message = "Compiling %{label}",
        project = info,
        directory = directory,
        deps = indirect.to_list(),
        files = sources + [file for file in [ctx.file.app_src, ctx.file.rebar_config] if file],
        arguments = arguments + ["--asn1-opt=" + option for option in ctx.attr.asn1_opts] + ["--erlc-opt=" + option for option in ctx.attr.erlc_opts],
        elixir_apps = ["elixir"],
        outputs = [output_tar(tar, root = "out")],
    )
    return [
        DefaultInfo(files = depset([tar])),
        info,
        OutputGroupInfo(log = depset([log])),
    ]

# What `rule` is called with; //rules/test makes libraries of it that must fail.
ERLANG_LIBRARY = dict(
    implementation = _erlang_library_impl,
    doc = """Compiles one OTP application of Erlang sources, laid out as for Rebar, without Rebar.

Grammars and ASN.1 specifications become modules, and modules are compiled after the behaviours and parse transforms that they name. The
`.app` file is made of `app_src`, with the modules that there are. Everything that takes a `mix_library` as a dependency
takes this: `mix_library`, `erlang_library`, `mix_release`, `ex_unit_test`.

The output is a tar of `<app>/ebin`, `<app>/include` and `<app>/priv`. The output group `log` holds what the compiler has
printed, warnings among it.""",
    attrs = MIX_ATTRS | NATIVE_ATTRS | {
        "app": attr.string(doc = "The application's name. Empty: the name of the target."),
        "app_src": attr.label(
            mandatory = True,
            allow_single_file = [".app", ".app.src"],
            doc = "What the `.app` file is made of: `src/<app>.app.src`, or `ebin/<app>.app` where there is none. The directory above is that of the application.",
        ),
        "asn1_opts": attr.string_list(doc = "Options of the ASN.1 compiler, each an Erlang term: `per`, `der`. By default it is BER."),
        "deps": attr.label_list(providers = [MixLibraryInfo], doc = "`erlang_library` and `mix_library` targets whose headers, behaviours and parse transforms it needs, and whose applications."),
        "erlc_opts": attr.string_list(doc = "Options of the compiler, each an Erlang term, as in `erl_opts` of rebar.config: `{d, 'NAME'}`, `warnings_as_errors`."),
        "hdrs": attr.label_list(allow_files = [".hrl"], doc = "Headers for others, in the directory `include`: `-include_lib(\"<app>/include/<name>.hrl\")`."),
        "priv": attr.label_list(allow_files = True, doc = "Files in the application's directory `priv`."),
        "rebar_config": attr.label(
            allow_single_file = [".config"],
            doc = "The application's `rebar.config`. Of it count `erl_opts`, `erl_first_files`, `asn1_opts` and `asn1_args`, with those of the profile `prod`. A hook of the compilation is an error. None: there are no such options.",
        ),
        "srcs": attr.label_list(
            mandatory = True,
            allow_files = True,
            doc = "What is compiled, `.erl`, `.yrl`, `.xrl` and `.asn1`, or read then: `src/**`, `asn1/**`.",
        ),
        "version": attr.string(doc = "The application's version, in place of that in `app_src`, which may be none, as `git`. Empty: that of `app_src`."),
    },
    provides = [MixLibraryInfo],
    toolchains = MIX_TOOLCHAINS,
)

erlang_library = rule(**ERLANG_LIBRARY)
