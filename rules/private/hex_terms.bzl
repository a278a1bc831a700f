# SPDX-License-Identifier: Apache-2.0
"""Reads the two kinds of terms that Hex writes: mix.lock is Elixir, metadata.config is Erlang.

Only what Hex writes is understood, and everything else is an error. Strings and binaries become strings, tuples tuples,
lists lists, maps dicts by the names of atoms; `true`, `false` and `nil` are True, False and None; a keyword is a tuple.
"""

visibility(["//rules/private/...", "//rules/test/hex/..."])

def atom(name):
    "What an atom becomes; two of the same name are equal."
    return struct(atom = name)

_ESCAPES = {
    "\"": "\"",
    "#": "#",
    "'": "'",
    "\\": "\\",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}

_CLOSE = {
    "%{": "}",
    "<<": ">>",
    "[": "]",
    "{": "}",
}

_WORDS = {
    "false": False,
    "nil": None,
    "true": True,
}

def _quoted(text, start, quote):
    """Reads to the closing quote.

    Args:
      text: the whole text.
      start: the position after the opening quote.
      quote: the quote.

    Returns:
      (string, position after the closing quote), or None where there is no such quote.
    """
    value = ""
    at = start
    for _ in range(len(text)):
        end = text.find(quote, at)
        if end == -1:
            return None
        slash = text.find("\\", at, end)
        if slash == -1:
            return value + text[at:end], end + 1

        # Escapes by number stay as they are: no name or version has one.
        value += text[at:slash] + _ESCAPES.get(text[slash + 1], text[slash:slash + 2])
        at = slash + 2
    return None

def _word_end(text, start):
    for at in range(start, len(text)):
        if not text[at].isalnum() and text[at] not in "_@?!":
            return at
    return len(text)

def _token(kind, line, value = None):
    return struct(kind = kind, line = line, value = value)

def _scan(text, elixir):
    """Splits text into tokens.

    Args:
      text: the text.
      elixir: whether it is Elixir.

    Returns:
      (tokens, error).
    """
    tokens = []
    line = 1
    at = 0
    for _ in range(len(text)):
        if at >= len(text):
            break
        char = text[at]
        pair = text[at:at + 2]
        if char == "\n":
            line += 1
            at += 1
        elif char in " \t\r":
            at += 1
        elif text[at:at + 7] in ["<<<<<<<", "=======", ">>>>>>>"]:
            return None, "line {}: a conflict of a merge that is not resolved".format(line)
        elif elixir and pair == "%{" or not elixir and pair in ["<<", ">>"]:
            tokens.append(_token(pair, line))
            at += 2
        elif char in "{}[],":
            tokens.append(_token(char, line))
            at += 1
        elif char == "\"" or (char == "'" and not elixir) or (pair == ":\"" and elixir):
            is_atom = char in "':"
            quoted = _quoted(text, at + (2 if char == ":" else 1), "'" if char == "'" else "\"")
            if not quoted:
                return None, "line {}: a string without an end".format(line)
            value, end = quoted
            if elixir and not is_atom and text[end:end + 1] == ":":
                tokens.append(_token("key", line, atom(value)))
                end += 1
            else:
                tokens.append(_token("value" if is_atom else "string", line, atom(value) if is_atom else value))
            line += text.count("\n", at, end)
            at = end
        elif elixir and char == ":" and _word_end(text, at + 1) > at + 1:
            end = _word_end(text, at + 1)
            tokens.append(_token("value", line, atom(text[at + 1:end])))
            at = end
        elif char.isalnum():
            end = _word_end(text, at)
            word = text[at:end]
            at = end
            if elixir and text[end:end + 1] == ":":
                tokens.append(_token("key", line, atom(word)))
                at += 1
            elif word.isdigit():
                tokens.append(_token("value", line, int(word)))
            elif word in _WORDS and (elixir or word != "nil"):
                tokens.append(_token("value", line, _WORDS[word]))
            elif not elixir and word[0].islower():
                tokens.append(_token("value", line, atom(word)))
            else:
                return None, "line {}: unexpected {}".format(line, word)
        elif not elixir and char == ".":
            tokens.append(_token(char, line))
            at += 1
        elif not elixir and text[at:at + 5] == "/utf8":
            at += 5
        else:
            return None, "line {}: unexpected {}".format(line, char)
    return tokens, None

def _finish(frame):
    """Makes the value of a frame that was closed.

    Args:
      frame: dict of `open`, `items`.

    Returns:
      (value, error).
    """
    if frame["open"] == "{":
        return tuple(frame["items"]), None
    if frame["open"] == "[":
        return frame["items"], None
    if frame["open"] == "<<":
        # Bytes that are no text are given as numbers, and nobody looks at them.
        return "".join([item if type(item) == "string" else "?" for item in frame["items"]]), None
    value = {}
    for key, item in frame["items"]:
        if key.atom in value:
            return None, "{} comes twice".format(repr(key.atom))
        value[key.atom] = item
    return value, None

def _parse(text, elixir):
    """Reads terms.

    Args:
      text: the text.
      elixir: whether it is Elixir.

    Returns:
      (terms, error).
    """
    tokens, error = _scan(text, elixir)
    if error:
        return None, error

    # The outermost frame holds the terms; Starlark knows no recursion.
    frame = {"items": [], "key": None, "line": 1, "open": "", "ready": True}
    stack = []
    for token in tokens:
        unexpected = "line {}: unexpected {}".format(token.line, repr(token.value) if type(token.value) == "string" else getattr(token.value, "atom", token.value) or token.kind)
        opened = frame["open"]
        adjacent = opened == "<<" and token.kind == "string"
        if token.kind == ",":
            if frame["ready"] or not opened:
                return None, unexpected
            frame["ready"] = True
            continue
        if token.kind == ".":
            if opened or frame["ready"]:
                return None, unexpected
            frame["ready"] = True
            continue
        if token.kind == "key":
            if not frame["ready"] or frame["key"] or opened not in ["%{", "["]:
                return None, unexpected
            frame["key"] = token.value
            continue
        if token.kind in _CLOSE:
            if not frame["ready"]:
                return None, unexpected
            stack.append(frame)
            frame = {"items": [], "key": None, "line": token.line, "open": token.kind, "ready": True}
            continue
        if token.kind in ["}", "]", ">>"]:
            if not opened or _CLOSE[opened] != token.kind or frame["key"]:
                return None, unexpected

            # Elixir allows a comma before the end.
            if frame["ready"] and frame["items"] and not elixir:
                return None, unexpected
            value, error = _finish(frame)
            if error:
                return None, "line {}: {}".format(frame["line"], error)
            frame = stack.pop()
        else:
            if not frame["ready"] and not adjacent:
                return None, unexpected
            value = token.value
        if frame["open"] == "%{" and not frame["key"]:
            return None, unexpected
        frame["items"].append((frame["key"], value) if frame["key"] else value)
        frame["key"] = None
        frame["ready"] = False
    if stack:
        return None, "line {}: {} without its end".format(frame["line"], frame["open"])
    if not elixir and not frame["ready"]:
        return None, "the last term has no full stop"
    return frame["items"], None

def parse_elixir(text):
    """Reads one Elixir term.

    Args:
      text: the text.

    Returns:
      struct of `value` and `error` (None, or what is wrong in which line).
    """
    terms, error = _parse(text, elixir = True)
    if not error and len(terms) != 1:
        error = "there is no term"
    return struct(error = error, value = None if error else terms[0])

def parse_erlang(text):
    """Reads Erlang terms, each with its full stop.

    Args:
      text: the text.

    Returns:
      struct of `value` (list) and `error` (None, or what is wrong in which line).
    """
    terms, error = _parse(text, elixir = False)
    return struct(error = error, value = terms)
