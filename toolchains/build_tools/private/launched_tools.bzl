# SPDX-License-Identifier: Apache-2.0
"Programs of Debian packages that run on any host, through a launcher."

load("//rules:providers.bzl", "BuildToolsInfo")

visibility("//toolchains/...")

# Where Debian has them.
_LIBRARY_PATH = ["usr/lib/x86_64-linux-gnu"]

_LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"

def _up(path):
    return "/".join([".."] * len(path.split("/")))

def _launched_tools_impl(ctx):
    launcher = ctx.executable._launcher
    links = {
        name: ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))
        for name in ctx.attr.programs
    }

    # From the directory of the links to the tree: as an action sees it, and as a program in a runfiles directory does.
    link = links.values()[0]
    repository = ctx.attr.files[0].label.workspace_name
    trees = [
        "{}/external/{}".format(_up(link.dirname), repository),
        "{}/../{}".format(_up(link.short_path.removeprefix("../").rpartition("/")[0]), repository),
    ]

    tools = {}
    outputs = []
    for name, program in ctx.attr.programs.items():
        link = links[name]
        ctx.actions.symlink(output = link, target_file = launcher, is_executable = True)
        sidecar = ctx.actions.declare_file("{}/{}.launch".format(ctx.label.name, name))
        ctx.actions.write(sidecar, json.encode_indent({
            "args": ctx.attr.args_of.get(name, ctx.attr.default_args),
            "argv0": ctx.attr.argv0.get(name, ""),
            "env": ctx.attr.env,
            "library_path": _LIBRARY_PATH,
            "loader": _LOADER,
            "no_args_if_first": ctx.attr.no_args_if_first,
            "program": program,
            "tree": trees,
        }))
        tools[name] = link
        outputs.extend([link, sidecar])

    files = depset(
        outputs + [launcher],
        transitive = [target[DefaultInfo].files for target in ctx.attr.files + ctx.attr.tools],
    )
    return [
        DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files)),
        BuildToolsInfo(tools = {
            name: struct(executable = link, files = files)
            for name, link in tools.items()
        }),
    ]

launched_tools = rule(
    implementation = _launched_tools_impl,
    doc = """Makes programs of an unpacked Debian package tree executable on any host.

Each program becomes a link to the launcher with a description beside it (`<name>.launch`): which loader, which
library directories, which arguments and environment the program needs to run from wherever the tree lies.""",
    attrs = {
        "args_of": attr.string_list_dict(doc = "Arguments put before the caller's, for single programs. `${TREE}` is the tree, `${BIN}` the directory of the links."),
        "argv0": attr.string_dict(doc = "The name under which a program must be called, where it is not the tool's."),
        "default_args": attr.string_list(doc = "Arguments put before the caller's, for all programs without an entry in `args_of`."),
        "env": attr.string_dict(doc = "Environment of the programs, with the same placeholders."),
        "files": attr.label_list(mandatory = True, allow_files = True, doc = "Files of the tree that the programs need, all from one repository."),
        "no_args_if_first": attr.string_list(doc = "First arguments of the caller that keep the extra arguments away."),
        "programs": attr.string_dict(mandatory = True, doc = "Name of the tool to path of the program in the tree."),
        "tools": attr.label_list(providers = [BuildToolsInfo], doc = "Other launched tools that these programs call by their place beside them (`${BIN}/../<target name>/<tool>`)."),
        "_launcher": attr.label(default = "//tools/launcher:exec", executable = True, cfg = "exec"),
    },
)
