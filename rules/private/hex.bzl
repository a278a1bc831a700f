# SPDX-License-Identifier: Apache-2.0
"Repositories for the Hex packages of mix.lock."

load(":hex_lock.bzl", "read_lock")
load(":hex_repositories.bzl", "MAKE_ATTRS", "hex_hub", "hex_package")

visibility("//rules/...")

def _by_package(mod, tags, kind, packages_of):
    "Dict of hub and package to the tag that names it."
    found = {}
    for tag in tags:
        for package in packages_of(tag):
            if (tag.hub, package) in found:
                fail("{}: hex.{}: the package {} is named twice. Take one of the two out.".format(mod.name, kind, package))
            found[(tag.hub, package)] = tag
    return found

def _suggestion(names):
    return "It has: " + " ".join(sorted(names))

def _needs(lock, app, known):
    """What an application depends on.

    Args:
      lock: as of `read_lock`.
      app: the application.
      known: the applications that have a target.

    Returns:
      (list of applications, None or the reason why the application cannot be built).
    """
    deps = []
    for dep, need in lock.packages[app].deps.items():
        if dep in known:
            deps.append(dep)
        elif not need.optional:
            return [], ("mix.lock has no entry for {}, which {} depends on. `mix deps.get` adds it; where mix.exs has another source for it, such as a path, " +
                        "name that: hex.override(package = \"{}\", target = …)").format(dep, app, dep)
    return sorted(deps), None

def _native(make):
    "The attributes of `hex_package` that a tag `make` gives; None: there is none."
    return {name: getattr(make, name) for name in MAKE_ATTRS} | {"make_deps": make.deps} if make else {}

def _hub(module_ctx, mod, tag, overrides, configs, makes):
    where = "{}: hex.lock: {}".format(mod.name, tag.lock)
    lock = read_lock(module_ctx.read(tag.lock))
    if lock.error:
        fail("{} cannot be read: {}. `mix deps.get` writes the file".format(where, lock.error))
    overrides = {package: override.target for (hub, package), override in overrides.items() if hub == tag.name}
    configs = {package: config for (hub, package), config in configs.items() if hub == tag.name}
    makes = {package: make for (hub, package), make in makes.items() if hub == tag.name}

    known = {app: None for app in lock.packages.keys() + lock.refused.keys()} | overrides
    needed = known | {dep: None for package in lock.packages.values() for dep in package.deps}
    for package in overrides:
        if package not in lock.packages and package not in lock.refused and package not in [
            dep
            for other in lock.packages.values()
            for dep in other.deps
        ]:
            fail("{}: hex.override: nothing there is called {}. {}".format(where, package, _suggestion(needed)))
    for kind, packages in [("config", configs), ("make", makes)]:
        for package in packages:
            if package not in lock.packages or package in overrides:
                fail("{}: hex.{}: no package is fetched for {}. {}".format(where, kind, package, _suggestion(lock.packages)))
    for package, make in makes.items():
        if not make.nifs and not make.ports:
            fail('{}: hex.make: {}: name what its makefile makes in nifs or ports, such as nifs = ["priv/{}_nif.so"]'.format(where, package, package))

    targets = {}
    refused = {app: reason for app, reason in lock.refused.items() if app not in overrides}
    for app, target in overrides.items():
        targets[app] = str(target)
    for app, package in lock.packages.items():
        if app in overrides:
            continue
        deps, reason = _needs(lock, app, known)
        if reason:
            refused[app] = reason
            continue
        repository = "{}.{}".format(tag.name, app)
        config = configs.get(app)
        hex_package(
            name = repository,
            app = app,
            config = config.config if config else None,
            config_srcs = config.config_srcs if config else [],
            deps = deps,
            hub = tag.name,
            package = package.name,
            repository_url = tag.repository_url,
            sha256 = package.sha256,
            version = package.version,
            **_native(makes.get(app))
        )
        targets[app] = "@{}//:{}".format(repository, app)

    # Where the names differ, both will do.
    for app, package in lock.packages.items():
        if package.name not in known:
            targets[package.name] = ":" + app
    hex_hub(name = tag.name, refused = refused, targets = targets)

def _hex_impl(module_ctx):
    hubs = {}
    for mod in module_ctx.modules:
        overrides = _by_package(mod, mod.tags.override, "override", lambda tag: [tag.package])
        configs = _by_package(mod, mod.tags.config, "config", lambda tag: tag.packages)
        makes = _by_package(mod, mod.tags.make, "make", lambda tag: [tag.package])
        names = [tag.name for tag in mod.tags.lock]
        for kind, tags in [("override", mod.tags.override), ("config", mod.tags.config), ("make", mod.tags.make)]:
            for tag in tags:
                if tag.hub not in names:
                    fail("{}: hex.{}: hub: there is no hex.lock(name = {}) in that module. Write one, or name one of these: {}.".format(
                        mod.name,
                        kind,
                        repr(tag.hub),
                        ", ".join(names),
                    ))
        for tag in mod.tags.lock:
            if tag.name in hubs:
                fail("hex.lock: the modules {} and {} both have the name {}. Give one of them another: hex.lock(name = …)".format(
                    hubs[tag.name],
                    mod.name,
                    repr(tag.name),
                ))
            if "." in tag.name:
                fail("{}: hex.lock: name: {} has a dot. Take it out".format(mod.name, repr(tag.name)))
            hubs[tag.name] = mod.name
            _hub(module_ctx, mod, tag, overrides, configs, makes)
    return module_ctx.extension_metadata(reproducible = True)

_HUB = attr.string(default = "hex", doc = "The `name` of the `lock`.")

hex = module_extension(
    doc = """Fetches the Hex packages of a mix.lock, and makes a `mix_library` or `erlang_library` of each.

The repository `hex` has a target for each name in the lock, that of the application as in mix.exs: `@hex//:plug`.""",
    implementation = _hex_impl,
    tag_classes = {
        "config": tag_class(
            doc = "Compiles packages with a configuration, as Mix does with that of the project; without, packages are compiled with none.",
            attrs = {
                "config": attr.label(mandatory = True, doc = "As in [`mix_library`](rules.md#mix_library)."),
                "config_srcs": attr.label_list(doc = "As in [`mix_library`](rules.md#mix_library)."),
                "hub": _HUB,
                "packages": attr.string_list(mandatory = True, doc = "Names in mix.lock, those of applications."),
            },
        ),
        "lock": tag_class(
            doc = "Names a mix.lock, whose packages become targets of a repository.",
            attrs = {
                "lock": attr.label(mandatory = True, doc = "The project's `mix.lock`, as `mix deps.get` writes it. Its directory needs a BUILD file."),
                "name": attr.string(default = "hex", doc = "The name of the repository that has the targets, for `use_repo`. No dot is in it."),
                "repository_url": attr.string(doc = "The address of the Hex repository, below which there is `/tarballs/<package>-<version>.tar`. The variable `HEX_MIRROR` (`--repo_env=HEX_MIRROR=…`) replaces it; one of them is needed once a package is fetched."),
            },
        ),
        "make": tag_class(
            doc = "Runs the makefile of a package that has the compiler `:elixir_make`, with the rule `elixir_make`.",
            attrs = MAKE_ATTRS | {
                "deps": attr.label_list(doc = "As in `elixir_make`."),
                "hub": _HUB,
                "package": attr.string(mandatory = True, doc = "The name in mix.lock, that of the application."),
            },
        ),
        "override": tag_class(
            doc = "Takes a target of yours in place of a package: of one from Git, or that cannot be built here.",
            attrs = {
                "hub": _HUB,
                "package": attr.string(mandatory = True, doc = "The name in mix.lock, that of the application, or of what a package depends on."),
                "target": attr.label(mandatory = True, doc = "The `mix_library` or `erlang_library`, visible to all."),
            },
        ),
    },
)
