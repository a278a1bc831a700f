# SPDX-License-Identifier: Apache-2.0
"OpenSSL's libcrypto, for Erlang's crypto application."

load(
    ":foreign_build.bzl",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "foreign_build",
    "output_tar",
    "step",
    "target_cc",
)

visibility("//third_party/openssl/...")

_TOOLS = [
    "ar",
    "cat",
    "chmod",
    "cp",
    "echo",
    "env",
    "ln",
    "make",
    "mkdir",
    "mv",
    "nm",
    "perl",
    "ranlib",
    "rm",
    "sed",
    "sh",
    "test",
    "touch",
]

# OpenSSL's names of the platforms.
_TARGETS = {
    "aarch64-linux-musl": "linux-aarch64",
    "x86_64-linux-musl": "linux-x86_64-clang",
}

def _openssl_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    cc = target_cc(ctx)
    make = ["make", "-s", "-j${JOBS}", "SHELL=sh"]
    log = foreign_build(
        ctx,
        mnemonic = "OpenSsl",
        progress_message = "Building %{label}",
        outputs = [output_tar(out, root = "out")],
        archives = [archive(ctx.file.src)],
        patches = ctx.files.patches,
        tools = _TOOLS,
        aliases = cc.aliases,
        # By name, and in scripts that start scripts: what perl takes for itself is its loader.
        env = {
            "PERL": "perl",
            "PERL5OPT": "-Mlib;$^X='perl'",
        },
        inputs = [cc.files],
        steps = [
            step("configure", [
                "perl",
                "./Configure",
                _TARGETS[cc.triple],
                # Where it looks for configuration and certificates at run time, and no path of the build.
                "--prefix=/usr",
                "--openssldir=/etc/ssl",
                "CC=cc",
                "AR=ar",
                "RANLIB=ranlib",
                "CFLAGS=" + " ".join(ctx.attr.copts),
            ] + ["no-" + feature for feature in ctx.attr.disabled]),
            step("generate", make + ["build_generated"]),
            step("build", make + ["libcrypto.a"]),
            step("install", ["sh", "-c", "mkdir -p include lib && cp -R ${WORK}/src/include/openssl include/ && rm -f include/openssl/*.in && cp ${WORK}/src/libcrypto.a lib/"], dir = "out"),
        ],
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log])),
    ]

openssl = rule(
    implementation = _openssl_impl,
    doc = "A tar with OpenSSL's libcrypto for the target platform, as a static library: `include/openssl/*.h` and `lib/libcrypto.a`.",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "copts": attr.string_list(doc = "Options of the compiler."),
        "disabled": attr.string_list(doc = "Features to leave out: what OpenSSL's `Configure` takes as `no-<feature>`."),
        "patches": attr.label_list(allow_files = [".patch"], doc = "Patches for the source, applied in order with -p1."),
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "OpenSSL's source archive (3.5)."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)
