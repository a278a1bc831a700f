# SPDX-License-Identifier: Apache-2.0
"What `erlang_library` declares."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "MixLibraryInfo")

visibility("//rules/test/erlang")

_HERE = "rules/test/erlang/"

def _erlang_library_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[MixLibraryInfo]
    asserts.equals(env, [info.tar], target[DefaultInfo].files.to_list())
    asserts.equals(env, "teller", info.app)
    asserts.equals(env, None, info.mix_exs)
    asserts.equals(env, ["calc"], info.deps)
    asserts.equals(env, ["calc", "teller"], sorted([library.app for library in info.transitive.to_list()]))

    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == "ErlangCompile"]
    asserts.equals(env, 1, len(actions))
    asserts.equals(env, {}, actions[0].env)
    asserts.equals(env, [
        "calc.tar",
        "teller/ebin/teller.app",
        "teller/src/teller.erl",
    ], sorted([
        file.short_path.removeprefix(_HERE)
        for file in actions[0].inputs.to_list()
        if file.short_path.startswith(_HERE) and not file.basename.endswith("ErlangCompile.json")
    ]))
    return analysistest.end(env)

erlang_library_test = analysistest.make(_erlang_library_test_impl)
