# SPDX-License-Identifier: Apache-2.0
"A release, assembled by Mix."

load("//rules:providers.bzl", "FileTreeInfo", "MixLibraryInfo", "MixReleaseInfo", "OtpInfo")
load(":file_tree.bzl", "tree_entry")
load(":foreign_build.bzl", "archive", "by_workspace_path", "output_file", "output_tar")
load(":mix.bzl", "MIX_ATTRS", "MIX_TOOLCHAINS", "WORKSPACE", "mix_driver", "nif_files", "target_otp")
load(":mix_library.bzl", "application", "derive_library")

visibility("//rules/...")

# Where it is in a file tree: the default of init's option `root`.
_ROOT = "/app"

# The applications of Erlang/OTP that every release has, and that Mix needs itself. They are the same for every processor:
# unpacked once, they serve both.
_APPS = ["compiler", "kernel", "sasl", "stdlib"]

# The applications of Elixir that a release may have.
_ELIXIR_APPS = ["eex", "elixir", "iex", "logger", "mix"]

# Merge into the attributes of every rule that calls `assemble_release`.
RELEASE_ATTRS = MIX_ATTRS | {
    "erlang": attr.label(default = Label("//erlang"), providers = [OtpInfo], doc = "The `erlang_otp` to run on, for the target platform."),
    "runtime_config": attr.label(allow_single_file = [".exs"], doc = "The configuration that is read when the system starts, usually `config/runtime.exs`. None: there is none."),
    "_releaseenv": attr.label(default = Label("//tools/releaseenv:exec"), executable = True, cfg = "exec"),
}

def assemble_release(ctx, project, deps, name, files, arguments = [], elixir_apps = []):
    """Declares the actions that assemble a release. Needs RELEASE_ATTRS and MIX_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      project: MixLibraryInfo.
      deps: as in `mix_driver`.
      name: of the release.
      files: as in `mix_driver`, besides the runtime configuration.
      arguments: further arguments of the driver.
      elixir_apps: further applications of Elixir that the release may have.

    Returns:
      list of providers.
    """
    otp = target_otp(ctx)
    shared = {app: otp.applications[app] for app in _APPS if app in otp.applications}
    tar = ctx.actions.declare_file(ctx.label.name + ".tar")
    metadata = ctx.actions.declare_file(ctx.label.name + ".json")
    env_sh = ctx.actions.declare_file(ctx.label.name + ".env.sh")
    arguments = arguments + [
        "--release",
        name,
        "--out",
        "${WORK}/release",
        "--metadata",
        "${WORK}/metadata.json",
        "--env-sh",
        "${WORK}/env.sh",
        "--otp",
        "${WORK}/otp",
        "--otp-label",
        str(ctx.attr.erlang.label).removeprefix("@@"),
        "--parts",
        "${WORK}/parts",
        # What an edit changes. An image compresses the rest, Erlang/OTP and libraries of other repositories, once.
        "--project-apps",
        ",".join({found.app: None for found in deps + [project] if found.app and found.tar.owner.repo_name == ctx.label.repo_name}),
    ]
    if ctx.file.runtime_config:
        arguments += ["--runtime-config", "${WORK}/%s/%s" % (WORKSPACE, by_workspace_path([ctx.file.runtime_config]).keys()[0])]
    parts = {name: ctx.actions.declare_file("{}.{}.tar".format(ctx.label.name, name)) for name in ["dependencies", "project"]}
    log = mix_driver(
        ctx,
        command = "release",
        mnemonic = "MixRelease",
        progress_message = "Assembling %{label}",
        project = project,
        deps = deps,
        files = ctx.files.runtime_config + files,
        archives = [
            archive(otp.root, dir = "otp", strip = 0, include = [
                # Of the programs those of the runtime, and what bin/<release> needs besides.
                "erts-*/bin/erlexec",
                "erts-*/bin/inet_gethost",
                "lib/*/ebin/*.app",
                "releases/*/OTP_VERSION",
            ]),
            archive(otp.runtime, dir = "otp", strip = 0),
        ],
        shared = shared,
        elixir_apps = _ELIXIR_APPS + elixir_apps,
        inputs = [depset(otp.applications.values())],
        nifs = nif_files(ctx, otp, project, deps),
        # The driver unpacks those that the release needs.
        arguments = arguments + [
            "--otp-app={}=${{EXECROOT}}/{}".format(app, file.path)
            for app, file in otp.applications.items()
            if app not in shared
        ] + ["--otp-shared=" + ",".join(shared)],
        outputs = [
            output_file(env_sh, "env.sh"),
            output_file(metadata, "metadata.json"),
            output_tar(tar, root = "release"),
        ] + [
            output_tar(file, root = "parts/" + part)
            for part, file in parts.items()
        ],
    )

    # Apart, for only an image without a shell needs it: a release whose env.sh is a true script can be built.
    env = ctx.actions.declare_file(ctx.label.name + ".env")
    env_arguments = ctx.actions.args()
    env_arguments.add("-label", str(ctx.label).removeprefix("@@"))
    env_arguments.add("-in", env_sh)
    env_arguments.add("-out", env)
    ctx.actions.run(
        mnemonic = "MixReleaseEnv",
        executable = ctx.executable._releaseenv,
        arguments = [env_arguments],
        inputs = [env_sh],
        outputs = [env],
        env = {},
        execution_requirements = {"block-network": "1"},
        progress_message = "Reading the environment of %{label}",
    )
    return [
        DefaultInfo(files = depset([tar])),
        FileTreeInfo(
            # Where dynamic programs look for it.
            entries = {"/lib/" + otp.libc.basename: tree_entry(file = otp.libc, kind = "file", mode = "0755", origin = str(ctx.label))} if otp.libc else {},
            symlink_lists = [],
            tars = [struct(file = part, origin = str(ctx.label), prefix = _ROOT) for part in parts.values()],
        ),
        MixReleaseInfo(env = env, metadata = metadata, name = name, tar = tar),
        OutputGroupInfo(
            env = depset([env]),
            log = depset([log]),
            metadata = depset([metadata]),
        ),
    ]

def _mix_release_impl(ctx):
    library, libraries = application(ctx)
    project = library
    if ctx.file.mix_exs:
        # That of an umbrella, which is no application itself.
        project = derive_library(library, app = "", deps = [], mix_exs = ctx.file.mix_exs)
    return assemble_release(ctx, project, libraries.to_list(), ctx.attr.release or library.app, ctx.files.rel)

# What `rule` is called with; //rules/test makes releases of it that must fail.
MIX_RELEASE = dict(
    implementation = _mix_release_impl,
    doc = """Assembles a release with the project's own `mix release`, around the Erlang/OTP of the target platform.

Everything that mix.exs has for the release counts: applications and their modes, `strip_beams`, overlays, config
providers, steps (but `:tar`). These differ from what `mix release` does by itself: Erlang/OTP is that of `erlang`; the
cookie, unless mix.exs gives one, is the same in each build; `.beam` files are not compressed, for an image is compressed
as a whole; the programs of Erlang/OTP are those of its runtime, erlexec and inet_gethost; no `.bat` files, headers and
readable boot scripts; `runtime.exs` is compiled, unless it uses `__DIR__` and the like or defines modules, for its parser
and evaluator are a quarter of the code that a small system loads to start.

The output is a tar of the release (`bin`, `erts-<version>`, `lib`, `releases`). Among the `trees` of an image it is at
/app. The output groups `metadata` (JSON: versions of everything), `env` (variables that rel/env.sh.eex sets) and `log`
hold the rest.""",
    attrs = RELEASE_ATTRS | {
        "application": attr.label(mandatory = True, providers = [MixLibraryInfo], doc = "The `mix_library` whose mix.exs has the release; of an umbrella's release, any of its applications."),
        "deps": attr.label_list(providers = [MixLibraryInfo], doc = "Further `mix_library` and `erlang_library` targets that the release names in `:applications`."),
        "mix_exs": attr.label(
            allow_single_file = [".exs"],
            doc = "The `mix.exs` that has the release, if it is that of an umbrella's root; None: that of `application`, whose configuration counts in any case.",
        ),
        "rel": attr.label_list(allow_files = True, doc = "The project's files for releases: `rel/env.sh.eex`, `rel/vm.args.eex`, `rel/overlays/**`."),
        "release": attr.string(doc = "The name of the release, a key of `:releases` in mix.exs. Empty: the name of the application."),
    },
    provides = [FileTreeInfo, MixReleaseInfo],
    toolchains = MIX_TOOLCHAINS,
)

mix_release = rule(**MIX_RELEASE)
