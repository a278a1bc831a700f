# SPDX-License-Identifier: Apache-2.0
"An OTP application, compiled by Mix."

load("//rules:providers.bzl", "MixLibraryInfo", "NifLibraryInfo")
load(":foreign_build.bzl", "by_workspace_path", "output_tar")
load(":mix.bzl", "MIX_ATTRS", "MIX_TOOLCHAINS", "join", "mix_driver", "project_directory")

visibility("//rules/...")

def is_name(text):
    "Whether `text` is an atom that needs no quotes."
    return text[:1].islower() and not [char for char in text.elems() if not char.isalnum() and char != "_"]

def derive_library(library, **fields):
    """A library with other values of some fields.

    Args:
      library: MixLibraryInfo.
      **fields: fields of MixLibraryInfo.

    Returns:
      MixLibraryInfo.
    """

    # Bazel 7 lists two methods, too.
    names = [name for name in dir(library) if name not in ["to_json", "to_proto"]]
    return MixLibraryInfo(**({name: getattr(library, name) for name in names} | fields))

def _tools(ctx):
    "The attribute `tools`, as in `MixLibraryInfo.tools`."
    result = {}
    for name, target in ctx.attr.tools.items():
        if not name or "/" in name or name.startswith("."):
            fail('{}: tools: {} is not the name of a program. Write one such as "protoc".'.format(ctx.label, repr(name)))
        info = target[DefaultInfo]
        if not info.files_to_run.executable:
            fail("{}: tools: {} is to be {}, which is not a program. Name a target that `bazel run` takes.".format(ctx.label, name, target.label))
        result[name] = struct(program = info.files_to_run, runfiles = info.default_runfiles)
    return result

def _mix_library_impl(ctx):
    app = ctx.attr.app or ctx.label.name
    if not is_name(app):
        fail("{}: app: {} is not the name of an application, a lower-case letter and then letters, digits and underscores. Write the name that :app has in mix.exs.".format(
            ctx.label,
            repr(app),
        ))
    if not is_name(ctx.attr.env):
        fail('{}: env: {} is not the name of an environment. Write one such as "prod".'.format(ctx.label, repr(ctx.attr.env)))

    if ctx.file.mix_exs.basename != "mix.exs":
        fail("{}: mix_exs: {} is not called mix.exs. Name the project's mix.exs.".format(ctx.label, by_workspace_path([ctx.file.mix_exs]).keys()[0]))
    directory = project_directory(ctx.file.mix_exs)
    check_files(ctx, "srcs", directory, "mix_exs", remedy = "Mix takes sources from there only; for a configuration file use config or config_srcs.")
    check_files(ctx, "priv", directory, "mix_exs", subdirectory = "priv", remedy = "Files that Mix compiles or reads belong into srcs.")

    deps = {}
    for dep in ctx.attr.deps:
        info = dep[MixLibraryInfo]
        if info.app in deps:
            fail("{}: deps: {} and {} are both the application {}. Name one of them.".format(ctx.label, deps[info.app], dep.label, info.app))
        deps[info.app] = dep.label
    indirect = depset(transitive = [dep[MixLibraryInfo].transitive for dep in ctx.attr.deps])
    check_unique(ctx, indirect, "deps", own = app)

    native = native_files(ctx, directory)
    tar = ctx.actions.declare_file(ctx.label.name + ".tar")
    info = MixLibraryInfo(
        app = app,
        config = ctx.file.config,
        config_srcs = depset(ctx.files.config_srcs),
        deps = sorted(deps),
        env = ctx.attr.env,
        mix_exs = ctx.file.mix_exs,
        nifs = native.nifs,
        ports = native.ports,
        srcs = depset(ctx.files.srcs + ctx.files.priv),
        tar = tar,
        tools = _tools(ctx),
        transitive = depset([struct(app = app, label = ctx.label, nifs = native.nifs, ports = native.ports, tar = tar)], transitive = [indirect]),
    )
    log = mix_driver(
        ctx,
        command = "compile",
        mnemonic = "MixCompile",
        progress_message = "Compiling %{label}",
        project = info,
        deps = indirect.to_list(),
        files = ctx.files.srcs + ctx.files.priv,
        arguments = ["--out", "${WORK}/out"] + (["--warnings-as-errors"] if ctx.attr.warnings_as_errors else []) +
                    ([] if native.nifs or native.ports else ["--no-native"]),
        outputs = [output_tar(tar, root = "out")],
    )
    return [
        DefaultInfo(files = depset([tar])),
        info,
        OutputGroupInfo(log = depset([log])),
    ]

def check_files(ctx, attribute, directory, of, remedy, subdirectory = None):
    """Fails if a file of the attribute is not where it must be.

    Args:
      ctx: the rule's context.
      attribute: the attribute's name.
      directory: the application's directory in the workspace.
      of: the attribute that it is the directory of, for the message.
      remedy: the message's last sentence.
      subdirectory: where in that directory; default: anywhere.
    """
    for path in by_workspace_path(getattr(ctx.files, attribute)):
        inside = path.removeprefix(directory + "/") if directory else path
        if directory and inside == path:
            fail("{}: {}: {} is outside {}/, the directory of {}. {}".format(ctx.label, attribute, path, directory, of, remedy))
        if subdirectory and not inside.startswith(subdirectory + "/"):
            fail("{}: {}: {} is outside {}/. {}".format(
                ctx.label,
                attribute,
                path,
                join(directory, subdirectory),
                remedy,
            ))

# Merge into the attributes of every rule that calls `native_files`.
NATIVE_ATTRS = {
    "nifs": attr.string_keyed_label_dict(
        allow_files = True,
        doc = "Path below `priv/` to a library for `erlang:load_nif/2`: a `nif_library`, a target with one shared library, or a file. It is added where a release is made, or tests run, on an `erlang_otp` with `linkage = \"dynamic\"`; one that is static must have the `nif_library` inside.",
    ),
    "ports": attr.string_keyed_label_dict(
        allow_files = True,
        doc = "Path below `priv/` to program: the executable of a target such as a `cc_binary`, or a file. It is built for the target platform, and added where a release is made or tests run. Runfiles are not taken along.",
    ),
}

def check_priv_path(ctx, attribute, path):
    """Fails unless the path leads below `priv/`.

    Args:
      ctx: the rule's context.
      attribute: the attribute that has it.
      path: string.
    """
    if not path.startswith("priv/") or [part for part in path.split("/") if part in ["", ".", ".."]]:
        fail('{}: {}: the path {} is not one below priv/. Write one such as "priv/{}".'.format(
            ctx.label,
            attribute,
            repr(path),
            path.rpartition("/")[2] or "name",
        ))

def _check_native_path(ctx, attribute, directory, path):
    check_priv_path(ctx, attribute, path)
    if join(directory, path) in by_workspace_path(ctx.files.priv):
        fail("{}: {}: {} is a file of priv too. Take one of them out.".format(ctx.label, attribute, path))

def _file_of(target, path):
    "The one file of the target, or the one of several that has this path in its directory; None for neither."
    files = target[DefaultInfo].files.to_list()
    if len(files) > 1:
        files = [file for file in files if file.short_path.endswith("/{}/{}".format(target.label.name, path))]
    return files[0] if len(files) == 1 else None

def native_files(ctx, directory):
    """What the attributes `nifs` and `ports` name. Needs NATIVE_ATTRS.

    Args:
      ctx: the rule's context.
      directory: the application's directory in the workspace.

    Returns:
      struct of `nifs` and `ports`, as in `MixLibraryInfo`.
    """
    ports = []
    for path, target in ctx.attr.ports.items():
        _check_native_path(ctx, "ports", directory, path)
        program = target[DefaultInfo].files_to_run.executable or _file_of(target, path)
        if not program:
            fail("{}: ports: {} is to be {}, which is neither a program nor one file. Name a target such as a cc_binary.".format(
                ctx.label,
                path,
                target.label,
            ))
        ports.append(struct(file = program, path = path))
    nifs = []
    for path, target in ctx.attr.nifs.items():
        _check_native_path(ctx, "nifs", directory, path)
        if not path.endswith(".so"):
            fail('{}: nifs: the path {} has not the ".so" that erlang:load_nif/2 adds to what it is called with. Write "{}.so".'.format(
                ctx.label,
                repr(path),
                path,
            ))
        if path in ctx.attr.ports:
            fail("{}: nifs: {} is in ports too. Take one of them out.".format(ctx.label, path))
        library = target[NifLibraryInfo].shared if NifLibraryInfo in target else _file_of(target, path)
        if not library:
            fail("{}: nifs: {} is to be {}, which is neither a nif_library nor one file. Name a target such as a nif_library.".format(
                ctx.label,
                path,
                target.label,
            ))
        nifs.append(struct(file = library, label = target.label, path = path))
    return struct(nifs = tuple(nifs), ports = tuple(ports))

def check_unique(ctx, libraries, attribute, own = None):
    """Fails if two targets are the same application.

    Args:
      ctx: the rule's context.
      libraries: depset as in `MixLibraryInfo.transitive`.
      attribute: the attribute that they come from, for the message.
      own: the application that the target itself is; None: it is none.
    """
    labels = {own: ctx.label} if own else {}
    for library in libraries.to_list():
        if library.app in labels:
            fail("{}: {}: the application {} comes from both {} and {}. Let all targets name the same one.".format(
                ctx.label,
                attribute,
                library.app,
                labels[library.app],
                library.label,
            ))
        labels[library.app] = library.label

def application(ctx):
    """The attribute `application`, with what it and the attribute `deps` need. Fails if it has no mix.exs, or two are one application.

    Args:
      ctx: the rule's context.

    Returns:
      (MixLibraryInfo, depset as in `MixLibraryInfo.transitive`).
    """
    library = ctx.attr.application[MixLibraryInfo]
    if not library.mix_exs:
        fail("{}: application: {} has no mix.exs, for it is an erlang_library. Name a mix_library, with the erlang_library in its deps.".format(
            ctx.label,
            ctx.attr.application.label,
        ))
    libraries = depset(transitive = [dep[MixLibraryInfo].transitive for dep in [ctx.attr.application] + ctx.attr.deps])
    check_unique(ctx, libraries, "deps")
    return library, libraries

# What `rule` is called with; //rules/test makes libraries of it that must fail.
MIX_LIBRARY = dict(
    implementation = _mix_library_impl,
    doc = """Compiles one OTP application with Mix, by its own `mix.exs`.

Dependencies of mix.exs (a path, `in_umbrella`, Git or Hex) are what `deps` provides, compiled; nothing is fetched. The
action sees mix.exs, the configuration, `srcs`, `priv` and the compiled `deps`, at their paths in the workspace, and no
network. An edit compiles this application again, and those that depend on it if its compiled form has changed.

The output is a tar of `<app>/ebin`, `<app>/include` and `<app>/priv`. The output group `log` holds what Mix has printed,
warnings among it.""",
    attrs = MIX_ATTRS | NATIVE_ATTRS | {
        "app": attr.string(doc = "The application's name, `:app` of mix.exs. Empty: the name of the target."),
        "config": attr.label(
            allow_single_file = [".exs"],
            doc = "The compile-time configuration, usually `config/config.exs`; a file of any package. In place of what mix.exs has for `:config_path`. None: there is no configuration.",
        ),
        "config_srcs": attr.label_list(allow_files = True, doc = "Files that the configuration imports or reads in the environment `env`, such as `config/prod.exs`."),
        "deps": attr.label_list(providers = [MixLibraryInfo], doc = "The `mix_library` and `erlang_library` targets of the dependencies in mix.exs that `env` needs. What these need in turn comes along."),
        "env": attr.string(default = "prod", doc = "Mix's environment, `MIX_ENV`: the name of an atom."),
        "mix_exs": attr.label(mandatory = True, allow_single_file = [".exs"], doc = "The project's `mix.exs`. Its directory is that of the project."),
        "priv": attr.label_list(allow_files = True, doc = "Files in the project's directory `priv`: what the application finds with `Application.app_dir/2`."),
        "srcs": attr.label_list(
            allow_files = True,
            doc = "What Mix compiles, or reads while it compiles: `lib/**`, also `src/**`, `include/**`, templates. Files of the project's directory only.",
        ),
        "tools": attr.string_keyed_label_dict(
            allow_files = True,
            cfg = "exec",
            doc = "Name to program: what Mix finds on PATH, for compilers of the project's own or of a dependency. There is nothing else. It is built for the platform that builds.",
        ),
        "warnings_as_errors": attr.bool(doc = "Whether a warning of the compiler fails the build, as `mix compile --warnings-as-errors`."),
    },
    provides = [MixLibraryInfo],
    toolchains = MIX_TOOLCHAINS,
)

mix_library = rule(**MIX_LIBRARY)
