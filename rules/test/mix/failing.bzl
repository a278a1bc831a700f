# SPDX-License-Identifier: Apache-2.0
"Mix projects that cannot be built."

load("//rules:providers.bzl", "OtpInfo")
load("//rules/private:mix_library.bzl", "MIX_LIBRARY")
load("//rules/private:mix_release.bzl", "MIX_RELEASE")

visibility([
    "//rules/test/erlang",
    "//rules/test/mix",
    "//rules/test/nif",
])

_EXPECT_FAILURE = {
    "_foreignbuild": attr.label(default = Label("//tools/expectfailure:exec"), executable = True, cfg = "exec"),
}

failing_mix_library = rule(**(MIX_LIBRARY | {
    "attrs": MIX_LIBRARY["attrs"] | _EXPECT_FAILURE,
    "doc": "The very rule `mix_library`, but its action must fail; the output is the error message.",
}))

failing_mix_release = rule(**(MIX_RELEASE | {
    "attrs": MIX_RELEASE["attrs"] | _EXPECT_FAILURE,
    "doc": "The very rule `mix_release`, but its action must fail; the outputs are the error message.",
}))

def _otp_without_impl(ctx):
    otp = ctx.attr.otp[OtpInfo]
    root = ctx.actions.declare_file(ctx.label.name + ".tar.zst")
    applications = {app: file for app, file in otp.applications.items() if app not in ctx.attr.apps}
    arguments = ctx.actions.args()
    arguments.add("subset")
    arguments.add("-in", otp.root)
    arguments.add("-out", root)
    arguments.add_all(ctx.attr.apps, before_each = "-exclude", format_each = "lib/%s-*/**")
    ctx.actions.run(
        mnemonic = "OtpWithout",
        executable = ctx.executable._archive,
        arguments = [arguments],
        inputs = [otp.root],
        outputs = [root],
    )
    return [
        DefaultInfo(files = depset([root])),
        OtpInfo(
            applications = applications,
            apps = sorted(applications),
            crypto = otp.crypto,
            flavor = otp.flavor,
            headers = otp.headers,
            libc = otp.libc,
            nifs = otp.nifs,
            root = root,
            runtime = otp.runtime,
            version = ctx.attr.version or otp.version,
        ),
    ]

otp_without = rule(
    implementation = _otp_without_impl,
    doc = "An Erlang/OTP as if built with fewer applications, or from another version.",
    attrs = {
        "apps": attr.string_list(doc = "The applications that it has not."),
        "otp": attr.label(default = Label("//erlang"), providers = [OtpInfo], doc = "What it is made of."),
        "version": attr.string(doc = "Its version; default: that of `otp`."),
        "_archive": attr.label(default = Label("//tools/archive:exec"), executable = True, cfg = "exec"),
    },
)
