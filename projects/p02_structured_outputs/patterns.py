"""Anchored regular expressions, as a schema's ``pattern`` writes them, read into automata."""

import re
import string
from collections.abc import Iterable
from typing import NoReturn

from projects.p02_structured_outputs.automaton import (
    DIGITS,
    Expression,
    UnsupportedSchemaError,
    chars,
    either,
    repeat,
    sequence,
)


def pattern(source: str, alphabet: frozenset[str]) -> Expression:
    """Match an anchored regular expression over ``alphabet``.

    Knows literals, ``.``, classes, groups, alternatives and quantifiers. Without ``^`` and ``$`` a
    pattern allows anything around it, so it is refused, like everything else that is not known.
    """
    if not (source.startswith("^") and source.endswith("$") and not source.endswith("\\$")):
        raise UnsupportedSchemaError(f"The pattern {source!r} is not anchored with ^ and $.")
    reader = _PatternReader(source[1:-1], alphabet)
    expression = reader.alternatives()
    if reader.at < len(reader.source):
        reader.refuse()
    return expression


_CLASSES = {
    "d": DIGITS,
    "w": frozenset(string.ascii_letters + string.digits + "_"),
    "s": frozenset(" "),
}
_QUANTIFIER = re.compile(r"\*|\+|\?|\{(\d+)(,?)(\d*)\}")
_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class _PatternReader:
    """Reads a regular expression by recursive descent."""

    def __init__(self, source: str, alphabet: frozenset[str]) -> None:
        self.source, self.alphabet, self.at = source, alphabet, 0

    def alternatives(self) -> Expression:
        branches = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence())
        return either(*branches)

    def _sequence(self) -> Expression:
        parts: list[Expression] = []
        while self._peek() not in {"", "|", ")"}:
            parts.append(self._quantified(self._atom()))
        return sequence(*parts)

    def _quantified(self, atom: Expression) -> Expression:
        found = _QUANTIFIER.match(self.source, self.at)
        if found is None:
            return atom
        self.at = found.end()
        if self._peek() and self._peek() in "?*+{":
            self.refuse()
        if found[0] in _BOUNDS:
            return repeat(atom, *_BOUNDS[found[0]])
        low = int(found[1])
        high = int(found[3]) if found[3] else None if found[2] else low
        return repeat(atom, low, high)

    def _atom(self) -> Expression:
        mark = self._next()
        if mark == "(":
            if self.source.startswith("?:", self.at):
                self.at += 2
            inner = self.alternatives()
            if self._next() != ")":
                self.refuse()
            return inner
        if mark == "[":
            return chars(self._class())
        if mark == ".":
            return chars(self.alphabet)
        if mark in "*+?{}^$":
            self.refuse()
        return chars(self._escape() if mark == "\\" else self._known({mark}))

    def _class(self) -> frozenset[str]:
        negated = self._peek() == "^"
        self.at += negated
        members: set[str] = set()
        while (mark := self._next()) != "]":
            if mark == "\\":
                members |= self._escape()
            elif self._peek() == "-" and self.source[self.at + 1 : self.at + 2] not in {"", "]"}:
                self.at += 1
                members |= {chr(code) for code in range(ord(mark), ord(self._next()) + 1)}
            else:
                members.add(mark)
        return self.alphabet - members if negated else self._known(members)

    def _escape(self) -> frozenset[str]:
        mark = self._next()
        if mark in _CLASSES:
            return self._known(_CLASSES[mark])
        if mark.isalnum():
            self.refuse()
        return self._known({mark})

    def _known(self, members: Iterable[str]) -> frozenset[str]:
        """Keep what the decoder can write; nothing left means the pattern cannot be kept."""
        kept = self.alphabet & frozenset(members)
        if not kept:
            self.refuse()
        return kept

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _next(self) -> str:
        mark = self._peek()
        if not mark:
            self.refuse()
        self.at += 1
        return mark

    def refuse(self) -> NoReturn:
        """Say where the pattern cannot be kept."""
        raise UnsupportedSchemaError(
            f"The pattern {self.source!r} cannot be kept from character {self.at} on."
        )
