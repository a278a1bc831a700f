# SPDX-License-Identifier: Apache-2.0
"Table tests of the parsers behind the extension `hex`."

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:hex_lock.bzl", "read_lock")
load("//rules/private:hex_metadata.bzl", "read_metadata")
load("//rules/private:hex_terms.bzl", "atom", "parse_elixir", "parse_erlang")

visibility("//rules/test/hex")

_A = atom("a")
_B = atom("b")

_ELIXIR = {
    # Strings may hold whatever Elixir escapes.
    "\"a \\\"quoted\\\" \\\\ \\n \\#{x}\"": "a \"quoted\" \\ \n #{x}",
    "\"two\nlines\"": "two\nlines",
    "%{\n  \"a\": {:b, \"1\"},\n}\n": {"a": (_B, "1")},
    "%{a: 1, \"b-c\": 2}": {"a": 1, "b-c": 2},
    "%{}": {},
    "7": 7,
    ":\"a\"": _A,
    ":a": _A,
    "[:a, [], {}, \"\"]": [_A, [], (), ""],
    "[a: true, b: \"~> 1.0 or ~> 2.0\"]": [(_A, True), (_B, "~> 1.0 or ~> 2.0")],
    "[a: {:b, [b: nil]}]": [(_A, (_B, [(_B, None)]))],
    "{:a, false, nil,}": (_A, False, None),
}

_ELIXIR_ERRORS = {
    "": "there is no term",
    "\n\n%{\n  \"a\": {:b,\n": "line 4: { without its end",
    "\"a": "line 1: a string without an end",
    "%{\n\"a\": 1,\n\"a\": 2}": "line 1: \"a\" comes twice",
    "%{\n<<<<<<< HEAD\n}": "line 2: a conflict of a merge that is not resolved",
    "%{\"a\" => 1}": "line 1: unexpected =",
    "%{\"a\": }": "line 1: unexpected }",
    "%{:a}": "line 1: unexpected a",
    "%{a: [b: ], b: 1}": "line 1: unexpected ]",
    "%{}\n%{}": "line 2: unexpected %{",
    "A": "line 1: unexpected A",
    "[,]": "line 1: unexpected ,",
    "[:a :b]": "line 1: unexpected b",
    "[:a,, :b]": "line 1: unexpected ,",
    "[:a}": "line 1: unexpected }",
    "a b c": "line 1: unexpected a",
    "a: 1": "line 1: unexpected a",
    "{a: 1}": "line 1: unexpected a",
    "}": "line 1: unexpected }",
}

_ERLANG = {
    "": [],
    "'a b'.": [atom("a b")],
    "[].\n{}.\n": [[], ()],
    # As it is written where a line would be too long, and where it is no ASCII.
    "{<<\"a\">>,\n <<\"one \"\n   \"string\">>}.": [("a", "one string")],
    "{<<\"a\">>,\n [a,'b',3,true]}.": [("a", [_A, _B, 3, True])],
    "{<<\"a\">>,<<\"x\",10,226,\"y\"/utf8>>}.": [("a", "x??y")],
    "{<<\"a\">>,<<\"…\"/utf8>>}.": [("a", "…")],
    "{<<\"a\">>,<<>>}.": [("a", "")],
}

_ERLANG_ERRORS = {
    "#{a => 1}.": "line 1: unexpected #",
    "A.": "line 1: unexpected A",
    "[a b].": "line 1: unexpected b",
    "[a,].": "line 1: unexpected ]",
    "[a.": "line 1: unexpected .",
    "a": "the last term has no full stop",
    "a b.": "line 1: unexpected b",
    "a..": "line 1: unexpected .",
    "{\n<<\"a\"}.": "line 2: unexpected }",
    "{<<\"a>>}.": "line 1: a string without an end",
}

def _terms_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, value in _ELIXIR.items():
        asserts.equals(env, struct(error = None, value = value), parse_elixir(text), repr(text))
    for text, error in _ELIXIR_ERRORS.items():
        asserts.equals(env, struct(error = error, value = None), parse_elixir(text), repr(text))
    for text, value in _ERLANG.items():
        asserts.equals(env, struct(error = None, value = value), parse_erlang(text), repr(text))
    for text, error in _ERLANG_ERRORS.items():
        asserts.equals(env, struct(error = error, value = None), parse_erlang(text), repr(text))
    return unittest.end(env)

_terms_test = unittest.make(_terms_test_impl)

_SUM = "0123456789abcdef" * 4

_PLUG = """{:hex, :plug, "1.16.1", "inner", [:mix], [\
{:mime, "~> 1.0 or ~> 2.0", [hex: :mime, repo: "hexpm", optional: false]}, \
{:telemetry, "~> 1.0", [hex: :telemetry, repo: "hexpm", optional: true]}], "hexpm", "%s"}""" % _SUM

def _refusal(entry):
    return read_lock("%{\"plug\": " + entry + "}").refused.get("plug")

# Entry to what the reason must say.
_REFUSED = {
    "\"plug\"": "plug comes from None, which is not fetched",
    "{:git, \"address\", \"abc\", [branch: \"main\"]}": "plug comes from Git, which is not fetched. Vendor it as a mix_library, and name that: hex.override(package = \"plug\"",
    "{:hex, :plug, \"1.16.1\", \"inner\", [:mix], [], \"hexpm\"}": "mix.lock has no outer checksum of plug, by which its archive is checked: an old Hex wrote the entry. `mix deps.get` with a newer Hex",
    "{}": "plug comes from None",
    _PLUG.replace("\"hexpm\", \"" + _SUM, "\"hexpm:company\", \"" + _SUM): "plug is of the repository \"hexpm:company\", and only hexpm is fetched from",
    _PLUG.replace("1.16.1", "../1"): "mix.lock: plug: the version is not what Hex writes there",
    _PLUG.replace(":mime, \"", "\"mime\", \""): "mix.lock: plug: a dependency is not",
    _PLUG.replace(":plug", ":\"../plug\""): "mix.lock: plug: the package's name is not",
    _PLUG.replace(_SUM + "\"", _SUM + "\", :more"): "mix.lock: plug: a tuple of 9 elements is not",
    _PLUG.replace(_SUM, _SUM.upper()): "mix.lock: plug: the outer checksum is not",
    _PLUG.replace(_SUM, "0"): "mix.lock: plug: the outer checksum is not",
}

def _lock_test_impl(ctx):
    env = unittest.begin(ctx)
    lock = read_lock("%{\n  \"plug\": " + _PLUG + ",\n  \"app\": " + _PLUG.replace(":plug", ":plug_fork") + ",\n}\n")
    asserts.equals(env, None, lock.error)
    asserts.equals(env, {}, lock.refused)
    asserts.equals(env, ["plug", "app"], lock.packages.keys())
    asserts.equals(env, struct(
        deps = {"mime": struct(optional = False), "telemetry": struct(optional = True)},
        name = "plug",
        sha256 = _SUM,
        version = "1.16.1",
    ), lock.packages["plug"])
    asserts.equals(env, "plug_fork", lock.packages["app"].name)
    for entry, reason in _REFUSED.items():
        found = _refusal(entry) or ""
        asserts.true(env, reason in found, "{}: expected {} in {}".format(entry, repr(reason), repr(found)))
    for text, error in {
        "%{\"../x\": {}}": "\"../x\" is not the name of an application",
        "[]": "it is not a map",
        "no lock": "line 1: unexpected no",
    }.items():
        asserts.equals(env, error, read_lock(text).error)
    return unittest.end(env)

_lock_test = unittest.make(_lock_test_impl)

_METADATA = """\
{<<"links">>,[{<<"Source">>,<<"address">>}]}.
{<<"name">>,<<"plug_fork">>}.
{<<"version">>,<<"1.0.0-rc.1">>}.
{<<"app">>,<<"plug">>}.
{<<"files">>,[<<"lib">>,<<"lib/plug.ex">>,<<"mix.exs">>,<<"rebar.config">>]}.
{<<"requirements">>,[[{<<"name">>,<<"mime">>},{<<"optional">>,false}]]}.
{<<"build_tools">>,[<<"mix">>,<<"rebar3">>]}.
"""

def _metadata_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, struct(
        app = "plug",
        build_tools = ["mix", "rebar3"],
        error = None,
        files = ["lib", "lib/plug.ex", "mix.exs", "rebar.config"],
        name = "plug_fork",
        version = "1.0.0-rc.1",
    ), read_metadata(_METADATA))
    asserts.equals(env, "plug_fork", read_metadata(_METADATA.replace("<<\"app\">>", "<<\"_\">>")).app)
    asserts.equals(env, ["mix", "rebar3"], read_metadata(_METADATA.replace("<<\"build_tools\">>", "<<\"_\">>")).build_tools)
    for old, new, error in [
        ("{<<\"app\">>", "{app", "there is a term that is no pair"),
        ("<<\"name\">>,<<\"plug_fork\">>", "<<\"name\">>,<<\"../x\">>", "there is no name"),
        ("<<\"plug\">>", "[]", "app is not the name of an application"),
        ("<<\"version\">>", "<<\"_\">>", "there is no version"),
        ("<<\"lib\">>", "1", "files is not a list of paths"),
        ("<<\"lib\">>", "<<\"lib/../../BUILD\">>", "files has a path that leads out of the package"),
        ("<<\"lib\">>", "<<\"/BUILD\">>", "files has a path that leads out of the package"),
        ("<<\"mix\">>,", "mix,", "build_tools is not a list of names"),
        ("}.\n{<<\"version\">>", "}\n{<<\"version\">>", "line 3: unexpected {"),
    ]:
        asserts.equals(env, error, read_metadata(_METADATA.replace(old, new)).error)
    return unittest.end(env)

_metadata_test = unittest.make(_metadata_test_impl)

def hex_test_suite(name):
    unittest.suite(name, _terms_test, _lock_test, _metadata_test)
