# SPDX-License-Identifier: Apache-2.0
"How rules run Mix: the driver in `//tools/mix`, in the directory of a project."

load("//rules:providers.bzl", "OtpInfo")
load(
    ":foreign_build.bzl",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "by_workspace_path",
    "foreign_build",
    "output_tar",
    "step",
)
load(":otp.bzl", "ERLANG")

visibility(["//rules/...", "//tools/mix/..."])

# Merge into the attributes of every rule that calls `mix_driver`.
MIX_ATTRS = FOREIGN_BUILD_ATTRS | {
    "_driver": attr.label(default = Label("//tools/mix:driver"), allow_single_file = [".tar"], cfg = "exec"),
}

# Merge into the toolchains of every rule that calls `mix_driver`.
MIX_TOOLCHAINS = FOREIGN_BUILD_TOOLCHAINS + [ERLANG]

# Where the workspace is in the work directory.
WORKSPACE = "ws"

# The applications of OTP that Mix needs for itself. The driver unpacks what a project needs besides.
_APPS = ["compiler", "crypto", "kernel", "parsetools", "sasl", "stdlib"]

def erlang_sdk(ctx):
    """The toolchain, which must have Elixir. Needs MIX_TOOLCHAINS.

    Args:
      ctx: the rule's context.

    Returns:
      ErlangSdkInfo.
    """
    sdk = ctx.toolchains[ERLANG].erlang_sdk
    if not sdk.elixir:
        fail("{}: the toolchain {} has OTP {} alone; register one that has Elixir too".format(ctx.label, ERLANG, sdk.otp_version))
    return sdk

def _elixir_archives(sdk, shared = {}, elixir_apps = None):
    # Few files: unpacking them is a large part of a short action's time.
    return [
        archive(sdk.root, dir = "sdk", strip = 0, include = [
            "bin/*.boot",
            "bin/erl",
            "erts-*/bin/beam.smp",
            "erts-*/bin/erl_child_setup",
            "erts-*/bin/erlexec",
            "erts-*/bin/inet_gethost",
            "lib/*/ebin/*.app",
            "lib/*/include/**",
        ] + ["lib/{}-*/**".format(app) for app in _APPS if app not in shared]),
        archive(sdk.elixir, dir = "elixir", strip = 0, include = (
            ["bin/*"] + ["lib/{}/**".format(app) for app in elixir_apps] if elixir_apps else []
        )),
    ] + [
        archive(file, dir = "sdk", strip = 0)
        for file in shared.values()
    ]

def _elixir_command(arguments, code_path = [], root = "${WORK}", start = ["-s", "elixir", "start_cli"], emulator = None):
    "The command that runs Elixir, without a shell. What follows `-extra` is its own."
    argv = (emulator or [root + "/sdk/bin/erl", "+fnu"]) + ["-noshell", "-elixir_root", root + "/elixir/lib", "-pa", root + "/elixir/lib/elixir/ebin"]
    for directory in code_path:
        argv += ["-pa", directory]
    return argv + start + ["-extra"] + arguments

# Where the emulator of an `erlang_otp` is, in place of the SDK's.
_EMULATOR = "${WORK}/emulator/bin"

def _emulator(ctx, otp, sdk):
    "What runs the SDK on the emulator of an `erlang_otp`."
    tools, files = [], {}
    if otp.libc:
        # It is the loader too, and starts the emulator wherever it lies. The directories that it looks into, none, stand
        # in a file for which it takes its own place as that of an installation.
        tools.append(otp.libc)
        directories = ctx.actions.declare_file(ctx.label.name + ".ld.path")
        ctx.actions.write(directories, "")
        files["etc/{}.path".format(otp.libc.basename.removesuffix(".so.1"))] = directories
    return struct(
        archives = [
            archive(otp.runtime, dir = "emulator", include = ["bin/beam.smp", "bin/erl_child_setup"]),
            # A runtime has it only if it is asked for.
            archive(sdk.root, dir = "emulator", include = ["bin/inet_gethost"]),
        ],
        # What erlexec makes of a command.
        command = ["${TOOLS}/" + tool.basename for tool in tools] + [
            _EMULATOR + "/beam.smp",
            "-fnu",
            "--",
            "-root",
            "${WORK}/sdk",
            "-bindir",
            _EMULATOR,
            "-progname",
            "erl",
            "-home",
            "${WORK}/.home",
            "--",
        ],
        env = {
            "BINDIR": _EMULATOR,
            "EMU": "beam",
            "PATH": _EMULATOR + ":${WORK}/sdk/bin:${TOOLS}",
            "PROGNAME": "erl",
            "ROOTDIR": "${WORK}/sdk",
        },
        files = files,
        tools = tools,
    )

_ENV = {
    "ERL_COMPILER_OPTIONS": "deterministic",
    # A crash is told on the log; nobody would find the dump.
    "ERL_CRASH_DUMP_BYTES": "0",
    # What Elixir reads, writes and prints.
    "LC_ALL": "C.UTF-8",
}

def join(*parts):
    "A path of these parts. The directory of the workspace itself is the empty one."
    return "/".join([part for part in parts if part])

def project_directory(mix_exs):
    "The directory of mix.exs in the workspace."
    path = by_workspace_path([mix_exs]).keys()[0]
    return path.rpartition("/")[0]

def native_directories(project, deps):
    """Where native files of applications are put, in the work directory.

    Args:
      project: MixLibraryInfo.
      deps: as in `mix_driver`.

    Returns:
      list of pairs of an application, as in `deps`, and its directory.
    """
    found = [(dep, "build/lib/" + dep.app) for dep in deps]
    if project.app and project.app not in [dep.app for dep in deps]:
        # It is compiled once more, with the priv of its sources.
        found.append((project, join(WORKSPACE, project_directory(project.mix_exs))))
    return found

def target_otp(ctx):
    """The Erlang/OTP of the attribute `erlang`, which must be the SDK's version. Needs MIX_TOOLCHAINS.

    Args:
      ctx: the rule's context.

    Returns:
      OtpInfo.
    """
    otp = ctx.attr.erlang[OtpInfo]
    sdk = erlang_sdk(ctx)
    if otp.version != sdk.otp_version:
        fail("{}: erlang: {} is OTP {}, and the toolchain that compiles for it is OTP {}. Build both from one source.".format(
            ctx.label,
            ctx.attr.erlang.label,
            otp.version,
            sdk.otp_version,
        ))
    return otp

def nif_files(ctx, otp, project, deps):
    """The shared libraries of applications: what the emulator has not inside, for one that loads it.

    Args:
      ctx: the rule's context.
      otp: OtpInfo of the attribute `erlang`.
      project: MixLibraryInfo.
      deps: as in `mix_driver`.

    Returns:
      dict of path in the work directory to File.
    """
    files = {}
    for library, directory in native_directories(project, deps):
        for nif in library.nifs:
            if nif.label in otp.nifs:
                continue
            if not otp.libc:
                fail("{}: the application {} has {} from {}, and {}, which is static, has not that inside. Add it to nifs of {} if it is a nif_library, or take an erlang_otp with linkage = \"dynamic\".".format(
                    ctx.label,
                    library.app,
                    nif.path,
                    nif.label,
                    ctx.attr.erlang.label,
                    ctx.attr.erlang.label,
                ))
            files[join(directory, nif.path)] = nif.file
    return files

def _driver_run(ctx, command, project, deps, arguments, files, path, directory = None, nifs = {}, otp = None, **kwargs):
    # What one run of the driver takes; `path` is the function that tells the path of a File where it runs.
    sdk = erlang_sdk(ctx)
    emulator = _emulator(ctx, otp, sdk) if otp else struct(archives = [], command = None, env = {}, files = {}, tools = [])
    if project.mix_exs:
        directory = project_directory(project.mix_exs)
        files = [project.mix_exs] + files
    sources = by_workspace_path(project.config_srcs.to_list() + files)
    options = [
        "--label",
        str(ctx.label).removeprefix("@@"),
        "--root",
        "${WORK}/" + WORKSPACE,
        "--sdk",
        "${EXECROOT}/" + path(sdk.root),
        "--app",
        project.app,
        "--deps",
        ",".join(project.deps),
    ]
    programs = {}
    if command in ["release", "test"]:
        for library, place in native_directories(project, deps):
            programs |= {join(place, port.path): port.file for port in library.ports}
    for program in programs:
        options += ["--executable", "${WORK}/" + program]
    if project.config:
        config = by_workspace_path([project.config])
        sources |= config
        options += ["--config", "${WORK}/%s/%s" % (WORKSPACE, config.keys()[0])]
    return struct(
        archives = _elixir_archives(sdk, **kwargs) + emulator.archives + [
            archive(ctx.file._driver, dir = "driver", strip = 0),
        ] + [
            archive(dep.tar, dir = "build/lib", strip = 0)
            for dep in deps
        ],
        env = _ENV | emulator.env | {
            "MIX_BUILD_PATH": "${WORK}/build",
            "MIX_ENV": project.env,
            "MIX_HOME": "${WORK}/.mix",
            # Nobody else builds here, and the lock wants a network.
            "MIX_OS_CONCURRENCY_LOCK": "0",
        },
        files = {"{}/{}".format(WORKSPACE, name): file for name, file in sources.items()} | programs | nifs | emulator.files,
        sdk = sdk,
        step = step(
            "mix " + command if project.mix_exs else "compile",
            _elixir_command(
                ["-e", "MixDriver.CLI.main()", "--", command] + options + arguments,
                code_path = ["${WORK}/driver"],
                emulator = emulator.command,
            ),
            dir = join(WORKSPACE, directory),
        ),
        tools = emulator.tools,
    )

def mix_driver(ctx, command, project, deps, arguments, files, archives = [], inputs = [], shared = {}, elixir_apps = None, directory = None, nifs = {}, **kwargs):
    """Declares the action that runs one command of the driver. Needs MIX_ATTRS and MIX_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      command: `compile`, `erlang` or `release`.
      project: MixLibraryInfo.
      deps: list of structs of `app`, `nifs`, `ports` and `tar`: the compiled applications that Mix finds. Their ports are there only when
        something runs, or a release is made: what is compiled is the same for every platform.
      arguments: list of further arguments of the command.
      files: list of Files of the project, besides mix.exs and the configuration.
      archives: list of further `archive`s.
      inputs: list of depsets of Files that the arguments name.
      shared: dict of application of OTP to its archive, of the target's OTP, with which Mix runs in place of its own.
      elixir_apps: the applications of Elixir that are there; default: all.
      directory: where the driver runs, in the workspace, if there is no mix.exs.
      nifs: dict of path in the work directory to File: shared libraries of applications.
      **kwargs: as in `foreign_build`.

    Returns:
      File: the log.
    """
    run = _driver_run(
        ctx,
        command,
        project,
        deps,
        arguments,
        files,
        lambda file: file.path,
        directory = directory,
        elixir_apps = elixir_apps,
        nifs = nifs,
        shared = shared,
    )
    return foreign_build(
        ctx,
        archives = run.archives + archives,
        files = run.files,
        env = run.env,
        steps = [run.step],
        inputs = [depset([run.sdk.root])] + inputs,
        programs = {name: tool.program for name, tool in project.tools.items()},
        **kwargs
    )

def _tool_paths(library):
    # Those of runfiles.
    return [{"name": name, "path": tool.program.executable.short_path} for name, tool in library.tools.items()]

def _tool_runfiles(library):
    return [tool.runfiles for tool in library.tools.values()]

def mix_test_program(ctx, project, deps, files):
    """Declares a test that runs `mix test`. Needs MIX_ATTRS, MIX_TOOLCHAINS and the attributes `erlang` and `_mixtest`.

    Args:
      ctx: the rule's context.
      project: as in `mix_driver`.
      deps: as in `mix_driver`.
      files: as in `mix_driver`.

    Returns:
      DefaultInfo.
    """
    otp = target_otp(ctx) if ctx.attr.erlang else None
    run = _driver_run(
        ctx,
        "test",
        project,
        deps,
        ["--"],
        files,
        lambda file: file.short_path,
        nifs = nif_files(ctx, otp, project, deps) if otp else {},
        otp = otp,
    )
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._mixtest, is_executable = True)

    # The program looks for its spec under this name. Paths are those of runfiles, relative to the test's directory.
    spec = ctx.actions.declare_file(ctx.label.name + ".mixtest.json")
    ctx.actions.write(spec, json.encode_indent({
        "archives": [
            {"dir": a.dir, "include": a.include, "path": a.file.short_path, "strip": a.strip}
            for a in run.archives
        ],
        "env": run.env,
        "files": [{"dest": dest, "path": file.short_path} for dest, file in run.files.items()],
        "label": str(ctx.label),
        "steps": [{"argv": run.step.argv, "dir": run.step.dir, "name": run.step.name}],
        "tools": _tool_paths(project) + [{"name": file.basename, "path": file.short_path} for file in run.tools],
    }) + "\n")
    return DefaultInfo(
        executable = executable,
        files = depset([executable]),
        runfiles = ctx.runfiles(
            [executable, spec, run.sdk.root] + [a.file for a in run.archives] + run.files.values() + run.tools,
        ).merge_all([ctx.attr._mixtest[DefaultInfo].default_runfiles] + _tool_runfiles(project)),
    )

def source_tree_program(ctx, library, libraries, iex = False):
    """Declares a program that runs Mix in the source tree. Needs MIX_ATTRS, MIX_TOOLCHAINS and the attribute `_mixrun`.

    Args:
      ctx: the rule's context.
      library: MixLibraryInfo of the project.
      libraries: list of structs of `app` and `tar`: the compiled applications that Mix finds.
      iex: whether it gives a shell.

    Returns:
      DefaultInfo.
    """
    sdk = erlang_sdk(ctx)
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._mixrun, is_executable = True)

    # All of Erlang/OTP, for there is no telling what a task needs. It is unpacked once.
    archives = {"driver": ctx.file._driver, "elixir": sdk.elixir, "sdk": sdk.root}
    label = str(ctx.label).removeprefix("@@")
    main = ["-e", "MixDriver.CLI.main()", "--", "task", "--label", label, "--root", "${WORKSPACE}", "--app", library.app, "--"]

    # The program looks for its spec under this name. Paths are those of runfiles.
    spec = ctx.actions.declare_file(ctx.label.name + ".mixrun.json")
    ctx.actions.write(spec, json.encode_indent({
        "app": library.app,
        "archives": [{"dir": dir, "path": file.short_path} for dir, file in archives.items()],
        "argv": _elixir_command(
            (["--no-halt", "+iex"] if iex else []) + main,
            code_path = ["${TOOLS}/driver"],
            root = "${TOOLS}",
            start = ["-user", "elixir"] if iex else ["-s", "elixir", "start_cli"],
        ),
        "directory": project_directory(library.mix_exs),
        "label": label,
        "libraries": [{"app": found.app, "path": found.tar.short_path} for found in libraries],
        "terminal_argv": ["-elixir", "ansi_enabled", "true"],
        "tools": _tool_paths(library),
    }) + "\n")
    return DefaultInfo(
        executable = executable,
        files = depset([executable]),
        runfiles = ctx.runfiles(
            [executable, spec] + archives.values() + [found.tar for found in libraries],
        ).merge_all([ctx.attr._mixrun[DefaultInfo].default_runfiles] + _tool_runfiles(library)),
    )

def _mix_driver_program_impl(ctx):
    sdk = erlang_sdk(ctx)
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    foreign_build(
        ctx,
        mnemonic = "MixDriver",
        progress_message = "Compiling %{label}",
        outputs = [output_tar(out, root = "out")],
        archives = _elixir_archives(sdk),
        files = {"src/" + file.basename: file for file in ctx.files.srcs},
        env = _ENV,
        steps = [step(
            "elixirc",
            _elixir_command(["+elixirc", "--warnings-as-errors", "--no-docs", "--no-debug-info", "-o", "${WORK}/out"] + [file.basename for file in ctx.files.srcs]),
            dir = "src",
        )],
    )
    return [DefaultInfo(files = depset([out]))]

mix_driver_program = rule(
    implementation = _mix_driver_program_impl,
    doc = "The driver of Mix, compiled.",
    attrs = FOREIGN_BUILD_ATTRS | {
        "srcs": attr.label_list(mandatory = True, allow_files = [".ex"], doc = "Its sources."),
    },
    toolchains = MIX_TOOLCHAINS,
)
