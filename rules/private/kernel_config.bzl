# SPDX-License-Identifier: Apache-2.0
"Programs for `bazel run` that show and change a kernel's configuration."

load("//rules:providers.bzl", "LinuxConfigInfo")
load(":exec_tool.bzl", "link_program")
load(
    ":foreign_build.bzl",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "exec_cc",
    "foreign_build_spec",
    "output_file",
    "step",
)
load(":kernel.bzl", "KERNEL_ENV", "KERNEL_TOOLS", "kernel_arch", "kernel_make")

visibility("//rules/...")

_PROGRAM_ATTRS = {
    "_kernelconfig": attr.label(default = Label("//tools/kernelconfig:exec"), executable = True, cfg = "exec"),
}

# The only directory of a session that may be written in, as tools/internal/kernelconfig knows it.
_OWN = ".kernelconfig/"

def _program(ctx, command, files, **content):
    "The program, with a file beside it that says what it is to do."
    program = ctx.executable._kernelconfig.basename
    description = ctx.actions.declare_file("{}_/{}.json".format(ctx.label.name, program))
    ctx.actions.write(description, json.encode_indent({"command": command, "path": description.path} | content))
    return [link_program(ctx, ctx.attr._kernelconfig, [description], files)]

def _menu(ctx, command):
    kernel = ctx.attr.kernel[LinuxConfigInfo]
    label = str(ctx.attr.kernel.label).removeprefix("@@")
    host = exec_cc(ctx)
    make = kernel_make(kernel_arch(ctx))
    allnoconfig = make + ["allnoconfig"]

    # Its questions to pkg-config are answered by the script: nothing of the host is looked for.
    menuconfig = make + ["HOSTPKG_CONFIG=sh ${WORK}/pkg-config.sh"]
    menu_env = {"NCURSES": "${WORK}/ncurses"}
    fragments = {"config/" + path: file for path, file in kernel.fragments.items()}
    build = foreign_build_spec(
        ctx,
        log = _OWN + "kernel.log",
        outputs = [output_file(struct(path = _OWN + "fragment"), "fragment")],
        archives = [
            archive(kernel.kconfig, strip = 0),
            archive(ctx.file._ncurses, dir = "ncurses", strip = 0),
        ],
        files = fragments | {"pkg-config.sh": ctx.file._pkg_config},
        tools = KERNEL_TOOLS,
        programs = {"kernelconfig": ctx.attr._kernelconfig[DefaultInfo].files_to_run},
        aliases = host.aliases,
        env = KERNEL_ENV,
        inputs = [host.files],
        steps = [
            step("make .config", ["kernelconfig", "start", "-fragments", "${WORK}/fragments.json"] + allnoconfig),
            step("make build_menuconfig", menuconfig + ["build_menuconfig"], env = menu_env),
            # One job: of several, make gives the terminal to one of its choice.
            step("make menuconfig", menuconfig + ["-j1", "menuconfig"], env = menu_env, interactive = True),
            step("save", ["kernelconfig", "save", "-fragments", "${WORK}/fragments.json", "-label", label, "-out", "${WORK}/fragment"] + allnoconfig, interactive = True),
        ],
    )
    return _program(
        ctx,
        command,
        build.inputs,
        menu = {
            "build": json.decode(build.json),
            "fragments": [{"dest": dest, "path": file.path} for dest, file in fragments.items()],
            "label": label,
        },
    )

_MENU_ATTRS = _PROGRAM_ATTRS | CC_ATTRS | {
    "kernel": attr.label(mandatory = True, providers = [LinuxConfigInfo], doc = "The `linux_kernel`."),
    "_ncurses": attr.label(default = Label("//third_party/ncurses"), allow_single_file = True, cfg = "exec"),
    "_pkg_config": attr.label(default = Label("//rules/private:ncurses_pkg_config.sh"), allow_single_file = True),
}

def _kernel_menuconfig_impl(ctx):
    return _menu(ctx, "menuconfig")

kernel_menuconfig = rule(
    implementation = _kernel_menuconfig_impl,
    doc = """`bazel run` opens Kconfig's menu on the final configuration of a kernel, which is not built for it.

At the end it prints what must be added to the kernel's fragments so that the rule makes the configuration as it was
edited: the fewest lines that do, without what follows from others.""",
    executable = True,
    attrs = _MENU_ATTRS,
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)

def _kernel_savefragment_impl(ctx):
    return _menu(ctx, "savefragment")

kernel_savefragment = rule(
    implementation = _kernel_savefragment_impl,
    doc = """`bazel run :name -- FILE` does the same as `kernel_menuconfig`, and writes what it would print to a file.

If FILE was written in this way before, the menu begins with what is in it, and what comes out replaces it. This is so
too when FILE is one of the kernel's fragments already. A file that was not written in this way is left alone; with `-f`
before its name it is edited too, without its comments.""",
    executable = True,
    attrs = _MENU_ATTRS,
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)

def _kernel_diffconfig_impl(ctx):
    configs = {kernel.label.name: kernel[LinuxConfigInfo].config for kernel in ctx.attr.kernels}
    if len(configs) < len(ctx.attr.kernels):
        fail("{}: kernels: two of them have the same name, by which the user is to tell them apart: {}. Declare one kernel_diffconfig for each.".format(
            ctx.label,
            " ".join([str(kernel.label) for kernel in ctx.attr.kernels]),
        ))
    return _program(
        ctx,
        "diffconfig",
        depset(configs.values()),
        configs = {name: file.path for name, file in configs.items()},
    )

kernel_diffconfig = rule(
    implementation = _kernel_diffconfig_impl,
    doc = """`bazel run :name -- A B` lists the options in which two configurations differ, sorted by name.

A and B are names of `kernels`, or paths of `.config` files. `-CONFIG_X=y` is what only A has, `+CONFIG_X=y` what only B
has; an option that is off has no line. The exit status is that of diff: 0 for equal ones, 1 for others.""",
    executable = True,
    attrs = _PROGRAM_ATTRS | {
        "kernels": attr.label_list(mandatory = True, allow_empty = False, providers = [LinuxConfigInfo], doc = "Each `linux_kernel` that can be named; they are not built for it."),
    },
)
