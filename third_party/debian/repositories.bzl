# SPDX-License-Identifier: Apache-2.0
"Repository rules for Debian packages and source archives that are pinned by sha256."

visibility("private")

_UPDATE = "bazel run //tools/debianlock -- update"

def _mirror(repository_ctx):
    """The address of a Debian mirror, without a trailing slash: DEBIAN_MIRROR, or else what apt is configured with."""

    # Not `getenv`: the digests decide what is fetched, another mirror is no reason to fetch again.
    mirror = repository_ctx.os.environ.get("DEBIAN_MIRROR")
    if mirror:
        return mirror.rstrip("/")
    apt_get = repository_ctx.which("apt-get")
    if apt_get:
        result = repository_ctx.execute([apt_get, "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Identifier: Packages"])
        for line in result.stdout.splitlines():
            if line.startswith("Debian|Debian|http"):
                return line.removeprefix("Debian|Debian|").rstrip("/")
    fail("No Debian mirror is known: this host has no apt that is configured for the Debian archive by http or https, " +
         "or apt has never been updated (apt-get update). " +
         "Name a mirror: --repo_env=DEBIAN_MIRROR=<address of a Debian mirror>")

def _fetch(repository_ctx, what, output, path, sha256, urls = []):
    """Downloads one pinned file, or fails with what was tried and the remedy.

    Args:
      repository_ctx: the context.
      what: name and version of what is fetched, for messages.
      output: where the file goes.
      path: its path on a Debian mirror.
      sha256: its digest.
      urls: further addresses of the same bytes.
    """
    mirror = _mirror(repository_ctx)
    candidates = ["{}/{}".format(mirror, path)] + urls
    for url in candidates:
        if repository_ctx.download(url, output, sha256 = sha256, allow_fail = True).success:
            return

    # Bazel does not tell rules why a download failed, but has told the user.
    fail("""{what} cannot be fetched. Tried:
  {tried}
A warning above names the reason for each address:
  "404 Not Found": the mirror answers, but the file is gone. It was superseded: pin its successor ({update}), or name a mirror that keeps old files.
  "Checksum was … but wanted …": the mirror serves other bytes than were pinned. Try another mirror; change the pin only if you know why they differ.
  anything else: the mirror cannot be reached. Check the network, or name another mirror.
A mirror is named by --repo_env=DEBIAN_MIRROR=<address>.""".format(
        what = what,
        tried = "\n  ".join(candidates),
        update = _UPDATE,
    ))

# Never needed to run a program, and full of names that are no labels.
_UNWANTED = [
    "etc",
    "usr/lib/debug",
    "usr/lib/systemd",
    "usr/share/bash-completion",
    "usr/share/bug",
    "usr/share/doc",
    "usr/share/doc-base",
    "usr/share/gdb",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/zsh",
    "var",
]

def _debian_tree_impl(repository_ctx):
    for package, pin in repository_ctx.attr.packages.items():
        sha256, path = pin.split(" ")
        _fetch(repository_ctx, package, "package.deb", path, sha256)
        repository_ctx.extract("package.deb", "deb")
        data = [entry for entry in repository_ctx.path("deb").readdir() if entry.basename.startswith("data.tar")]
        if len(data) != 1:
            fail("{}: expected one data.tar in the package, found {}".format(package, [entry.basename for entry in data]))
        repository_ctx.extract(data[0])
        repository_ctx.delete("deb")
        repository_ctx.delete("package.deb")
    for path in _UNWANTED:
        repository_ctx.delete(path)
    repository_ctx.file("BUILD.bazel", repository_ctx.read(repository_ctx.attr.build_file))

debian_tree = repository_rule(
    implementation = _debian_tree_impl,
    doc = "The files of some Debian binary packages, unpacked into one tree. No maintainer script runs.",
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "The BUILD file of the tree."),
        "packages": attr.string_dict(mandatory = True, doc = "`name=version` to `sha256 path-on-the-mirror`."),
    },
)

def _debian_source_impl(repository_ctx):
    name = repository_ctx.attr.path.split("/")[-1]
    _fetch(
        repository_ctx,
        repository_ctx.attr.package,
        name,
        repository_ctx.attr.path,
        repository_ctx.attr.sha256,
        repository_ctx.attr.urls,
    )
    repository_ctx.file("BUILD.bazel", """\
exports_files(["{name}"])

alias(
    name = "archive",
    actual = "{name}",
    visibility = ["//visibility:public"],
)
""".format(name = name))

debian_source = repository_rule(
    implementation = _debian_source_impl,
    doc = "The original source archive of a Debian source package, as it is: target `:archive`.",
    attrs = {
        "package": attr.string(mandatory = True, doc = "Name and version, for messages."),
        "path": attr.string(mandatory = True, doc = "Path of the archive on a mirror."),
        "sha256": attr.string(mandatory = True, doc = "Digest of the archive."),
        "urls": attr.string_list(doc = "Further addresses of the same bytes."),
    },
)
