# SPDX-License-Identifier: Apache-2.0
"Repositories for Hex packages that are pinned by mix.lock."

load(":hex_metadata.bzl", "read_metadata")

visibility("//rules/private/...")

# Of a package with native code: what the tag `make` and the repository have alike.
MAKE_ATTRS = {
    "erlang": attr.label(default = Label("//erlang"), doc = "As in `elixir_make`."),
    "make_args": attr.string_list(doc = "As in `elixir_make`."),
    "make_env": attr.string_dict(doc = "As in `elixir_make`."),
    "make_targets": attr.string_list(doc = "As in `elixir_make`."),
    "makefile": attr.string(default = "Makefile", doc = "The makefile's path in the package."),
    "nifs": attr.string_list(doc = "Libraries that it makes: `priv/sqlite3_nif.so`."),
    "ports": attr.string_list(doc = "Programs that it makes: `priv/circuits_uart`."),
}

_BUILD = """\
load("@rules_elixir_vm//rules:mix.bzl", "elixir_make", "mix_library")
{make}
mix_library(
    name = {app},
    srcs = glob(
        ["**"],
        exclude = [
            "BUILD.bazel",
            "config/**",
            "mix.exs",
            "priv/**",
        ],
        allow_empty = True,
    ),
    config = {config},
    config_srcs = {config_srcs},
    mix_exs = "mix.exs",
    nifs = {nifs},
    ports = {ports},
    priv = glob(
        ["priv/**"],
        allow_empty = True,
    ),
    visibility = ["//visibility:public"],
    deps = {deps},
)
"""

_MAKE = """
elixir_make(
    name = {name},
    srcs = glob(
        ["**"],
        exclude = [
            "BUILD.bazel",
            "lib/**",
            {makefile},
        ],
        allow_empty = True,
    ),
    outs = {outs},
    erlang = {erlang},
    make_args = {args},
    make_env = {env},
    make_targets = {targets},
    makefile = {makefile},
    deps = {deps},
)
"""

_ERLANG_BUILD = """\
load("@rules_elixir_vm//rules:erlang.bzl", "erlang_library")

erlang_library(
    name = {app},
    srcs = glob(
        [
            "asn1/**",
            "src/**",
        ],
        exclude = [{app_src}],
        allow_empty = True,
    ),
    hdrs = glob(
        ["include/**/*.hrl"],
        allow_empty = True,
    ),
    app_src = {app_src},
    priv = glob(
        ["priv/**"],
        allow_empty = True,
    ),
    rebar_config = {rebar_config},
    version = {version},
    visibility = ["//visibility:public"],
    deps = {deps},
)
"""

_REFUSED = """\
load("@rules_elixir_vm//rules/private:hex_refused.bzl", "hex_refused")

package(default_visibility = ["//visibility:public"])
"""

# Bazel would take them for its own.
_FOREIGN = ["BUILD", "BUILD.bazel"]
_FOREIGN_AT_TOP = ["MODULE.bazel", "REPO.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod"]

def _refused(name, reason):
    return """
hex_refused(
    name = {},
    reason = {},
    # A pattern of targets passes it over.
    tags = ["manual"],
)
""".format(repr(name), repr(reason))

def _fetch(repository_ctx, what, output):
    # Not `getenv`: the digest decides what is fetched, another mirror is no reason to fetch again.
    base = repository_ctx.os.environ.get("HEX_MIRROR") or repository_ctx.attr.repository_url
    if not base:
        fail(("{}: no Hex repository is known. Name one, or a mirror: --repo_env=HEX_MIRROR=<address>, the variable in the environment, " +
              "or hex.lock(repository_url = \"<address>\") in MODULE.bazel").format(what))
    url = "{}/tarballs/{}-{}.tar".format(base.rstrip("/"), repository_ctx.attr.package, repository_ctx.attr.version)
    if repository_ctx.download(url, output, sha256 = repository_ctx.attr.sha256, allow_fail = True).success:
        return

    # Bazel does not tell rules why a download failed, but has told the user.
    fail("""{what} cannot be fetched. Tried:
  {url}
A warning above names the reason:
  "404 Not Found": the repository answers, but has no such version. Is it the repository that mix.lock was made with? A mirror may lag behind.
  "Checksum was … but wanted …": the repository serves other bytes than mix.lock was made with. Try another mirror; change the lock only if you know why they differ.
  anything else: the repository cannot be reached. Check the network, or name a mirror.
A mirror is named by --repo_env=HEX_MIRROR=<address>.""".format(what = what, url = url))

def _unpack(repository_ctx, what):
    """Unpacks the package into the repository.

    Args:
      repository_ctx: the context.
      what: name and version, for messages.

    Returns:
      what `read_metadata` returns.
    """
    outer = ".hex"
    remedy = "Try another mirror, or vendor it as a mix_library and name that: hex.override(package = {}, target = …).".format(repr(repository_ctx.attr.package))
    _fetch(repository_ctx, what, outer + "/package.tar")
    repository_ctx.extract(outer + "/package.tar", outer)
    for name in ["VERSION", "metadata.config", "contents.tar.gz"]:
        if not repository_ctx.path("{}/{}".format(outer, name)).exists:
            fail("{}: the archive has no {}: it is not a Hex package. {}".format(what, name, remedy))
    version = repository_ctx.read(outer + "/VERSION").strip()
    if version != "3":
        fail("{}: the archive is of version {} of the format, and these rules read version 3. {}".format(what, version, remedy))
    metadata = read_metadata(repository_ctx.read(outer + "/metadata.config"))
    if metadata.error:
        fail("{}: metadata.config cannot be read: {}. {}".format(what, metadata.error, remedy))
    if (metadata.name, metadata.version) != (repository_ctx.attr.package, repository_ctx.attr.version):
        fail("{}: the archive says that it is {} {}. {}".format(what, metadata.name, metadata.version, remedy))
    if metadata.app != repository_ctx.attr.app:
        fail("{}: its application is {}, and mix.lock calls it {}. `mix deps.get` writes the lock again".format(
            what,
            metadata.app,
            repository_ctx.attr.app,
        ))
    repository_ctx.extract(outer + "/contents.tar.gz")
    repository_ctx.delete(outer)
    for file in metadata.files + _FOREIGN_AT_TOP:
        if file.split("/")[-1] in _FOREIGN or file in _FOREIGN_AT_TOP:
            repository_ctx.delete(file)
    return metadata

def _hex_package_impl(repository_ctx):
    what = "{} {}".format(repository_ctx.attr.package, repository_ctx.attr.version)
    metadata = _unpack(repository_ctx, what)

    def first(*files):
        return ([repr(file) for file in files if repository_ctx.path(file).exists] or [None])[0]

    # In the order that Mix has. Of what Make builds most is Erlang, laid out as Rebar has it.
    deps = repr(["@{}//:{}".format(repository_ctx.attr.hub, app) for app in repository_ctx.attr.deps])
    app_src = first("src/{}.app.src".format(metadata.app), "ebin/{}.app".format(metadata.app))
    make = metadata.app + ".make"
    outs = repository_ctx.attr.nifs + repository_ctx.attr.ports
    if outs and "mix" not in metadata.build_tools:
        fail("{}: hex.make: it is for packages that Mix builds, and this one is built with {}. Vendor it, and name its target: hex.override(package = \"{}\", target = …)".format(
            what,
            " or ".join(metadata.build_tools) or "no build tool",
            metadata.app,
        ))
    if "mix" in metadata.build_tools:
        build = _BUILD.format(
            make = _MAKE.format(
                name = repr(make),
                args = repr(repository_ctx.attr.make_args),
                deps = repr([str(label) for label in repository_ctx.attr.make_deps]),
                env = repr(repository_ctx.attr.make_env),
                erlang = repr(str(repository_ctx.attr.erlang)),
                makefile = repr(repository_ctx.attr.makefile),
                outs = repr(outs),
                targets = repr(repository_ctx.attr.make_targets),
            ) if outs else "",
            nifs = repr({path: ":" + make for path in repository_ctx.attr.nifs}),
            ports = repr({path: ":" + make for path in repository_ctx.attr.ports}),
            app = repr(metadata.app),
            config = repr(str(repository_ctx.attr.config)),
            config_srcs = repr([str(label) for label in repository_ctx.attr.config_srcs]),
            deps = deps,
        )
    elif app_src:
        build = _ERLANG_BUILD.format(
            app = repr(metadata.app),
            app_src = app_src,
            deps = deps,
            rebar_config = first("rebar.config"),
            version = repr(metadata.version),
        )
    else:
        build = _REFUSED + _refused(
            metadata.app,
            ("the package {what} is built with {tools}, and it has neither src/{app}.app.src nor ebin/{app}.app, of which an erlang_library is made. " +
             "Vendor it, and name its target: hex.override(package = \"{app}\", target = …)").format(
                app = metadata.app,
                tools = " or ".join(metadata.build_tools) or "no build tool",
                what = what,
            ),
        )
    repository_ctx.file("BUILD.bazel", build)

hex_package = repository_rule(
    implementation = _hex_package_impl,
    doc = "A Hex package, unpacked, with a target of its application's name.",
    attrs = MAKE_ATTRS | {
        "app": attr.string(mandatory = True, doc = "The application, as mix.lock has it."),
        "config": attr.label(default = Label(":hex_config.exs"), doc = "As in `mix_library`."),
        "config_srcs": attr.label_list(doc = "As in `mix_library`."),
        "deps": attr.string_list(doc = "The applications that it depends on, targets of the hub."),
        "hub": attr.string(mandatory = True, doc = "The repository with a target for each application."),
        "make_deps": attr.label_list(doc = "`deps` of `elixir_make`."),
        "package": attr.string(mandatory = True, doc = "The package's name."),
        "repository_url": attr.string(doc = "The address of the Hex repository, unless HEX_MIRROR is set."),
        "sha256": attr.string(mandatory = True, doc = "Digest of the archive, the outer checksum of mix.lock."),
        "version": attr.string(mandatory = True, doc = "The package's version."),
    },
)

def _hex_hub_impl(repository_ctx):
    build = _REFUSED
    for name, target in repository_ctx.attr.targets.items():
        build += """
alias(
    name = {},
    actual = {},
)
""".format(repr(name), repr(target))
    for name, reason in repository_ctx.attr.refused.items():
        build += _refused(name, reason)
    repository_ctx.file("BUILD.bazel", build)

hex_hub = repository_rule(
    implementation = _hex_hub_impl,
    doc = "A target for each application of mix.lock.",
    attrs = {
        "refused": attr.string_dict(doc = "Name to the reason why it cannot be built."),
        "targets": attr.string_dict(doc = "Name to the label of the target."),
    },
)
