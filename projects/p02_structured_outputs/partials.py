"""Follow a JSON object while it is being written, byte by byte, and report only what is new.

Parsing the whole text again at each chunk costs the square of its length, and a parser that closes
what is open shows values that later change: 12 becomes 129.90, "ret" a tag that no branch knows.
Here a string grows, everything else appears once it is complete, and nothing is ever taken back.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Literal, TypeAlias

from pydantic import JsonValue

from projects.p02_structured_outputs.parsing import (
    AmbiguousReplyError,
    CutShortError,
    UnreadableReplyError,
    value_at,
)

Path: TypeAlias = tuple[str | int, ...]

MAX_SCALAR = 64

_PLAIN = re.compile(r'[^"\\\x00-\x1f]+')
_BARE = re.compile(r"[-+.\w]*")
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|'
                     r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")  # fmt: skip
_LONGEST_ESCAPE = 12


@dataclass(frozen=True, slots=True)
class Change:
    """One step forward at ``path``, where a step is a key or an index.

    ``set`` puts ``value`` where nothing was: a whole scalar, or an empty string, list or object
    that has been opened. ``append`` adds ``value`` to the string there. ``close`` says that the
    string, list or object there is complete, so it may be shown as final.
    """

    path: Path
    op: Literal["set", "append", "close"]
    value: JsonValue = None


class _Mode(Enum):
    """What has to come next."""

    VALUE = "a value"
    FIRST_ITEM = "a value or ]"
    FIRST_KEY = "a key or }"
    KEY = "a key"
    COLON = "a colon"
    COMMA = "a comma or the end"
    IN_KEY = "the rest of a key"
    IN_STRING = "the rest of a string"
    DONE = "nothing"


@dataclass
class _Open:
    """A list or object that is being written; ``step`` is the index or key it has come to."""

    path: Path
    closer: str
    step: int | str = 0
    keys: set[str] = field(default_factory=set)

    @property
    def here(self) -> Path:
        return (*self.path, self.step)


class PartialReader:
    """Reads one JSON object from chunks of bytes, however they are cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text, self._at, self._before = "", 0, 0
        self._mode = _Mode.VALUE
        self._open: list[_Open] = []
        self._key: list[str] = []

    def feed(self, chunk: bytes) -> list[Change]:
        """Read one more chunk and return what is new, in order.

        A number, true, false or null appears once something follows it, and text once its escape
        or its character is whole. Raises ``UnreadableReplyError`` at the first character that no
        JSON object could have there, ``AmbiguousReplyError`` where a key comes twice. Takes time
        in proportion to the chunk, whatever came before.
        """
        # task 9: begin
        try:
            fresh = self._decoder.decode(chunk)
        except UnicodeDecodeError:
            raise UnreadableReplyError("The bytes are not UTF-8", at=self._place) from None
        self._text = self.pending + fresh
        self._before, self._at = self._before + self._at, 0
        return list(self._advance())
        # task 9: end

    def finish(self) -> None:
        """Raise ``CutShortError`` unless the object is complete."""
        if self._mode is not _Mode.DONE:
            raise CutShortError(f"The stream ends where {self._mode.value} belongs", at=self._place)

    @property
    def pending(self) -> str:
        """The end of what came that cannot be understood without what follows."""
        return self._text[self._at :]

    @property
    def _place(self) -> int:
        return self._before + self._at

    def _advance(self) -> Iterator[Change]:
        """Read on while there is something that can be read for certain."""
        moved = True
        while moved:
            start = self._place, self._mode
            if self._mode in {_Mode.IN_KEY, _Mode.IN_STRING}:
                yield from self._more_text()
            else:
                yield from self._token()
            moved = (self._place, self._mode) != start

    def _token(self) -> Iterator[Change]:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        mark = self._text[self._at : self._at + 1]
        mode = self._mode
        if not mark:
            return
        if mode in {_Mode.VALUE, _Mode.FIRST_ITEM} and mark != "]":
            yield from self._value(mark)
        elif mode in {_Mode.FIRST_KEY, _Mode.KEY} and mark == '"':
            self._step(_Mode.IN_KEY)
        elif mode is _Mode.COLON and mark == ":":
            self._step(_Mode.VALUE)
        elif mode is _Mode.COMMA and mark == ",":
            self._next_member()
        elif mode in {_Mode.FIRST_ITEM, _Mode.FIRST_KEY, _Mode.COMMA} and mark == self._closer:
            yield self._closed()
        else:
            raise UnreadableReplyError(
                f"{mark!r} stands where {mode.value} belongs", at=self._place
            )

    def _value(self, mark: str) -> Iterator[Change]:
        path = self._open[-1].here if self._open else ()
        if mark == "{":
            yield Change(path=path, op="set", value={})
            self._open.append(_Open(path, "}"))
            self._step(_Mode.FIRST_KEY)
        elif not self._open:
            raise UnreadableReplyError("There is no JSON object", at=self._place)
        elif mark == "[":
            yield Change(path=path, op="set", value=[])
            self._open.append(_Open(path, "]"))
            self._step(_Mode.FIRST_ITEM)
        elif mark == '"':
            yield Change(path=path, op="set", value="")
            self._step(_Mode.IN_STRING)
        else:
            yield from self._scalar(path)

    def _scalar(self, path: Path) -> Iterator[Change]:
        found = _BARE.match(self._text, self._at)
        word = found[0] if found else ""
        if self._at + len(word) == len(self._text) and len(word) < MAX_SCALAR:
            return  # more of it may follow
        if not _SCALAR.fullmatch(word) or len(word) > MAX_SCALAR:
            raise UnreadableReplyError("There is no JSON value", at=self._place)
        self._step(_Mode.COMMA, len(word))
        yield Change(path=path, op="set", value=json.loads(word))

    def _more_text(self) -> Iterator[Change]:
        """Read text, an escape or the closing quote of a key or string."""
        if self._text[self._at : self._at + 1] == '"':
            yield from self._text_ended()
            return
        found = _PLAIN.match(self._text, self._at) or _ESCAPE.match(self._text, self._at)
        if found is None:
            rest = self._text[self._at : self._at + _LONGEST_ESCAPE]
            if rest and not (rest.startswith("\\") and len(rest) < _LONGEST_ESCAPE):
                raise UnreadableReplyError("This cannot stand in a string", at=self._place)
            return
        self._at = found.end()
        piece = json.loads(f'"{found[0]}"') if found[0].startswith("\\") else found[0]
        if self._mode is _Mode.IN_KEY:
            self._key.append(piece)
        else:
            yield Change(path=self._open[-1].here, op="append", value=piece)

    def _text_ended(self) -> Iterator[Change]:
        if self._mode is _Mode.IN_STRING:
            yield Change(path=self._open[-1].here, op="close")
            self._step(_Mode.COMMA)
            return
        name, holder = "".join(self._key), self._open[-1]
        if name in holder.keys:
            raise AmbiguousReplyError(f"The key {name!r} is given twice", at=self._place)
        holder.keys.add(name)
        holder.step = name
        self._key.clear()
        self._step(_Mode.COLON)

    def _next_member(self) -> None:
        holder = self._open[-1]
        if isinstance(holder.step, int) and holder.closer == "]":
            holder.step += 1
        self._step(_Mode.VALUE if holder.closer == "]" else _Mode.KEY)

    def _closed(self) -> Change:
        path = self._open.pop().path
        self._step(_Mode.COMMA if self._open else _Mode.DONE)
        return Change(path=path, op="close")

    @property
    def _closer(self) -> str:
        return self._open[-1].closer if self._open else ""

    def _step(self, mode: _Mode, width: int = 1) -> None:
        self._at += width
        self._mode = mode


def follow(document: str, cuts: list[int]) -> list[list[Change]]:
    """Stream ``document`` cut at these byte offsets, and return the changes after each chunk.

    Raises as ``PartialReader`` does, and ``CutShortError`` where the document ends too early.
    """
    reader = PartialReader()
    data = document.encode()
    changes = [reader.feed(data[start:end]) for start, end in pairwise([0, *cuts, len(data)])]
    reader.finish()
    return changes


def apply(value: JsonValue, changes: Iterable[Change]) -> JsonValue:
    """Bring ``value`` forward by ``changes`` and return it; start from None."""
    for change in changes:
        if change.op == "close":
            continue
        if not change.path:
            value = copy(change.value)
            continue
        *outer, last = change.path
        holder = value_at(value, tuple(outer))
        if isinstance(holder, list) and change.op == "set":
            holder.append(copy(change.value))
        elif isinstance(holder, list) and isinstance(last, int):
            holder[last] = f"{holder[last]}{change.value}"
        elif isinstance(holder, dict) and isinstance(last, str):
            written = holder.get(last) if change.op == "append" else None
            holder[last] = copy(change.value) if written is None else f"{written}{change.value}"
    return value
