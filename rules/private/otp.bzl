# SPDX-License-Identifier: Apache-2.0
"Erlang/OTP from source."

load("//rules:providers.bzl", "ErlangSdkInfo", "NifLibraryInfo", "OtpInfo")
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

visibility([
    "//erlang",
    "//rules/...",
    "//toolchains/erlang/...",
])

ERLANG = Label("//toolchains/erlang:toolchain_type")

_TOOLS = sorted(AUTOCONF_TOOLS + ["paste", "perl", "readelf", "tee"])

# Applications that the SDK leaves out: they need a display, Java or ODBC, or are large and asked for by nobody yet.
_WITHOUT = [
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "et",
    "jinterface",
    "megaco",
    "observer",
    "odbc",
    "reltool",
    "snmp",
    "wx",
]

# Everything else; erl_interface is a C library and has no application.
_APPS = [
    "asn1",
    "common_test",
    "compiler",
    "crypto",
    "eunit",
    "ftp",
    "inets",
    "kernel",
    "mnesia",
    "os_mon",
    "parsetools",
    "public_key",
    "runtime_tools",
    "sasl",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "tftp",
    "tools",
    "xmerl",
]

# What a release may need at run time besides the emulator.
_PROGRAMS = ["epmd", "erlexec", "heart", "inet_gethost"]

# Names in the emulator's table of NIFs.
_OTP_NIFS = ["asn1rt_nif", "crypto", "prim_buffer", "prim_file", "prim_net", "prim_socket", "prim_tty", "zlib"]

# Those that a build without OpenSSL cannot have.
_CRYPTO_APPS = ["crypto", "public_key", "ssh", "ssl"]

# The interpreter's own files are compiled with -O3 whatever is said here, if it is -O2.
_COPTS = ["-O2", "-ffunction-sections", "-fdata-sections", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables"]

# All but the tests, some of which have names that are not ASCII.
_SOURCES = [
    "*",
    "bootstrap/**",
    "erts/*",
    "erts/emulator/*",
    "lib/*",
    "lib/*/*",
    "make/**",
] + [
    "erts/{}/**".format(dir)
    for dir in ["autoconf", "doc", "epmd", "etc", "include", "lib", "lib_src", "preloaded", "start_scripts"]
] + [
    "erts/emulator/{}/**".format(dir)
    for dir in ["asmjit", "beam", "drivers", "nifs", "openssl", "pcre", "ryu", "sys", "utils", "zlib"]
] + [
    "lib/*/{}/**".format(dir)
    for dir in ["asn1", "bin", "c_src", "doc", "emacs", "examples", "include", "internal_doc", "priv", "proper_ext", "scripts", "src", "test_server", "uc_spec"]
]

_LDFLAGS = "-static -Wl,--gc-sections -Wl,--icf=safe -Wl,--build-id=none -Wl,-s"

# What libraries that the emulator loads may call, erl_nif.h and erl_driver.h. All functions, which is OTP's default, would
# hinder the linker as in a static emulator, and take the place of a library's own, as those of its zlib.
_API = ["enif_*", "driver_*", "erl_drv_*", "erl_errno_id", "add_driver_entry", "remove_driver_entry", "set_busy_port", "set_port_control_flags", "get_port_flags"]

# How the emulator is linked. Programs that it starts are static in any case.
_LINKAGE = {
    "dynamic": " ".join([_LDFLAGS.replace("-static", "-no-pie")] + ["-Wl,--export-dynamic-symbol=" + name for name in _API]),
    "static": _LDFLAGS,
}

_LIBCRYPTO = "${WORK}/openssl/lib/libcrypto.a"

_MAKE = [
    "make",
    "-j${JOBS}",
    # By name: GNU make mangles long commands when the path of its shell has a ~, as those of other modules have.
    "SHELL=sh",
    # Else a static emulator exports all its functions, and the linker may drop none.
    "DEXPORT=",
    # Objects for dlopen: the emulator has OTP's own NIFs inside.
    "NIF_LIB=",
    "NIF_SHARED_OBJ_FILE=",
    "TRACE_LIBS=",
]

_ENV = {
    "ERL_TOP": "${WORK}/src",
    # Dependencies of what is built once.
    "ERTS_SKIP_DEPEND": "true",
}

# What is true of Linux and musl on every processor.
_XCOMP = {
    "bigendian": "no",
    "clock_gettime_cpu_time": "yes",
    "double_middle_endian": "no",
    "getaddrinfo": "yes",
    "linux_nptl": "yes",
    "linux_usable_sigaltstack": "yes",
    "linux_usable_sigusrx": "yes",
    "poll": "yes",
    "putenv_copy": "no",
    "reliable_fpe": "no",
}

def _configure(flavor, cflags, more):
    return step("configure", [
        "sh",
        "./configure",
        "--prefix=/usr",
        "--enable-" + "jit" if flavor == "jit" else "--disable-jit",
        "--disable-pie",
        "--disable-saved-compile-time",
        "--disable-sctp",
        "--enable-builtin-zlib",
        "--enable-deterministic-build",
        "--enable-static-nifs",
        "--without-javac",
        "--without-termcap",
        "CC=cc",
        "CXX=c++",
        "LD=cc",
        "AR=ar",
        "RANLIB=ranlib",
        "CFLAGS=" + cflags,
        # libc++ has none, and only the JIT is C++.
        "CXXFLAGS=" + cflags + (" -fno-exceptions" if flavor == "jit" else ""),
        "LDFLAGS=" + _LDFLAGS,
        # Pages of 2 MB would pad the emulator to a multiple of them.
        "erts_cv_linux_thp=no",
        "--with-ssl=${WORK}/openssl",
        "--disable-dynamic-ssl-lib",
        "--disable-otp-test-engine",
        # The static crypto NIF does not bring it.
        "LIBS=" + _LIBCRYPTO,
    ] + ["--without-" + app for app in _WITHOUT] + more)

def _check_version(version):
    return step("check the version", [
        "sh",
        "-c",
        'test "$(cat OTP_VERSION)" = "$0" || { echo "the source is OTP $(cat OTP_VERSION), the attribute version says $0" >&2; exit 1; }',
        version,
    ])

def _erl_program():
    # `erl` of an installation.
    return step("build erl", [
        "sh",
        "-c",
        "cc -Os -static -Wl,-s -Wl,--build-id=none \"-DERTS_VERSION=\\\"$(sed -n 's/^VSN = //p' erts/vsn.mk)\\\"\" -o \"$(echo bin/*/)erl\" ${WORK}/erl.c",
    ])

def _programs(out):
    return step("install programs", ["sh", "-c", "sh ${WORK}/programs.sh . \"$0\" $(sed -n 's/^VSN = //p' erts/vsn.mk)", out])

_COMMON_ATTRS = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
    "_erl": attr.label(default = Label("//erlang:erl.c"), allow_single_file = True),
    "_programs": attr.label(default = Label("//erlang:programs.sh"), allow_single_file = True),
}

def _otp_sdk_impl(ctx):
    root = ctx.actions.declare_file(ctx.label.name + ".tar")
    cc = target_cc(ctx)
    log = foreign_build(
        ctx,
        mnemonic = "OtpSdk",
        progress_message = "Building %{label}",
        outputs = [output_tar(root, root = "root")],
        archives = [
            archive(ctx.file.src, include = _SOURCES),
            archive(ctx.file.openssl, dir = "openssl", strip = 0),
        ],
        patches = ctx.files.patches,
        files = {
            "erl.c": ctx.file._erl,
            "install.escript": ctx.file._install,
            "programs.sh": ctx.file._programs,
        },
        tools = _TOOLS,
        aliases = cc.aliases,
        env = _ENV | {
            # Documentation and debug information are nobody's input.
            "ERL_COMPILER_OPTIONS": "[no_docs,no_debug_info]",
        },
        inputs = [cc.files],
        steps = [
            _check_version(ctx.attr.version),
            _configure("emu", "-O2", ["--build=" + cc.triple, "--host=" + cc.triple]),
            step("build static NIFs", _MAKE + ["-C", "lib", "BUILD_STATIC_LIBS=1", "TYPE=opt", "static_lib"]),
            step("build the emulator", _MAKE + ["erl_interface", "emulator"]),
            step("build", _MAKE + ["bootstrap", "libs"]),
            _erl_program(),
            _programs("${WORK}/root"),
            step("install", ["sh", "-c", "cp erts/lib_src/yielding_c_fun/bin/*/yielding_c_fun ${WORK}/root/erts-*/bin/ && bootstrap/bin/escript ${WORK}/install.escript . ${WORK}/root \"$@\"", "sh"] + _APPS),
        ],
    )
    return [
        DefaultInfo(files = depset([root])),
        OutputGroupInfo(log = depset([log])),
        ErlangSdkInfo(
            apps = _APPS,
            elixir = None,
            elixir_version = None,
            otp_version = ctx.attr.version,
            patches = ctx.files.patches,
            root = root,
            src = ctx.file.src,
        ),
    ]

otp_sdk = rule(
    implementation = _otp_sdk_impl,
    doc = "An Erlang/OTP that compiles Erlang and Elixir where the build runs: static programs, `.beam` files for every platform.",
    attrs = _COMMON_ATTRS | {
        "openssl": attr.label(mandatory = True, allow_single_file = [".tar"], doc = "Tar with OpenSSL's headers and libcrypto.a."),
        "patches": attr.label_list(allow_files = [".patch"], doc = "Patches for the source, applied in order with -p1."),
        "src": attr.label(mandatory = True, allow_single_file = True, doc = "OTP's source archive."),
        "version": attr.string(mandatory = True, doc = "OTP's version, as its file OTP_VERSION has it."),
        "_install": attr.label(default = Label("//erlang:install.escript"), allow_single_file = True),
    },
    provides = [ErlangSdkInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS,
)

OtpObjectsInfo = provider(
    doc = "What an Erlang/OTP is linked from. It is the same for all that have one flavor.",
    fields = {
        "objects": "File: tar of the source tree with the emulator's objects, archives and headers, and how they are linked.",
        "programs": "File: tar of an installation with everything else that is native: `bin`, `erts-<version>`, `lib/os_mon-<version>/priv/bin`, `usr`.",
    },
)

def _otp_objects_impl(ctx):
    sdk = ctx.toolchains[ERLANG].erlang_sdk
    objects = ctx.actions.declare_file(ctx.label.name + ".tar")
    programs = ctx.actions.declare_file(ctx.label.name + ".programs.tar")
    cc = target_cc(ctx)
    host = exec_cc(ctx)

    # A makefile below the top asks the machine that builds what it builds for, unless it is told.
    make = _MAKE
    if cc.triple != host.triple:
        make = make + ["TARGET=" + cc.triple.replace("-", "-unknown-", 1)]
    log = foreign_build(
        ctx,
        mnemonic = "OtpObjects",
        progress_message = "Building %{label}",
        outputs = [
            output_tar(objects, root = "src", include = [
                "erts/**/*.a",
                "erts/**/*.h",
                "erts/emulator/obj/**/*.o",
                "erts/emulator/utils/make_driver_tab",
                "link_variables",
                "nifs/*.a",
            ]),
            output_tar(programs, root = "root"),
        ],
        archives = [
            archive(sdk.src, include = _SOURCES),
            archive(sdk.root, dir = "sdk", strip = 0, include = ["erts-*/bin/yielding_c_fun"]),
            archive(ctx.file._openssl, dir = "openssl", strip = 0),
        ],
        patches = sdk.patches,
        files = {
            "erl.c": ctx.file._erl,
            "link_variables.sh": ctx.file._link_variables,
            "programs.sh": ctx.file._programs,
        },
        tools = _TOOLS,
        aliases = cc.aliases + host.aliases,
        env = _ENV,
        inputs = [cc.files, host.files],
        steps = [
            _configure(
                ctx.attr.flavor,
                " ".join(_COPTS),
                more = [
                    "--build=x86_64-build-linux-gnu",
                    "--host=" + cc.triple,
                    # Without a value it does not even look at --with-ssl.
                    "erl_xcomp_sysroot=${WORK}/openssl",
                ] + [
                    # What configure cannot find out by running programs.
                    "erl_xcomp_{}={}".format(variable, value)
                    for variable, value in _XCOMP.items()
                ],
            ),
            # Where configure finds no OpenSSL that it likes, it goes on without.
            step("check for OpenSSL", ["sh", "-c", "test ! -e lib/crypto/SKIP || { cat lib/crypto/SKIP lib/crypto/config.log >&2; exit 1; }"]),
            step("build static NIFs", make + ["-C", "lib", "BUILD_STATIC_LIBS=1", "TYPE=opt", "static_lib"]),
            step("put them in one place", ["sh", "-c", "mkdir nifs && cp lib/asn1/priv/lib/*/asn1rt_nif.a lib/crypto/priv/lib/*/crypto.a nifs/"]),
            step("build", ["sh", "-c", '"$@" YCF_EXECUTABLE_PATH=$(echo ${WORK}/sdk/erts-*/bin/yielding_c_fun)', "sh"] + make + ["erl_interface", "emulator"]),
            step("tell how it is linked", ["sh", "-c", 'sh ${WORK}/link_variables.sh ${WORK} "$@" >link_variables', "sh", ctx.attr.flavor] + make),
            _erl_program(),
            _programs("${WORK}/root"),
            step("build os_mon", make + ["-C", "lib/os_mon/c_src", "opt"]),
            step("install os_mon", ["sh", "-c", "to=${WORK}/root/lib/os_mon-$(sed -n 's/^OS_MON_VSN *= *//p' lib/os_mon/vsn.mk)/priv/bin && mkdir -p $to && cp lib/os_mon/priv/bin/*/* $to"]),
            # Every erlang_otp links its own.
            step("leave the emulator out", ["sh", "-c", "rm ${WORK}/root/erts-*/bin/beam.smp"]),
        ],
    )
    return [
        DefaultInfo(files = depset([objects, programs])),
        OutputGroupInfo(log = depset([log])),
        OtpObjectsInfo(objects = objects, programs = programs),
    ]

otp_objects = rule(
    implementation = _otp_objects_impl,
    doc = "Everything of an Erlang/OTP for the target platform that is compiled.",
    attrs = _COMMON_ATTRS | {
        "flavor": attr.string(mandatory = True, values = ["jit", "emu"], doc = "As in `erlang_otp`."),
        "_link_variables": attr.label(default = Label("//erlang:link_variables.sh"), allow_single_file = True),
        "_openssl": attr.label(default = Label("//third_party/openssl"), allow_single_file = [".tar"]),
    },
    provides = [OtpObjectsInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS + [ERLANG],
)

def _nifs(ctx):
    # Their archives, under the names that the emulator's table is made of, and those that they need.
    named = {}
    deps = []
    for target in ctx.attr.nifs:
        nif = target[NifLibraryInfo]
        dest = "nifs/{}.a".format(nif.name)
        if dest in named or nif.name in _OTP_NIFS:
            fail("{}: nifs: {} has the name {}, which another NIF has. Rename it.".format(ctx.label, target.label, nif.name))
        named[dest] = nif.archive

        # What is needed comes after what needs it.
        deps = [file for file in deps if file not in nif.deps] + nif.deps
    needed = {"nifs/deps/{}.a".format(index): file for index, file in enumerate(deps)}
    return struct(
        files = named | needed,
        named = ["${WORK}/" + path for path in named],
        needed = ["${WORK}/" + path for path in needed],
    )

def _erlang_otp_impl(ctx):
    sdk = ctx.toolchains[ERLANG].erlang_sdk
    apps = ctx.attr.apps or [app for app in sdk.apps if ctx.attr.crypto or app not in _CRYPTO_APPS]
    for app in apps:
        if app not in sdk.apps:
            fail("{}: apps: OTP {} is built without {}. Take one that it has: {}".format(ctx.label, sdk.otp_version, app, " ".join(sdk.apps)))
        if app in _CRYPTO_APPS and not ctx.attr.crypto:
            fail("{}: apps: {} needs OpenSSL. Set crypto = True, or take it out.".format(ctx.label, app))
    for app in ["kernel", "stdlib"]:
        if app not in apps:
            fail("{}: apps: {} is not there, and nothing runs without it. Add it, or leave apps empty.".format(ctx.label, app))

    for program in ctx.attr.programs:
        if program not in _PROGRAMS:
            fail("{}: programs: {} is none that there is. Take of these: {}.".format(ctx.label, program, ", ".join(_PROGRAMS)))

    name = ctx.label.name
    root = ctx.actions.declare_file(name + ".tar")
    runtime = ctx.actions.declare_file(name + ".runtime.tar")
    headers = ctx.actions.declare_file(name + ".headers.tar")
    applications = {
        app: ctx.actions.declare_file("{}.apps/{}.tar".format(name, app))
        for app in apps
    }

    cc = target_cc(ctx)
    nifs = _nifs(ctx)
    built = getattr(ctx.attr, "_objects_" + ctx.attr.flavor)[OtpObjectsInfo]
    archives = [
        archive(built.objects, strip = 0),
        # Everything that is the same for all processors, and programs of os_mon for the one that compiled it, which give way.
        archive(sdk.root, dir = "root", strip = 0, include = ["bin/*.boot", "releases/**"] + ["lib/{}-*/**".format(app) for app in apps]),
        archive(built.programs, dir = "root", strip = 0, include = ["bin/**", "erts-*/**", "usr/**"] + (["lib/os_mon-*/**"] if "os_mon" in apps else [])),
    ]
    if ctx.attr.crypto:
        archives.append(archive(ctx.file._openssl, dir = "openssl", strip = 0))
    log = foreign_build(
        ctx,
        mnemonic = "ErlangOtp",
        progress_message = "Linking %{label}",
        outputs = [
            output_tar(root, root = "root"),
            output_tar(runtime, root = "root", include = ["erts-*/bin/" + program for program in ["beam.smp", "erl_child_setup"] + ctx.attr.programs]),
            output_tar(headers, root = "root/usr"),
        ] + [
            output_tar(file, root = "root", include = ["lib/{}-*/**".format(app)])
            for app, file in applications.items()
        ],
        archives = archives,
        files = {"link.sh": ctx.file._link} | nifs.files,
        tools = ["perl", "sh"],
        aliases = cc.aliases,
        inputs = [cc.files],
        steps = [step("link", [
            "sh",
            "-c",
            'sh ${WORK}/link.sh ${WORK} "$(echo ${WORK}/root/erts-*/bin)/beam.smp" "$@"',
            "sh",
            _LINKAGE[ctx.attr.linkage],
            " ".join(nifs.needed + ([_LIBCRYPTO] if ctx.attr.crypto else [])),
        ] + [
            "${{WORK}}/src/nifs/{}.a".format(nif)
            for nif in ["asn1rt_nif"] + (["crypto"] if ctx.attr.crypto else [])
        ] + nifs.named)],
    )
    return [
        DefaultInfo(files = depset([root])),
        OtpInfo(
            applications = applications,
            apps = apps,
            crypto = ctx.attr.crypto,
            flavor = ctx.attr.flavor,
            headers = headers,
            libc = ctx.file._loader if ctx.attr.linkage == "dynamic" else None,
            nifs = [target.label for target in ctx.attr.nifs],
            root = root,
            runtime = runtime,
            version = sdk.otp_version,
        ),
        OutputGroupInfo(
            applications = depset(applications.values()),
            headers = depset([headers]),
            log = depset([log]),
            runtime = depset([runtime]),
        ),
    ]

erlang_otp = rule(
    implementation = _erlang_otp_impl,
    doc = """Builds an Erlang/OTP runtime for the target platform, static by default.

The version is that of the toolchain `//toolchains/erlang:toolchain_type`, whose source and patches it is built from
and whose `.beam` files it takes: they are compiled once for every platform. What is C and C++ is compiled once for all
targets of one `flavor`; each links its own emulator, in seconds.""",
    attrs = FOREIGN_BUILD_ATTRS | CC_ATTRS | {
        "apps": attr.string_list(doc = "The applications of OTP to have, `kernel` and `stdlib` among them. Empty: all that the toolchain has, without those that need OpenSSL if `crypto` is off."),
        "crypto": attr.bool(default = True, doc = "Whether the emulator has OpenSSL's libcrypto inside, for the applications crypto, public_key, ssl and ssh."),
        "flavor": attr.string(default = "jit", values = ["jit", "emu"], doc = "How the emulator runs code: compiled when it is loaded (`jit`), or interpreted (`emu`), which is smaller and slower."),
        "linkage": attr.string(
            default = "static",
            values = _LINKAGE.keys(),
            doc = "Whether the emulator has the C library inside (`static`), or has that of the image in /lib (`dynamic`). A dynamic emulator loads NIFs and drivers from `.so` files.",
        ),
        "nifs": attr.label_list(providers = [NifLibraryInfo], doc = "`nif_library` targets that are linked into the emulator."),
        "programs": attr.string_list(doc = "Programs that the runtime tar holds besides `beam.smp` and `erl_child_setup`: `epmd`, `heart`, `inet_gethost`, `erlexec`."),
        "_link": attr.label(default = Label("//erlang:link.sh"), allow_single_file = True),
        "_loader": attr.label(default = Label("//toolchains/musl:loader"), allow_single_file = True),
        "_objects_emu": attr.label(default = Label("//erlang:objects_emu"), providers = [OtpObjectsInfo]),
        "_objects_jit": attr.label(default = Label("//erlang:objects_jit"), providers = [OtpObjectsInfo]),
        "_openssl": attr.label(default = Label("//third_party/openssl"), allow_single_file = [".tar"]),
    },
    provides = [OtpInfo],
    toolchains = FOREIGN_BUILD_TOOLCHAINS + CC_TOOLCHAINS + [ERLANG],
)
