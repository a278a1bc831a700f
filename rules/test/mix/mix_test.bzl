# SPDX-License-Identifier: Apache-2.0
"What `mix_library` and `mix_release` declare."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "FileTreeInfo", "MixLibraryInfo", "MixReleaseInfo")

visibility("//rules/test/mix")

_HERE = "rules/test/mix/"

def _inputs(env, mnemonic):
    "The files of the workspace that the action of that name sees; the action itself."
    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]
    asserts.equals(env, 1, len(actions), "actions " + mnemonic)
    action = actions[0]
    asserts.equals(env, {}, action.env, mnemonic + ": it sees the environment of whoever builds")
    asserts.equals(env, [], [word for word in action.argv if "/usr" in word], mnemonic + ": a program of the host")
    return sorted([
        file.short_path.removeprefix(_HERE)
        for file in action.inputs.to_list()
        if file.short_path.startswith(_HERE) and not file.basename.endswith(mnemonic + ".json")
    ])

def _mix_library_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[MixLibraryInfo]
    asserts.equals(env, [info.tar], target[DefaultInfo].files.to_list())
    asserts.equals(env, "shop", info.app)
    asserts.equals(env, "prod", info.env)
    asserts.equals(env, ["store"], info.deps)
    asserts.equals(env, ["shop", "store"], sorted([library.app for library in info.transitive.to_list()]))

    # Nothing that only the release needs.
    asserts.equals(env, [
        "shop/config/config.exs",
        "shop/config/prod.exs",
        "shop/include/shop.hrl",
        "shop/lib/application.ex",
        "shop/lib/shop.ex",
        "shop/mix.exs",
        "shop/priv/price",
        "shop/src/shop_erl.erl",
        "store.tar",
    ], _inputs(env, "MixCompile"))
    return analysistest.end(env)

mix_library_test = analysistest.make(_mix_library_test_impl)

def _mix_release_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[MixReleaseInfo]
    groups = target[OutputGroupInfo]
    asserts.equals(env, [info.tar], target[DefaultInfo].files.to_list())
    asserts.equals(env, "shop", info.name)
    asserts.equals(env, [info.env], groups.env.to_list())
    asserts.equals(env, [info.metadata], groups.metadata.to_list())
    asserts.equals(
        env,
        [("/app", "release.dependencies.tar"), ("/app", "release.project.tar")],
        [(tar.prefix, tar.file.basename) for tar in target[FileTreeInfo].tars],
    )

    # Applications come compiled.
    asserts.equals(env, [
        "shop.tar",
        "shop/config/config.exs",
        "shop/config/prod.exs",
        "shop/config/runtime.exs",
        "shop/mix.exs",
        "shop/rel/env.sh.eex",
        "shop/rel/overlays/motd",
        "shop/rel/vm.args.eex",
        "store.tar",
    ], _inputs(env, "MixRelease"))
    return analysistest.end(env)

mix_release_test = analysistest.make(_mix_release_test_impl)
