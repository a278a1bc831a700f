# SPDX-License-Identifier: Apache-2.0
"ncurses, for programs that a build compiles and a person uses."

load(
    ":foreign_build.bzl",
    "AUTOCONF_TOOLS",
    "CC_ATTRS",
    "CC_TOOLCHAINS",
    "FOREIGN_BUILD_ATTRS",
    "FOREIGN_BUILD_TOOLCHAINS",
    "archive",
    "exec_cc",
    "foreign_build",
    "output_tar",
    "step",
    "target_cc",
)

visibility("//third_party/ncurses/...")

# Static libraries, and no file of the machine but descriptions of terminals.
_CONFIGURE = [
    "--disable-bsdpad",
    "--disable-home-terminfo",
    "--disable-pc-files",
    "--disable-rpath-hack",
    "--disable-stripping",
    "--enable-widec",
    "--prefix=/usr",
    "--with-default-terminfo-dir=/usr/share/terminfo",
    "--with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/lib/terminfo:/usr/share/terminfo",
    "--without-ada",
    "--without-cxx",
    "--without-cxx-binding",
    "--without-debug",
    "--without-dlsym",
    "--without-gpm",
    "--without-manpages",
    "--without-pkg-config",
    "--without-tests",
]

def _make(name, dir, targets, arguments = []):
    return step(name, ["make", "-j${JOBS}", "SHELL=sh"] + arguments + targets, dir = dir)

def _ncurses_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    cc = target_cc(ctx)
    host = exec_cc(ctx)
    triple = cc.triple
    log = foreign_build(
        ctx,
        mnemonic = "Ncurses",
        progress_message = "Building %{label}",
        outputs = [output_tar(out, root = "out/usr", include = ["include/**", "lib/*.a"])],
        archives = [archive(ctx.file.src)],
        tools = AUTOCONF_TOOLS,
        aliases = cc.aliases + host.aliases,
        inputs = [cc.files, host.files],
        steps = [
            # tic and infocmp, which turn descriptions of terminals into C.
            step(
                "configure the programs",
                ["sh", "${WORK}/src/configure", "CC=hostcc"] + _CONFIGURE,
                dir = "programs",
            ),
            _make("build the programs", "programs", ["libs"]),
            _make("build tic and infocmp", "programs/progs", ["tic", "infocmp"]),
            step(
                "configure",
                ["sh", "${WORK}/src/configure", "CC=cc", "CFLAGS=-Os", "BUILD_CC=hostcc", "--build=x86_64-build-linux", "--host=" + triple] + _CONFIGURE + [
                    "--with-fallbacks=" + ",".join(ctx.attr.terminals),
                    "--with-infocmp-path=${WORK}/programs/progs/infocmp",
                    "--with-tic-path=${WORK}/programs/progs/tic",
                    "--without-progs",
                ],
                dir = "build",
            ),
            _make("build", "build", ["libs"]),
            _make("install", "build", ["install.libs", "install.includes"], ["DESTDIR=${WORK}/out"]),
        ],
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(log = depset([log])),
    ]

ncurses = rule(
    implementation = _ncurses_impl,
    doc = "A tar with ncurses for the target platform, as static libraries: `include/*.h` and `lib/libncursesw.a`, `lib/libpanelw.a`, `lib/libmenuw.a`, `lib/libformw.a`.",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "ncurses' source archive."),
        "terminals": attr.string_list(doc = "The terminals that it knows without a terminfo database."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)
