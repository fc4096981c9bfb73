"""The shortest text that keeps a regular expression; nothing where the expression is not simple."""

import re

CLASS = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
REPEAT = re.compile(r"[*+?]|\{(\d{1,4})(?:,(\d*))?\}")
LONGEST = 400
STEPS = 1_000_000


def sample(pattern: str) -> str:
    """Make a text that keeps a pattern, or an empty one where that is too hard."""
    if len(pattern) > LONGEST or "(?" in pattern.replace("(?:", ""):
        return ""
    try:
        made, _ = _alternatives(pattern.replace("(?:", "("), 0, 0)
        # Somebody else wrote the pattern: it is run only where it cannot backtrack for ever.
        return made if _is_tame(pattern, len(made)) and re.search(pattern, made) else ""
    except (re.error, IndexError, ValueError, RecursionError, OverflowError):
        return ""


def _is_tame(pattern: str, length: int) -> bool:
    """Say whether matching a text of this length is cheap: no open repeat in a repeated group."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", pattern)
    groups: list[bool] = []
    opened = 0
    for at, mark in enumerate(plain):
        free = mark in "*+?|" or (mark == "{" and re.match(r"\{\d+,", plain[at:]) is not None)
        opened += free and mark != "|"
        if mark == "(":
            groups.append(False)
        elif mark == ")":
            inner = groups.pop() if groups else False
            if inner and plain[at + 1 : at + 2] in {"*", "+", "{"}:
                return False
            free = free or inner
        if free and groups:
            groups[-1] = True
    return float(length + 1) ** opened <= STEPS


def _alternatives(pattern: str, at: int, depth: int) -> tuple[str, int]:
    """Read to the end of a group; the first alternative is the one made."""
    if depth > 20:
        raise ValueError("too deep")
    options, made = [], ""
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            options.append(made)
            made, at = "", at + 1
            continue
        piece, at = _atom(pattern, at, depth)
        repeat = REPEAT.match(pattern, at)
        if repeat:
            least = int(repeat[1]) if repeat[1] else int(repeat[0] == "+")
            if len(piece) * least > LONGEST:
                raise ValueError("too long")
            piece, at = piece * least, repeat.end()
            at += pattern[at : at + 1] == "?"
        made += piece
    options.append(made)
    return options[0], at


def _atom(pattern: str, at: int, depth: int) -> tuple[str, int]:
    mark = pattern[at]
    if mark in "^$":
        return "", at + 1
    if mark == "\\":
        letter = pattern[at + 1]
        return ("" if letter in "bBAZ" else CLASS.get(letter, letter)), at + 2
    if mark == "[":
        return _set(pattern, at)
    if mark == "(":
        made, end = _alternatives(pattern, at + 1, depth + 1)
        return made, end + 1
    return ("a" if mark == "." else mark), at + 1


def _set(pattern: str, at: int) -> tuple[str, int]:
    end = at + 2 if pattern[at + 1] in "]^" else at + 1
    end = pattern.index("]", end)
    inner = pattern[at + 1 : end]
    if inner.startswith("^"):
        return next(c for c in "ax0_ -" if not re.fullmatch(f"[{inner[1:]}]", c)), end + 1
    if inner.startswith("\\"):
        return CLASS.get(inner[1], inner[1]), end + 1
    return inner[0], end + 1
