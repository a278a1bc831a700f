# SPDX-License-Identifier: Apache-2.0
"What `nif_library` declares, and what `erlang_otp` makes of it."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "FileTreeInfo", "NifLibraryInfo")

visibility("//rules/test/nif")

def _nif_library_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[NifLibraryInfo]
    asserts.equals(env, "counter_nif", info.name)
    asserts.equals(env, [info.archive], target[DefaultInfo].files.to_list())
    asserts.equals(env, ["libstep.a"], [file.basename for file in info.deps])
    asserts.equals(env, "counter_nif.so", info.shared.basename)
    asserts.equals(env, [info.shared], target[OutputGroupInfo].shared.to_list())
    return analysistest.end(env)

nif_library_test = analysistest.make(_nif_library_test_impl)

def _otp_with_nifs_test_impl(ctx):
    env = analysistest.begin(ctx)
    specs = [
        json.decode(action.content)
        for action in analysistest.target_actions(env)
        if action.mnemonic == "FileWrite" and action.outputs.to_list()[0].basename.endswith(".ErlangOtp.json")
    ]
    asserts.equals(env, 1, len(specs))
    asserts.equals(
        env,
        ["nifs/checksum_nif.a", "nifs/counter_nif.a", "nifs/deps/0.a"],
        sorted([file["dest"] for file in specs[0]["files"] if file["dest"].startswith("nifs/")]),
    )
    argv = specs[0]["steps"][0]["argv"]
    asserts.equals(
        env,
        ["${WORK}/nifs/deps/0.a", "${WORK}/src/nifs/asn1rt_nif.a", "${WORK}/nifs/counter_nif.a", "${WORK}/nifs/checksum_nif.a"],
        argv[argv.index("${WORK}/nifs/deps/0.a"):],
    )
    return analysistest.end(env)

otp_with_nifs_test = analysistest.make(_otp_with_nifs_test_impl)

def _release_on_dynamic_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    entries = target[FileTreeInfo].entries
    asserts.equals(env, 1, len(entries))
    path, entry = entries.items()[0]
    asserts.true(env, path.startswith("/lib/ld-musl-"), "the C library is " + path)
    asserts.equals(env, ("file", "0755", path), (entry.kind, entry.mode, "/lib/" + entry.file.basename))
    return analysistest.end(env)

release_on_dynamic_test = analysistest.make(_release_on_dynamic_test_impl)
