# SPDX-License-Identifier: Apache-2.0
"Elixir from source."

load("//rules:providers.bzl", "ErlangSdkInfo")
load(
    ":foreign_build.bzl",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "foreign_build",
    "output_tar",
    "step",
)

visibility("//rules/...")

_TOOLS = [
    "basename",
    "cat",
    "dirname",
    "echo",
    "env",
    "grep",
    "head",
    "ls",
    "make",
    "mkdir",
    "readlink",
    "rm",
    "sed",
    "sh",
    "tail",
    "test",
    "tr",
]

_APPS = ["eex", "elixir", "ex_unit", "iex", "logger", "mix"]

def _elixir_impl(ctx):
    sdk = ctx.attr.otp[ErlangSdkInfo]
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    log = foreign_build(
        ctx,
        mnemonic = "Elixir",
        progress_message = "Building %{label}",
        outputs = [output_tar(
            out,
            root = "src",
            include = ["bin/" + script for script in ["elixir", "elixirc", "iex", "mix"]] + ["lib/{}/ebin/*".format(app) for app in _APPS],
        )],
        archives = [
            archive(ctx.file.src),
            archive(sdk.root, dir = "otp", strip = 0),
        ],
        patches = ctx.files.patches,
        files = {"relocate.escript": ctx.file._relocate},
        tools = _TOOLS,
        env = {
            "ERL_COMPILER_OPTIONS": "deterministic",
            # What Elixir reads, writes and prints.
            "LC_ALL": "C.UTF-8",
            "PATH": "${WORK}/otp/bin:${TOOLS}",
        },
        steps = [
            step("check the version", [
                "sh",
                "-c",
                'test "$(cat VERSION)" = "$0" || { echo "the source is Elixir $(cat VERSION), the attribute version says $0" >&2; exit 1; }',
                ctx.attr.version,
            ]),
            step("build", ["make", "SHELL=sh", "compile"]),
            step("take the build's directory out", ["${WORK}/otp/bin/escript", "${WORK}/relocate.escript", "${WORK}/src", "lib"]),
        ],
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log])),
        ErlangSdkInfo(
            apps = sdk.apps,
            elixir = out,
            elixir_version = ctx.attr.version,
            otp_version = sdk.otp_version,
            patches = sdk.patches,
            root = sdk.root,
            src = sdk.src,
        ),
    ]

elixir = rule(
    implementation = _elixir_impl,
    doc = """Builds Elixir: a tar with `bin/{elixir,elixirc,iex,mix}` and `lib/{eex,elixir,ex_unit,iex,logger,mix}/ebin`.

Its `.beam` files are the same for every platform. It belongs into a toolchain, of type
`//toolchains/erlang:toolchain_type`, for which it is built once.""",
    attrs = FOREIGN_BUILD_ATTRS | {
        "otp": attr.label(
            default = Label("//toolchains/erlang:otp"),
            cfg = "exec",
            providers = [ErlangSdkInfo],
            doc = "The Erlang/OTP that compiles it, and that it will run on.",
        ),
        "patches": attr.label_list(allow_files = [".patch"], doc = "Patches for the source, applied in order with -p1."),
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "Elixir's source archive (1.18)."),
        "version": attr.string(mandatory = True, doc = "Elixir's version, as its file VERSION has it."),
        "_relocate": attr.label(default = Label("//elixir:relocate.escript"), allow_single_file = True),
    },
    provides = [ErlangSdkInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)
