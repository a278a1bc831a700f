# SPDX-License-Identifier: Apache-2.0
"What mix.lock says of the packages."

load(":hex_terms.bzl", "atom", "parse_elixir")

visibility(["//rules/private/...", "//rules/test/hex/..."])

# {:hex, name, version, inner checksum, managers, dependencies, repository, outer checksum}
_HEX_ELEMENTS = 8

def _is_word(text, more):
    return text != "" and not [char for char in text.elems() if not char.isalnum() and char not in more]

def is_name(text):
    "Whether `text` is the name of a package or of an application."
    return type(text) == "string" and _is_word(text, "_") and text == text.lower() and text[0].isalpha()

def _name(value):
    name = getattr(value, "atom", None)
    return name if is_name(name) else None

def _package(app, entry):
    # Fails with a text where the entry is of another form than Hex writes.
    if len(entry) < _HEX_ELEMENTS:
        return None, "mix.lock has no outer checksum of {}, by which its archive is checked: an old Hex wrote the entry. `mix deps.get` with a newer Hex writes it again".format(app)
    _, name, version, _, _, dependencies, repository, sha256 = entry[:_HEX_ELEMENTS]
    form = "mix.lock: {}: {} is not what Hex writes there. `mix deps.get` writes the entry again"
    if len(entry) > _HEX_ELEMENTS:
        return None, form.format(app, "a tuple of {} elements".format(len(entry)))
    if not _name(name):
        return None, form.format(app, "the package's name")
    if type(version) != "string" or not _is_word(version, ".+-"):
        return None, form.format(app, "the version")
    if type(sha256) != "string" or len(sha256) != 64 or [char for char in sha256.elems() if char not in "0123456789abcdef"]:
        return None, form.format(app, "the outer checksum")
    if repository != "hexpm":
        return None, "{} is of the repository {}, and only hexpm is fetched from. Vendor it as a mix_library, and name that: hex.override(package = \"{}\", target = …)".format(app, repr(repository), app)
    if type(dependencies) != "list":
        return None, form.format(app, "the list of dependencies")
    deps = {}
    for dependency in dependencies:
        if type(dependency) != "tuple" or len(dependency) != 3 or not _name(dependency[0]) or type(dependency[2]) != "list":
            return None, form.format(app, "a dependency")
        deps[dependency[0].atom] = struct(optional = (atom("optional"), True) in dependency[2])
    return struct(deps = deps, name = name.atom, sha256 = sha256, version = version), None

def read_lock(text):
    """Reads mix.lock.

    An entry that cannot be fetched is no error: nobody needs to build it.

    Args:
      text: the file's text.

    Returns:
      struct of `packages` (dict of application to a struct of `name`, `version`, `sha256` and `deps`, a dict of
      application to a struct of `optional`), `refused` (dict of application to the reason) and `error` (None, or what is
      wrong with the whole file).
    """
    term = parse_elixir(text)
    error = term.error
    if not error and type(term.value) != "dict":
        error = "it is not a map"
    if error:
        return struct(error = error, packages = {}, refused = {})

    packages = {}
    refused = {}
    for app, entry in term.value.items():
        if not is_name(app):
            return struct(error = "{} is not the name of an application".format(repr(app)), packages = {}, refused = {})
        source = getattr(entry[0], "atom", None) if type(entry) == "tuple" and entry else None
        if source == "hex":
            package, reason = _package(app, entry)
            if reason:
                refused[app] = reason
            else:
                packages[app] = package
        else:
            refused[app] = "{} comes from {}, which is not fetched. Vendor it as a mix_library, and name that: hex.override(package = \"{}\", target = …)".format(
                app,
                "Git" if source == "git" else repr(source),
                app,
            )
    return struct(error = None, packages = packages, refused = refused)
