# SPDX-License-Identifier: Apache-2.0
"How Bazel calls clang and lld for musl."

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "action_config",
    "feature",
    "flag_group",
    "flag_set",
    "tool",
    "with_feature_set",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("//rules:providers.bzl", "BuildToolsInfo")

visibility("//toolchains/musl/...")

_C_COMPILE = [
    ACTION_NAMES.c_compile,
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]

_CPP_COMPILE = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

_EXECUTABLE_LINK = [ACTION_NAMES.cpp_link_executable]

_SHARED_LINK = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

_COMPILE = _C_COMPILE + _CPP_COMPILE
_LINK = _EXECUTABLE_LINK + _SHARED_LINK

def _flags(actions, flags, with_features = []):
    return flag_set(actions = actions, flag_groups = [flag_group(flags = flags)], with_features = with_features)

def _cc_toolchain_config_impl(ctx):
    tools = {}
    for target in ctx.attr.tools:
        tools.update(target[BuildToolsInfo].tools)

    def use(actions, name, implies, flag_sets = []):
        return [
            action_config(
                action_name = action,
                enabled = True,
                flag_sets = flag_sets,
                # Features that Bazel brings itself.
                implies = implies,
                tools = [tool(tool = tools[name].executable)],
            )
            for action in actions
        ]

    compile_features = ["user_compile_flags", "compiler_input_flags", "compiler_output_flags"]
    link_features = [
        "strip_debug_symbols",
        "linkstamps",
        "output_execpath_flags",
        "runtime_library_search_directories",
        "library_search_directories",
        "libraries_to_link",
        "force_pic_flags",
        "user_link_flags",
        "linker_param_file",
    ]
    action_configs = (
        use(_C_COMPILE, "clang", compile_features) +
        use(_CPP_COMPILE, "clang++", compile_features) +
        # clang++ also links C: libc++ is an archive from which nothing is taken that nobody needs.
        use(_EXECUTABLE_LINK, "clang++", link_features) +
        use(_SHARED_LINK, "clang++", ["shared_flag"] + link_features) +
        use([ACTION_NAMES.cpp_link_static_library], "llvm-ar", ["archiver_flags", "linker_param_file"]) +
        use([ACTION_NAMES.objcopy_embed_data], "llvm-objcopy", []) +
        use([ACTION_NAMES.strip], "llvm-strip", [], [flag_set(flag_groups = [
            flag_group(flags = ["-S", "-o", "%{output_file}"]),
            flag_group(flags = ["%{stripopts}"], iterate_over = "stripopts"),
            flag_group(flags = ["%{input_file}"]),
        ])])
    )

    root = ctx.file.sysroot.path
    target = ["--target=" + ctx.attr.triple, "--sysroot=" + root, "-resource-dir=" + root + "/lib/clang"]

    features = [
        feature(name = "supports_pic", enabled = True),
        feature(name = "supports_start_end_lib", enabled = True),
        # Static programs are the default; a dynamic or a position-independent one is asked for by
        # `features = ["dynamic_libc"]` or `["static_pie"]`.
        feature(name = "static_pie", provides = ["linkage"]),
        feature(name = "dynamic_libc", provides = ["linkage"]),
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(
            name = "musl_compile",
            enabled = True,
            flag_sets = [
                _flags(_COMPILE, target + [
                    # The same bytes from every directory and on every day.
                    "-ffile-compilation-dir=.",
                    "-no-canonical-prefixes",
                    "-Wno-builtin-macro-redefined",
                    "-D__DATE__=\"redacted\"",
                    "-D__TIMESTAMP__=\"redacted\"",
                    "-D__TIME__=\"redacted\"",
                    "-ffunction-sections",
                    "-fdata-sections",
                    "-fno-omit-frame-pointer",
                    "-Wall",
                ]),
                # libc++ is built without exceptions: better told by the compiler than by the linker.
                _flags(_CPP_COMPILE, ["-stdlib=libc++", "-fno-exceptions"]),
                _flags(_COMPILE, ["-fPIE"], [
                    with_feature_set(features = ["static_pie"]),
                    with_feature_set(features = ["dynamic_libc"]),
                ]),
                _flags(_COMPILE, ["-Os", "-DNDEBUG"], [with_feature_set(features = ["opt"])]),
                _flags(_COMPILE, ["-g"], [with_feature_set(features = ["dbg"])]),
            ],
        ),
        feature(
            name = "musl_link",
            enabled = True,
            flag_sets = [
                _flags(_LINK, target + [
                    "-fuse-ld=lld",
                    "-rtlib=compiler-rt",
                    "-unwindlib=none",
                    "-stdlib=libc++",
                    "-Wl,--build-id=none",
                    "-Wl,--gc-sections",
                ]),
                _flags(_EXECUTABLE_LINK, ["-static"], [with_feature_set(not_features = ["static_pie", "dynamic_libc"])]),
                _flags(_EXECUTABLE_LINK, ["-static-pie"], [with_feature_set(features = ["static_pie"])]),
                _flags(_EXECUTABLE_LINK, ["-pie"], [with_feature_set(features = ["dynamic_libc"])]),
                _flags(_LINK, ["-Wl,-s"], [with_feature_set(features = ["opt"])]),
            ],
        ),
    ]

    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        action_configs = action_configs,
        features = features,
        toolchain_identifier = "clang-" + ctx.attr.triple,
        compiler = "clang",
        target_cpu = ctx.attr.triple.split("-")[0],
        target_libc = "musl",
        target_system_name = ctx.attr.triple,
        builtin_sysroot = root,
        cxx_builtin_include_directories = [
            "%sysroot%/usr/include/c++/v1",
            "%sysroot%/usr/include",
            "%sysroot%/lib/clang/include",
        ],
    )

cc_toolchain_config = rule(
    implementation = _cc_toolchain_config_impl,
    doc = "The configuration of a C and C++ toolchain of clang, lld, musl and libc++.",
    attrs = {
        # What the compiler reads is built for where it runs, once for all target configurations.
        "sysroot": attr.label(mandatory = True, allow_single_file = True, cfg = "exec", doc = "The sysroot, a directory."),
        "tools": attr.label_list(mandatory = True, cfg = "exec", providers = [BuildToolsInfo], doc = "Where clang, lld and LLVM's binutils are."),
        "triple": attr.string(mandatory = True, doc = "clang's name of the target."),
    },
    provides = [CcToolchainConfigInfo],
)
