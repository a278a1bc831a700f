# SPDX-License-Identifier: Apache-2.0
"What metadata.config says of a package."

load(":hex_lock.bzl", "is_name")
load(":hex_terms.bzl", "parse_erlang")

visibility(["//rules/private/...", "//rules/test/hex/..."])

# Hex takes these for the signs of a build tool where a package names none.
_SIGNS = {
    "Makefile": "make",
    "Makefile.win": "make",
    "mix.exs": "mix",
    "rebar": "rebar3",
    "rebar.config": "rebar3",
    "rebar.config.script": "rebar3",
}

def _is_strings(value):
    return type(value) == "list" and not [item for item in value if type(item) != "string"]

def read_metadata(text):
    """Reads metadata.config.

    Args:
      text: the file's text.

    Returns:
      struct of `app`, `build_tools` (list), `files` (list of paths), `name`, `version` and `error` (None, or what is
      wrong).
    """
    terms = parse_erlang(text)
    error = terms.error
    found = {}
    for term in terms.value or []:
        if type(term) == "tuple" and len(term) == 2 and type(term[0]) == "string":
            found[term[0]] = term[1]
        else:
            error = error or "there is a term that is no pair"

    name = found.get("name")
    app = found.get("app", name)
    files = found.get("files", [])

    # Older packages have the contents of files too.
    if type(files) == "list":
        files = [file[0] if type(file) == "tuple" and file else file for file in files]
    build_tools = found.get("build_tools", [])
    version = found.get("version")
    if not error:
        if not is_name(name):
            error = "there is no name"
        elif not is_name(app):
            error = "app is not the name of an application"
        elif type(version) != "string":
            error = "there is no version"
        elif not _is_strings(files):
            error = "files is not a list of paths"
        elif [file for file in files if file.startswith("/") or ".." in file.split("/")]:
            error = "files has a path that leads out of the package"
        elif not _is_strings(build_tools):
            error = "build_tools is not a list of names"
    if error:
        return struct(app = None, build_tools = [], error = error, files = [], name = None, version = None)
    if not build_tools:
        build_tools = {_SIGNS[file]: None for file in files if file in _SIGNS}.keys()
    return struct(app = app, build_tools = build_tools, error = None, files = files, name = name, version = version)
