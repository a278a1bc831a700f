# SPDX-License-Identifier: Apache-2.0
"What `busybox` declares."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "BusyboxInfo")

visibility("//rules/test")

def _providers_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[BusyboxInfo]
    groups = target[OutputGroupInfo]
    asserts.equals(env, [info.binary], target[DefaultInfo].files.to_list())
    asserts.equals(env, info.binary, target[DefaultInfo].files_to_run.executable)
    asserts.equals(env, [info.applets], groups.applets.to_list())
    asserts.equals(env, [info.config], groups.config.to_list())
    asserts.equals(
        env,
        ["busybox", "busybox.BusyboxBuild.log", "busybox.applets", "busybox.config"],
        sorted([file.basename for file in [info.binary, info.applets, info.config] + groups.log.to_list()]),
    )
    return analysistest.end(env)

busybox_providers_test = analysistest.make(_providers_test_impl)

# Bazel's own actions for every executable target.
_RUNFILES = ["Middleman", "RepoMappingManifest", "SourceSymlinkManifest", "SymlinkTree"]

def _actions_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    actions = {}
    for action in analysistest.target_actions(env):
        if action.mnemonic not in _RUNFILES:
            actions.setdefault(action.mnemonic, []).append(action)
    asserts.equals(
        env,
        {"BusyboxBuild": 1, "BusyboxConfig": 1, "FileWrite": 2},
        {mnemonic: len(found) for mnemonic, found in actions.items()},
    )

    inputs = {}
    for mnemonic in ["BusyboxConfig", "BusyboxBuild"]:
        action = actions[mnemonic][0]
        asserts.equals(env, {}, action.env, mnemonic + ": it sees the environment of whoever builds")
        asserts.equals(env, [], [word for word in action.argv if "/usr" in word], mnemonic + ": a program of the host")
        inputs[mnemonic] = action.inputs.to_list()

        # The toolchains were resolved: a build tool, the compiler and the sysroot.
        paths = [file.path for file in inputs[mnemonic]]
        for end in ["/build_tools/gnu/make", "/build_tools/clang/clang", "/musl/sysroot_aarch64"]:
            asserts.true(env, [path for path in paths if path.endswith(end)] != [], "{}: no input ends in {}".format(mnemonic, end))

    # An edit of a fragment that leaves the configuration as it is builds nothing anew.
    config = target[BusyboxInfo].config
    asserts.equals(env, [config], [file for file in inputs["BusyboxBuild"] if file.basename.endswith("config")])
    asserts.equals(
        env,
        ["busybox_base.config", "valid.config"],
        sorted([file.basename for file in inputs["BusyboxConfig"] if file.basename.endswith(".config")]),
    )

    for action in actions["FileWrite"]:
        spec = json.decode(action.content)
        tools = {tool["name"]: tool for tool in spec["tools"]}
        for name, triple in {
            "c++": "aarch64-linux-musl",
            "cc": "aarch64-linux-musl",
            "hostc++": "x86_64-linux-musl",
            "hostcc": "x86_64-linux-musl",
        }.items():
            asserts.true(env, "--target=" + triple in tools[name]["args"], "{}: {} is not for {}".format(action, name, triple))
        asserts.equals(
            env,
            [],
            [path for path in [tool["path"] for tool in spec["tools"]] if path.startswith("/")],
            "{}: a program of the host".format(action),
        )
    return analysistest.end(env)

busybox_actions_test = analysistest.make(
    _actions_test_impl,
    config_settings = {"//command_line_option:platforms": [str(Label("//toolchains/musl:linux_aarch64"))]},
)
