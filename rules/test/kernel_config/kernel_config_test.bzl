# SPDX-License-Identifier: Apache-2.0
"What the programs around a kernel's configuration need."

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

visibility("//rules/test/kernel_config")

def _description(env):
    "What stands beside the program, and the paths of its runfiles."
    target = analysistest.target_under_test(env)
    program = target[DefaultInfo].files_to_run.executable
    asserts.equals(env, [program], target[DefaultInfo].files.to_list())
    asserts.equals(env, "kernelconfig", program.basename)
    paths = [file.path for file in target[DefaultInfo].default_runfiles.files.to_list()]
    asserts.true(env, program.path in paths)
    path = program.path + ".json"
    asserts.true(env, path in paths, "the description is not in the runfiles")
    contents = [
        json.decode(action.content)
        for action in analysistest.target_actions(env)
        if action.mnemonic == "FileWrite" and path in [file.path for file in action.outputs.to_list()]
    ]
    asserts.equals(env, 1, len(contents))
    asserts.equals(env, path, contents[0]["path"])
    return contents[0], paths

def _menu_test_impl(ctx):
    env = analysistest.begin(ctx)
    description, paths = _description(env)
    asserts.equals(env, ctx.attr.command, description["command"])
    asserts.equals(env, "//kernel:vm", description["menu"]["label"])
    build = description["menu"]["build"]

    # What it names is there when it runs.
    needed = [item["path"] for item in build["archives"] + build["files"] + build["tools"] + description["menu"]["fragments"]]
    asserts.equals(env, [], [path for path in needed if path not in paths])

    # And no kernel is built for it.
    asserts.equals(env, [], [path for path in paths if path.rpartition("/")[2] in ["bzImage", "vmlinux"]])

    asserts.equals(env, ["make menuconfig", "save"], [step["name"] for step in build["steps"] if step.get("interactive")])

    # A fragment is where the layout of the work directory says.
    files = {item["dest"]: item["path"] for item in build["files"]}
    asserts.true(env, len(description["menu"]["fragments"]) > 0)
    for fragment in description["menu"]["fragments"]:
        asserts.equals(env, fragment["path"], files[fragment["dest"]])
    return analysistest.end(env)

menu_test = analysistest.make(
    _menu_test_impl,
    attrs = {"command": attr.string(mandatory = True, doc = "What the program is to do.")},
    doc = "Looks at a menu of //kernel:vm.",
)

def _diffconfig_test_impl(ctx):
    env = analysistest.begin(ctx)
    description, paths = _description(env)
    asserts.equals(env, "diffconfig", description["command"])
    asserts.equals(env, ["hardened", "micro", "vm"], sorted(description["configs"].keys()))
    for name, path in description["configs"].items():
        asserts.true(env, path in paths and path.endswith("/kernel/{}/config".format(name)), path)
    return analysistest.end(env)

diffconfig_test = analysistest.make(_diffconfig_test_impl, doc = "Looks at //kernel:diffconfig.")
