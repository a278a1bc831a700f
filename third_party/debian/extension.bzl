# SPDX-License-Identifier: Apache-2.0
"Repositories for every external file, as `lock.json` lists them."

load(":repositories.bzl", "debian_source", "debian_tree")

visibility("public")

def _debian_impl(module_ctx):
    lock = json.decode(module_ctx.read(Label(":lock.json")))
    if lock["version"] != 1:
        fail("third_party/debian/lock.json has version %s, this extension reads version 1: bazel run //tools/debianlock -- update" % lock["version"])
    for name, keys in lock["trees"].items():
        debian_tree(
            name = "debian_" + name,
            build_file = Label(":{}.BUILD.bazel".format(name)),
            packages = {
                key: "{} {}".format(lock["packages"][key]["sha256"], lock["packages"][key]["path"])
                for key in keys
            },
        )
    for name, source in lock["sources"].items():
        debian_source(
            name = name.replace("-", "_") + "_source",
            package = "{}={}".format(name, source["version"]),
            path = source["path"],
            sha256 = source["sha256"],
            urls = source.get("urls", []),
        )
    return module_ctx.extension_metadata(reproducible = True)

debian = module_extension(
    doc = """The pinned external files of these rules, from `third_party/debian/lock.json`. It has no tags.

A source archive is the target `archive` of a repository `<name>_source`, such as `@busybox_source//:archive` for
`busybox`; a tree of Debian packages is a repository `debian_<tree>`. They are fetched when something needs them, from the
mirror that `--repo_env=DEBIAN_MIRROR=…` names, or that the host's apt is configured with, and checked by their sha256.""",
    implementation = _debian_impl,
)
