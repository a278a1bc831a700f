# SPDX-License-Identifier: Apache-2.0
"Functions in C for Erlang, linked into the emulator or loaded by it."

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//rules:providers.bzl", "NifLibraryInfo")
load(":foreign_build.bzl", "FOREIGN_BUILD_ATTRS", "FOREIGN_BUILD_TOOLCHAINS", "archive", "foreign_build", "output_file", "step")
load(":optimized.bzl", "optimize")
load(":otp.bzl", "ERLANG")

visibility([
    "//erlang",
    "//rules/...",
])

_HEADERS = ["erl_drv_nif.h", "erl_int_sizes_config.h", "erl_nif.h", "erl_nif_api_funcs.h"]

def _erl_nif_impl(ctx):
    # The SDK's, and not those of a runtime: the runtime that links NIFs is built after them. They have the sizes of C's
    # types in them, which are the same on every processor that we build for.
    sdk = ctx.toolchains[ERLANG].erlang_sdk
    headers = [ctx.actions.declare_file("{}/{}".format(ctx.label.name, header)) for header in _HEADERS]
    foreign_build(
        ctx,
        mnemonic = "NifHeaders",
        progress_message = "Unpacking %{label}",
        outputs = [output_file(file, "sdk/usr/include/" + file.basename) for file in headers],
        archives = [archive(sdk.root, dir = "sdk", strip = 0, include = ["usr/include/" + header for header in _HEADERS])],
        steps = [step("list", ["ls"], dir = "sdk/usr/include")],
        tools = ["ls"],
    )
    return [
        DefaultInfo(files = depset(headers)),
        CcInfo(compilation_context = cc_common.create_compilation_context(
            headers = depset(headers),
            system_includes = depset([headers[0].dirname]),
        )),
    ]

erl_nif = rule(
    implementation = _erl_nif_impl,
    doc = "The headers for functions in C, of the toolchain's Erlang/OTP.",
    attrs = FOREIGN_BUILD_ATTRS,
    provides = [CcInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + [ERLANG],
)

def check_link_flags(ctx, linker_input, why):
    """Fails if a library of `deps` wants options of the linker.

    Args:
      ctx: the rule's context.
      linker_input: of the library.
      why: the message's middle: "which" + why.
    """
    if linker_input.user_link_flags:
        fail("{}: deps: {} has linkopts {}, which {}. Name what they stand for in deps.".format(
            ctx.label,
            linker_input.owner,
            linker_input.user_link_flags,
            why,
        ))

def _nif_library_impl(ctx):
    library = ctx.attr.library[0]
    archives = []
    own = None
    for linker_input in library[CcInfo].linking_context.linker_inputs.to_list():
        for part in linker_input.libraries:
            file = part.static_library or part.pic_static_library
            if not file:
                fail("{}: deps: {} has a shared library alone, and the emulator is static. Name a cc_library with sources.".format(
                    ctx.label,
                    linker_input.owner,
                ))
            if linker_input.owner == library.label:
                own = file
            else:
                archives.append(file)
        check_link_flags(ctx, linker_input, "the emulator is not linked with")
    if not own:
        fail("{}: srcs: there is no source in C. Name one that has ERL_NIF_INIT.".format(ctx.label))
    return [
        DefaultInfo(files = depset([own])),
        NifLibraryInfo(archive = own, deps = archives, name = ctx.attr.nif, shared = ctx.file.shared),
        OutputGroupInfo(shared = depset([ctx.file.shared])),
    ]

_nif_library = rule(
    implementation = _nif_library_impl,
    attrs = {
        "library": attr.label(mandatory = True, providers = [CcInfo], cfg = optimize),
        "nif": attr.string(mandatory = True),
        "shared": attr.label(mandatory = True, allow_single_file = [".so"], cfg = optimize),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    provides = [NifLibraryInfo],
)

def _is_identifier(text):
    return text and not text[0].isdigit() and not [char for char in text.elems() if not char.isalnum() and char != "_"]

def nif_library(name, srcs, hdrs = [], copts = [], defines = [], deps = [], **kwargs):
    """Functions in C for one module of Erlang, a NIF.

    `nifs` of `erlang_otp` links them into the emulator: `erlang:load_nif/2` of the module that `ERL_NIF_INIT` names finds
    them, whatever path it is called with. `nifs` of `mix_library` and `erlang_library` puts them into `priv` as a shared
    library, which an emulator with `linkage = "dynamic"` loads. They are compiled with optimization, for the target platform.

    The output is the static library, and that of the output group `shared` the other.

    Args:
      name: the target's name, an identifier of C that no other NIF of the emulator has.
      srcs: sources and private headers; one has `ERL_NIF_INIT`. `erl_nif.h` is there.
      hdrs: headers, as in `cc_library`.
      copts: options of the compiler.
      defines: `NAME` or `NAME=VALUE`, for these sources alone.
      deps: `cc_library` targets.
      **kwargs: attributes that every rule has, such as `tags`, `testonly` and `visibility`.
    """
    if not _is_identifier(name):
        fail("nif_library {}: name: it is not an identifier of C, letters, digits and underscores. Write one such as counter_nif.".format(repr(name)))
    deps = deps + [Label("//erlang:erl_nif")]
    common = {name: kwargs[name] for name in ["target_compatible_with", "testonly"] if name in kwargs} | dict(
        copts = copts,
        # By itself it would be built without optimization too.
        tags = ["manual"],
        visibility = ["//visibility:private"],
        deps = deps,
    )
    cc_library(
        name = name + ".c",
        srcs = srcs,
        hdrs = hdrs,
        local_defines = defines + ["STATIC_ERLANG_NIF_LIBNAME=" + name],
        **common
    )
    cc_binary(
        name = name + ".so",
        srcs = srcs + hdrs,
        linkshared = True,
        local_defines = defines,
        **common
    )
    _nif_library(
        name = name,
        library = name + ".c",
        nif = name,
        shared = name + ".so",
        **kwargs
    )
