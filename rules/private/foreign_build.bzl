# SPDX-License-Identifier: Apache-2.0
"How rules run a foreign build system: one action of `tools/foreignbuild`."

load("@bazel_skylib//lib:paths.bzl", "paths")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

visibility("//...")

BUILD_TOOLS = "//toolchains/build_tools:toolchain_type"

# Merge into the attributes of every rule that calls `foreign_build`.
FOREIGN_BUILD_ATTRS = {
    "_foreignbuild": attr.label(default = Label("//tools/foreignbuild:exec"), executable = True, cfg = "exec"),
}

# Merge into the toolchains of every rule that calls `foreign_build`.
FOREIGN_BUILD_TOOLCHAINS = [Label(BUILD_TOOLS)]

# Merge into the attributes of rules whose foreign build compiles C, for the target and for programs of its own.
CC_ATTRS = {
    "_cc_toolchain": attr.label(default = Label("@bazel_tools//tools/cpp:current_cc_toolchain")),
    "_exec_cc_toolchain": attr.label(default = Label("@bazel_tools//tools/cpp:current_cc_toolchain"), cfg = "exec"),
}

# Merge into the toolchains of the same rules.
CC_TOOLCHAINS = ["@bazel_tools//tools/cpp:toolchain_type"]

# What scripts of autoconf and the makefiles around them call.
AUTOCONF_TOOLS = [
    "ar",
    "awk",
    "basename",
    "cat",
    "chmod",
    "cmp",
    "cp",
    "cut",
    "date",
    "diff",
    "dirname",
    "echo",
    "egrep",
    "env",
    "expr",
    "false",
    "find",
    "grep",
    "head",
    "id",
    "install",
    "ln",
    "ls",
    "make",
    "mkdir",
    "mktemp",
    "mv",
    "nm",
    "od",
    "printf",
    "pwd",
    "ranlib",
    "rm",
    "rmdir",
    "sed",
    "sh",
    "sleep",
    "sort",
    "strip",
    "tail",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "wc",
    "xargs",
]

def _resources(_os, _inputs):
    # `make -j${JOBS}` takes every core there is, but configure and the last links only one: another build fills the rest.
    return {"cpu": 1, "memory": 1024}

def archive(file, dir = "src", strip = 1, include = []):
    "A source archive to unpack into `dir`: `strip` leading path parts are dropped; `include` limits it to some globs."
    return struct(file = file, dir = dir, strip = strip, include = include)

def step(name, argv, dir = "src", env = {}, interactive = False):
    "A command to run in `dir`; `interactive`: on the terminal of who runs the spec, which an action has not."
    return struct(name = name, argv = argv, dir = dir, env = env, interactive = interactive)

def by_workspace_path(files):
    "Dict of workspace path to File: under these names a build's messages call the files as the user does."
    return {file.short_path.replace("../", "external/"): file for file in files}

def output_file(file, source, executable = False):
    "A file to copy out of the work directory."
    return struct(file = file, source = source, executable = executable)

def output_tar(file, root, include = []):
    "A deterministic tar of the directory `root` of the work directory."
    return struct(file = file, root = root, include = include)

def cc_tool(name, tool, args):
    "A tool under another name, with arguments put before the caller's."
    return struct(name = name, tool = tool, args = args)

def _cc(ctx, name, target, more = []):
    cc_toolchain = target[cc_common.CcToolchainInfo]
    if not cc_toolchain.target_gnu_system_name.endswith("-linux-musl"):
        fail("{}: the C toolchain is {} for {}, not one of //toolchains/musl. Build for a platform such as //toolchains/musl:linux_x86_64, and do not let other C toolchains register before it.".format(
            ctx.label,
            cc_toolchain.toolchain_id,
            cc_toolchain.target_gnu_system_name,
        ))
    sysroot = "${EXECROOT}/" + cc_toolchain.sysroot
    arguments = [
        "--target=" + cc_toolchain.target_gnu_system_name,
        "--sysroot=" + sysroot,
        "-resource-dir=" + sysroot + "/lib/clang",
        "-rtlib=compiler-rt",
        "-unwindlib=none",
        "-stdlib=libc++",
        # What is for the linker only must not disturb a compilation under -Werror.
        "-Qunused-arguments",
        # The last one that fits counts.
        "-ffile-prefix-map=${EXECROOT}/=",
        "-ffile-prefix-map=${WORK}/=",
    ] + more
    return struct(
        aliases = [
            cc_tool(name + "cc", "clang", arguments),
            cc_tool(name + "c++", "clang++", arguments),
        ],
        files = cc_toolchain.all_files,
        triple = cc_toolchain.target_gnu_system_name,
    )

def target_cc(ctx):
    "`cc` and `c++` for the target platform: `aliases`, `files` for inputs, and `triple`. Needs CC_ATTRS."
    return _cc(ctx, "", ctx.attr._cc_toolchain)

def exec_cc(ctx):
    "`hostcc` and `hostc++` for programs that the build itself runs: static, for no musl is installed where they run."
    return _cc(ctx, "host", ctx.attr._exec_cc_toolchain, ["-static"])

def foreign_build_spec(
        ctx,
        log,
        outputs,
        steps,
        archives = [],
        patches = [],
        files = {},
        tools = [],
        programs = {},
        aliases = [],
        env = {},
        inputs = []):
    """What `tools/foreignbuild` is to do, for who runs it other than in an action. Needs FOREIGN_BUILD_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      log: path of the log, relative like those of Files.
      outputs: as in `foreign_build`.
      steps: as in `foreign_build`.
      archives: as in `foreign_build`.
      patches: as in `foreign_build`.
      files: as in `foreign_build`.
      tools: as in `foreign_build`.
      programs: as in `foreign_build`.
      aliases: as in `foreign_build`.
      env: as in `foreign_build`.
      inputs: as in `foreign_build`.

    Returns:
      struct of `json` (string) and `inputs` (depset of the Files that it names, without `programs`).
    """
    known = ctx.toolchains[Label(BUILD_TOOLS)].build_tools.tools
    for name in tools + [alias.tool for alias in aliases]:
        if name not in known:
            fail("{}: the toolchain {} has no tool {}. Add it there, or take one that it has: {}".format(ctx.label, BUILD_TOOLS, name, " ".join(sorted(known))))
    spec_tools = [{"name": name, "path": known[name].executable.path} for name in tools]
    spec_tools += [{"name": name, "path": program.executable.path} for name, program in programs.items()]
    spec_tools += [
        {"args": alias.args, "name": alias.name, "path": known[alias.tool].executable.path}
        for alias in aliases
    ]

    spec_outputs = []
    for output in outputs:
        if hasattr(output, "root"):
            spec_outputs.append({"include": output.include, "path": output.file.path, "root": output.root})
        else:
            spec_outputs.append({"executable": output.executable, "from": output.source, "path": output.file.path})

    return struct(
        json = json.encode_indent({
            "archives": [
                {"dir": a.dir, "include": a.include, "path": a.file.path, "strip": a.strip}
                for a in archives
            ],
            "env": env,
            "files": [{"dest": paths.normalize(dest), "path": file.path} for dest, file in files.items()],
            "label": str(ctx.label),
            "log": log,
            "outputs": spec_outputs,
            "patches": [{"dir": "src", "path": file.path} for file in patches],
            "steps": [
                {"argv": s.argv, "dir": s.dir, "env": s.env, "name": s.name} | ({"interactive": True} if s.interactive else {})
                for s in steps
            ],
            "tools": spec_tools,
        }),
        inputs = depset(
            [a.file for a in archives] + patches + files.values(),
            transitive = inputs + [known[name].files for name in tools + [alias.tool for alias in aliases]],
        ),
    )

def foreign_build(ctx, mnemonic, outputs, steps, programs = {}, progress_message = None, **kwargs):
    """Declares the action that runs a foreign build. Needs FOREIGN_BUILD_ATTRS and FOREIGN_BUILD_TOOLCHAINS.

    Strings of steps, aliases and env may hold `${WORK}` (the work directory), `${TOOLS}` (the only directory on
    PATH), `${JOBS}` (how many processes to run) and `${EXECROOT}` (what the paths of inputs are relative to).

    Args:
      ctx: the rule's context.
      mnemonic: the action's mnemonic.
      outputs: list of `output_file` and `output_tar`.
      steps: list of `step`.
      programs: dict of name to FilesToRunProvider: further programs for PATH.
      progress_message: as in `ctx.actions.run`.
      **kwargs: of these:
        archives: list of `archive`.
        patches: Files, applied in order with -p1 in `src`.
        files: dict of path in the work directory to the File that is copied there.
        tools: names of the build tools that are put on PATH.
        aliases: list of `cc_tool`.
        env: environment of all steps.
        inputs: list of depsets of further inputs.

    Returns:
      File: the log.
    """
    log = ctx.actions.declare_file(ctx.label.name + "." + mnemonic + ".log")
    spec = ctx.actions.declare_file(ctx.label.name + "." + mnemonic + ".json")
    content = foreign_build_spec(ctx, log.path, outputs, steps, programs = programs, **kwargs)
    ctx.actions.write(spec, content.json)

    arguments = ctx.actions.args()
    arguments.add("-spec", spec)
    ctx.actions.run(
        mnemonic = mnemonic,
        executable = ctx.executable._foreignbuild,
        arguments = [arguments],
        inputs = depset([spec], transitive = [content.inputs]),
        tools = programs.values(),
        outputs = [output.file for output in outputs] + [log],
        env = {},
        use_default_shell_env = False,
        resource_set = _resources,
        execution_requirements = {"block-network": "1"},
        toolchain = Label(BUILD_TOOLS),
        progress_message = progress_message,
    )
    return log
