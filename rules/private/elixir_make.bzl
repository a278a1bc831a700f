# SPDX-License-Identifier: Apache-2.0
"Native code of a Mix project, by its own Makefile."

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//rules:providers.bzl", "OtpInfo")
load(
    ":foreign_build.bzl",
    "AUTOCONF_TOOLS",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "by_workspace_path",
    "cc_tool",
    "foreign_build",
    "output_file",
    "step",
    "target_cc",
)
load(":mix.bzl", "WORKSPACE", "join")
load(":mix_library.bzl", "check_priv_path")
load(":nif_library.bzl", "check_link_flags")
load(":optimized.bzl", "optimize")

visibility("//rules/...")

# Names under which makefiles call the compilers, besides `cc` and `c++`.
_COMPILERS = {"c++": ["g++"], "cc": ["gcc"]}

_BINUTILS = ["ar", "nm", "ranlib", "strip"]

_CFLAGS = ["-O2", "-fPIC", "-ffunction-sections", "-fdata-sections"]

_LDFLAGS = ["-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-s"]

def _check_outs(ctx):
    if not ctx.attr.outs:
        fail('{}: outs: there are none. Name what the makefile puts below $(MIX_APP_PATH), such as "priv/{}.so".'.format(ctx.label, ctx.label.name))
    for out in ctx.attr.outs:
        check_priv_path(ctx, "outs", out)

def _libraries(ctx):
    "What `deps` has: the files, by their path in the work directory, headers and options of the compiler."
    libraries = {}
    options = {}
    headers = []
    for dep in ctx.attr.deps:
        compilation = dep[CcInfo].compilation_context
        headers.append(compilation.headers)
        for directories in [compilation.includes, compilation.system_includes, compilation.external_includes, compilation.quote_includes]:
            options |= {"-I${EXECROOT}/" + directory: None for directory in directories.to_list()}
        options |= {"-D" + define: None for define in compilation.defines.to_list()}
        for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
            for part in linker_input.libraries:
                file = part.pic_static_library or part.static_library
                if not file:
                    fail("{}: deps: {} has a shared library alone, and no image would have that. Name a cc_library with sources.".format(
                        ctx.label,
                        linker_input.owner,
                    ))

                # Bazel tells position-independent ones by their name; -l does not know of that.
                path = "deps/" + file.basename.replace(".pic.a", ".a")
                if libraries.setdefault(path, file) != file:
                    fail("{}: deps: {} and {} have both the name {}, and the makefile links by names. Give one of them another.".format(
                        ctx.label,
                        libraries[path].owner,
                        linker_input.owner,
                        path.removeprefix("deps/"),
                    ))
            check_link_flags(ctx, linker_input, "the makefile does not know of")
    return struct(files = libraries, headers = headers, options = options.keys())

def _elixir_make_impl(ctx):
    _check_outs(ctx)
    otp = ctx.attr.erlang[OtpInfo]
    makefile = by_workspace_path([ctx.file.makefile]).keys()[0]
    directory, _, makefile_name = makefile.rpartition("/")
    project = join(WORKSPACE, directory)
    libraries = _libraries(ctx)

    cc = target_cc(ctx)
    aliases = list(cc.aliases)
    for alias in cc.aliases:
        for name in _COMPILERS[alias.name]:
            aliases += [cc_tool(prefix + name, alias.tool, alias.args) for prefix in ["", cc.triple + "-"]]
    aliases += [cc_tool("{}-{}".format(cc.triple, name), name, []) for name in _BINUTILS]

    # A program is static, for it shall run on a static Erlang/OTP too. One driver's option cannot tell it from a library.
    linkage = [] if [out for out in ctx.attr.outs if out.endswith(".so")] else ["-static"]
    cflags = " ".join(_CFLAGS + libraries.options)
    ldflags = " ".join(_LDFLAGS + linkage + ["-L${WORK}/deps"])

    outs = {out: ctx.actions.declare_file("{}/{}".format(ctx.label.name, out)) for out in ctx.attr.outs}
    log = foreign_build(
        ctx,
        mnemonic = "ElixirMake",
        progress_message = "Making %{label}",
        outputs = [
            output_file(file, "{}/{}".format(project, out), executable = not out.endswith(".so"))
            for out, file in outs.items()
        ],
        archives = [archive(otp.headers, dir = "erlang", strip = 0)],
        files = {
            "{}/{}".format(WORKSPACE, path): file
            for path, file in by_workspace_path(ctx.files.srcs + [ctx.file.makefile]).items()
        } | libraries.files,
        tools = AUTOCONF_TOOLS,
        aliases = aliases,
        env = {
            "AR": "ar",
            "CC": "cc",
            "CFLAGS": cflags,
            "CROSSCOMPILE": cc.triple,
            "CXX": "c++",
            "CXXFLAGS": cflags + " -fno-exceptions",
            "ERL_CFLAGS": "-I${WORK}/erlang/include",
            "ERL_EI_INCLUDE_DIR": "${WORK}/erlang/include",
            "ERL_EI_LIBDIR": "${WORK}/erlang/lib",
            "ERL_INTERFACE_INCLUDE_DIR": "${WORK}/erlang/include",
            "ERL_INTERFACE_LIB_DIR": "${WORK}/erlang/lib",
            "ERL_LDFLAGS": "-L${WORK}/erlang/lib -lei",
            "ERTS_INCLUDE_DIR": "${WORK}/erlang/include",
            "LDFLAGS": ldflags,
            "MIX_APP_PATH": "${WORK}/app",
            "MIX_BUILD_PATH": "${WORK}/build",
            "MIX_ENV": "prod",
            "MIX_TARGET": "host",
            "RANLIB": "ranlib",
            "STRIP": "strip",
        } | ctx.attr.make_env,
        inputs = [cc.files] + libraries.headers,
        steps = [
            # As Mix has it: the priv of the build is that of the sources.
            step("make priv", ["sh", "-c", 'mkdir -p priv "$0" && ln -s "$PWD/priv" "$0/priv"', "${WORK}/app"], dir = project),
            step("make", ["make", "-j${JOBS}", "SHELL=sh", "-f", makefile_name] + ctx.attr.make_args + ctx.attr.make_targets, dir = project),
        ],
    )
    return [
        DefaultInfo(files = depset(outs.values())),
        OutputGroupInfo(log = depset([log])),
    ]

elixir_make = rule(
    implementation = _elixir_make_impl,
    doc = """Runs the Makefile of a Mix project that is written for the compiler `:elixir_make`, for the target platform.

The makefile has the environment that `elixir_make` gives it: `CC`, `CXX`, `AR`, `CFLAGS`, `CXXFLAGS`, `LDFLAGS`, `CROSSCOMPILE`,
`ERL_EI_INCLUDE_DIR`, `ERL_EI_LIBDIR`, `ERTS_INCLUDE_DIR`, `MIX_APP_PATH` and others. It sees the files in `srcs`, at their
paths in the workspace, and runs in its own directory.

What it makes goes into `nifs` and `ports` of the project's `mix_library`, under the same paths. The output group `log` holds
what it has printed.""",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "deps": attr.label_list(providers = [CcInfo], cfg = optimize, doc = "`cc_library` targets. Their headers are found, and the makefile links them by their name: `-lz` is the target `z`."),
        "erlang": attr.label(default = Label("//erlang"), providers = [OtpInfo], doc = "The `erlang_otp` whose headers and `libei.a` are there."),
        "make_args": attr.string_list(doc = "Arguments of make, as `:make_args` of mix.exs."),
        "make_env": attr.string_dict(doc = "Variables of the environment, as `:make_env` of mix.exs. `${WORK}` is the directory that everything is in."),
        "make_targets": attr.string_list(doc = "What make is to make, as `:make_targets` of mix.exs; default: what the makefile says."),
        "makefile": attr.label(mandatory = True, allow_single_file = True, doc = "The makefile, `:make_makefile` of mix.exs. It runs in its directory."),
        "outs": attr.string_list(mandatory = True, doc = "What it makes, as paths below `$(MIX_APP_PATH)`: `priv/name.so`, `priv/program`. Programs are static, unless there are libraries among it."),
        "srcs": attr.label_list(allow_files = True, doc = "What it reads: `c_src/**`."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)
