"""Compose texts from templates, remembering where each value was written.

A template is text with ``{slots}``; a slot takes a string, a ``Mark`` (a value whose place matters)
or a series of both. ``Page`` joins them and tells every mark's span.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Mark:
    """A value as written, and the key it answers to; an empty key only protects it from typos."""

    written: str
    key: str = ""


Piece: TypeAlias = str | Mark
Pieces: TypeAlias = Sequence[Piece]
Slot: TypeAlias = Piece | tuple[Piece, ...]


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[str, ...]:
    return tuple(_SLOT.split(template))


def fill(template: str, slots: Mapping[str, Slot]) -> tuple[Piece, ...]:
    """Put ``slots`` into ``template``; every slot must be given."""
    pieces: list[Piece] = []
    for index, part in enumerate(_parts(template)):
        value: Slot = slots[part] if index % 2 else part
        pieces.extend(value if isinstance(value, tuple) else (value,))
    return tuple(piece for piece in pieces if piece)


def written(pieces: Pieces) -> str:
    """Read pieces as plain text."""
    return "".join(piece.written if isinstance(piece, Mark) else piece for piece in pieces)


def capitalised(pieces: Pieces) -> tuple[Piece, ...]:
    """Start the sentence with a capital letter."""
    first, *rest = pieces
    if isinstance(first, Mark):
        return tuple(pieces)
    return (first[:1].upper() + first[1:], *rest)


def joined(parts: Sequence[Pieces], separator: str, last: str = "") -> tuple[Piece, ...]:
    """Join several runs of pieces: "a, b and c"."""
    pieces: list[Piece] = []
    for index, part in enumerate(parts):
        if index:
            pieces.append(last if last and index == len(parts) - 1 else separator)
        pieces.extend(part)
    return tuple(pieces)


@dataclass
class Page:
    """A text under way: add pieces, then read it and its spans."""

    pieces: list[Piece] = field(default_factory=list)

    def add(self, *pieces: Piece) -> "Page":
        """Write at the end."""
        self.pieces.extend(pieces)
        return self

    def read(self) -> tuple[str, list[tuple[str, int, int]]]:
        """Return the text, and (key, start, end) for each keyed mark, in order."""
        written: list[str] = []
        spans: list[tuple[str, int, int]] = []
        at = 0
        for piece in self.pieces:
            text = piece.written if isinstance(piece, Mark) else piece
            if isinstance(piece, Mark) and piece.key:
                spans.append((piece.key, at, at + len(text)))
            written.append(text)
            at += len(text)
        return "".join(written), spans


def reworded(pieces: Iterable[Piece], change: Callable[[str], str]) -> list[Piece]:
    """Pass the free text through ``change``, and leave every mark as it is."""
    return [piece if isinstance(piece, Mark) else change(piece) for piece in pieces]
