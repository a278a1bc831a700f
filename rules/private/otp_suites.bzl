# SPDX-License-Identifier: Apache-2.0
"Test suites of OTP itself."

load(
    ":foreign_build.bzl",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "foreign_build",
    "output_tar",
    "step",
)
load(":otp.bzl", "ERLANG")

visibility("//erlang/...")

# Where the suites of an application are in OTP's source.
def _test_dir(app):
    return "erts/emulator/test" if app == "emulator" else "lib/{}/test".format(app)

def _step(name, app, script, files):
    "Runs a script in the directory of an application's suites, with `$0` the directory of the output for them and `$@` files."
    return step(name.format(app), ["sh", "-c", script, "${WORK}/out/%s_test" % app] + files, dir = "src/" + _test_dir(app))

def _otp_suites_impl(ctx):
    sdk = ctx.toolchains[ERLANG].erlang_sdk
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    sources = {}
    for attribute, modules in {"modules": ctx.attr.modules, "suites": ctx.attr.suites}.items():
        for text in modules:
            app, _, module = text.partition(":")
            if not module or module.endswith("_SUITE") != (attribute == "suites"):
                fail("{}: {}: {} is not of the form <application>:<module>{}. Write one such.".format(
                    ctx.label,
                    attribute,
                    repr(text),
                    "_SUITE" if attribute == "suites" else "",
                ))
            sources.setdefault(app, []).append(module)

    log = foreign_build(
        ctx,
        mnemonic = "OtpSuites",
        progress_message = "Compiling %{label}",
        outputs = [output_tar(out, root = "out")],
        archives = [
            archive(sdk.src, include = ["lib/*/include/**", "lib/*/src/**/*.hrl"] + [_test_dir(app) + "/**" for app in sources]),
            archive(sdk.root, dir = "otp", strip = 0),
        ],
        files = {"runner/" + file.basename: file for file in ctx.files.runner},
        tools = ["cp", "mkdir", "sh", "test"],
        env = {"PATH": "${WORK}/otp/bin:${TOOLS}"},
        steps = [
            step("compile the runner", ["sh", "-c", "mkdir -p ${WORK}/out && erlc -o ${WORK}/out *.erl"], dir = "runner"),
        ] + [
            _step(
                "compile the suites of {}",
                app,
                'mkdir -p "$0" && erlc -W0 +debug_info +nowarn_missing_doc -I ${WORK}/src/lib/kernel/include -I ${WORK}/src/lib/kernel/src -I ${WORK}/src/lib/stdlib/include -o "$0" "$@"',
                [module + ".erl" for module in modules],
            )
            for app, modules in sources.items()
        ] + [
            _step(
                "copy what the suites of {} read",
                app,
                'for data; do test ! -d "$data" || cp -R "$data" "$0"; done',
                [module + "_data" for module in modules],
            )
            for app, modules in sources.items()
        ],
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log])),
    ]

otp_suites = rule(
    implementation = _otp_suites_impl,
    doc = "A tar with test suites of OTP, compiled: `<application>_test/*.beam` and their data directories.",
    attrs = FOREIGN_BUILD_ATTRS | {
        "modules": attr.string_list(doc = "Modules that suites call: `<application>:<module>`."),
        "runner": attr.label_list(mandatory = True, allow_files = [".erl"], doc = "Modules that run them, at the root of the tar."),
        "suites": attr.string_list(mandatory = True, doc = "The suites: `<application>:<module>_SUITE`."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS + [ERLANG],
)
