# SPDX-License-Identifier: Apache-2.0
"What `erlang_otp` and `elixir` declare."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "ErlangSdkInfo", "OtpInfo")

visibility("//rules/test/otp")

_AARCH64 = {"//command_line_option:platforms": [str(Label("//toolchains/musl:linux_aarch64"))]}

def _spec(env, action_name):
    for action in analysistest.target_actions(env):
        if action.mnemonic == "FileWrite":
            spec = json.decode(action.content)
            if action_name in spec["log"]:
                return spec
    return None

def _otp_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[OtpInfo]
    asserts.equals(env, [info.root], target[DefaultInfo].files.to_list())
    asserts.equals(env, [info.runtime], target[OutputGroupInfo].runtime.to_list())
    asserts.equals(env, [info.headers], target[OutputGroupInfo].headers.to_list())
    asserts.equals(env, info.applications.values(), target[OutputGroupInfo].applications.to_list())
    asserts.equals(env, info.apps, info.applications.keys())
    asserts.true(env, "ssl" in info.apps and "kernel" in info.apps, "the default applications are {}".format(info.apps))
    asserts.true(env, info.crypto)
    asserts.equals(env, "jit", info.flavor)

    # Linked for the target; what is compiled, .beam files too, comes from elsewhere.
    spec = _spec(env, "ErlangOtp")
    tools = {tool["name"]: tool for tool in spec["tools"]}
    asserts.true(env, "--target=aarch64-linux-musl" in tools["cc"]["args"])
    asserts.equals(env, ["link"], [step["name"] for step in spec["steps"]])
    asserts.true(env, "${WORK}/src/nifs/crypto.a" in spec["steps"][0]["argv"])
    asserts.equals(env, "objects_jit.tar", spec["archives"][0]["path"].rpartition("/")[2])
    return analysistest.end(env)

otp_test = analysistest.make(_otp_test_impl, config_settings = _AARCH64)

def _otp_objects_test_impl(ctx):
    env = analysistest.begin(ctx)

    # Compiled for the target, by what runs here.
    spec = _spec(env, "OtpObjects")
    tools = {tool["name"]: tool for tool in spec["tools"]}
    asserts.true(env, "--target=aarch64-linux-musl" in tools["cc"]["args"])
    asserts.true(env, "--target=x86_64-linux-musl" in tools["hostcc"]["args"])
    configure = [step for step in spec["steps"] if step["name"] == "configure"][0]["argv"]
    asserts.true(env, "--enable-jit" in configure, "configure: {}".format(configure))
    asserts.equals(env, [], [tool["path"] for tool in spec["tools"] if tool["path"].startswith("/")], "a program of the host")

    # .beam files come from the toolchain: no step compiles any.
    asserts.equals(env, [], [step for step in spec["steps"] if "erlc" in " ".join(step["argv"])])
    return analysistest.end(env)

otp_objects_test = analysistest.make(_otp_objects_test_impl, config_settings = _AARCH64)

def _otp_without_crypto_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[OtpInfo]
    asserts.equals(env, [], [app for app in info.apps if app in ["crypto", "public_key", "ssh", "ssl"]])
    asserts.equals(env, "emu", info.flavor)
    asserts.false(env, info.crypto)
    spec = _spec(env, "ErlangOtp")
    asserts.equals(env, [], [archive["path"] for archive in spec["archives"] if "openssl" in archive["path"]])
    asserts.equals(env, [], [word for word in spec["steps"][0]["argv"] if "crypto" in word])
    asserts.equals(env, "objects_emu.tar", spec["archives"][0]["path"].rpartition("/")[2])
    runtime = [output for output in spec["outputs"] if output["path"].endswith(".runtime.tar")][0]
    asserts.equals(env, ["beam.smp", "erl_child_setup", "epmd"], [path.rpartition("/")[2] for path in runtime["include"]])
    return analysistest.end(env)

otp_without_crypto_test = analysistest.make(_otp_without_crypto_test_impl)

def _elixir_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ErlangSdkInfo]
    asserts.equals(env, [info.elixir], target[DefaultInfo].files.to_list())
    asserts.equals(env, "1.18.3", info.elixir_version)
    spec = _spec(env, "Elixir")
    asserts.equals(env, "deterministic", spec["env"]["ERL_COMPILER_OPTIONS"])
    return analysistest.end(env)

elixir_test = analysistest.make(_elixir_test_impl)
