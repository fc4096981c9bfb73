"""Read a model's reply: forgive its syntax where only one reading exists, never guess a value.

Forgiven: prose and fences around the object, a byte order mark, single quotes, trailing commas,
Python's ``None``, ``True`` and ``False``, an integer written as text, a text alone in a list, an
enum member in another case. Refused: keys given twice, a second object, anything cut short, NaN and
infinities, unknown keys. The reader goes from left to right, because a repair by search and replace
also rewrites what stands inside the customer's own words.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from projects.p02_structured_outputs.contracts import ContractError, Extraction, Problem
from shared.errors import CapstoneError

T = TypeVar("T")
Steps: TypeAlias = tuple[int | str, ...]

EXTRACTION = TypeAdapter(Extraction)
MAX_DEPTH = 64
MAX_DIGITS = 64

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_WORD = re.compile(r"(?:true|false|null|True|False|None)(?!\w)")
_JSON_WORD = {"True": "true", "False": "false", "None": "null"}
_PIECE = re.compile(r"\\(?:[\"\\/bfnrt']|u[0-9a-fA-F]{4})|[^\\\"']+|[\"']")
_MEMBER = re.compile(r"'([^']*)'")


class UnreadableReplyError(CapstoneError):
    """The reply holds no JSON object that can be read in exactly one way; ``at`` says where."""

    def __init__(self, happened: str, *, at: int) -> None:
        super().__init__(f"{happened} at character {at}.")
        self.at = at


class AmbiguousReplyError(UnreadableReplyError):
    """The reply can be read in more than one way: a key given twice, or two objects."""


class CutShortError(UnreadableReplyError):
    """The reply ends before its object does."""


def parse_extraction(reply: str) -> Extraction:
    """Read a reply as an ``Extraction``; raises as ``parse`` does."""
    return parse(reply, EXTRACTION)


def parse(reply: str, adapter: TypeAdapter[T]) -> T:
    """Read a reply as exactly ``T``.

    Three slips of value are undone, since nothing is guessed in doing so: an integer written as
    text, a text or enum member that stands alone in a list, and an enum member (or a union's tag)
    that fits exactly one member but for its case. Raises ``UnreadableReplyError`` where the syntax
    has no single reading, and ``ContractError`` with each place that does not keep the contract.
    """
    # task 6: begin
    data = json.loads(normalised(reply))
    while True:
        try:
            return adapter.validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            details = error.errors(include_url=False)
        # Undoing one slip may reveal the next; each can be undone only once, so this ends.
        if not [detail for detail in details if _undo(data, detail)]:
            raise ContractError(
                "The reply does not keep the contract.",
                problems=_problems(data, details),
                payload=data,
            )
    # task 6: end


def normalised(reply: str) -> str:
    """Return the one JSON object in ``reply`` as standard JSON, its scalars copied as they stand.

    >>> normalised("Here you are: {'sku': 'A-1', 'note': 'a, ]',}")
    '{"sku":"A-1","note":"a, ]"}'

    Raises ``CutShortError``, ``AmbiguousReplyError`` or, for everything else that cannot be read,
    their parent ``UnreadableReplyError``. Nesting beyond ``MAX_DEPTH`` cannot be read.
    """
    # task 5: begin
    start = reply.find("{")
    if start < 0:
        raise UnreadableReplyError("There is no JSON object", at=0)
    if reply[:start].rstrip().endswith("["):
        raise UnreadableReplyError("There is a list where one object belongs", at=start)
    scanner = _Scanner(reply, start)
    text = scanner.value(depth=0)
    if "{" in reply[scanner.at :]:
        raise AmbiguousReplyError("A second object starts", at=scanner.at)
    return text
    # task 5: end


class _Scanner:
    """Walks over a reply from left to right, writing standard JSON."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def value(self, depth: int) -> str:
        """Copy one value of any kind."""
        if depth > MAX_DEPTH:
            raise UnreadableReplyError("The reply is nested too deeply", at=self.at)
        mark = self._peek()
        if mark == "{":
            return self._object(depth)
        if mark == "[":
            return "[" + ",".join(self._series("]", lambda: self.value(depth + 1))) + "]"
        if mark in "\"'":
            return self._string()
        if found := _NUMBER.match(self.text, self.at) or _WORD.match(self.text, self.at):
            if len(found[0]) > MAX_DIGITS:
                raise UnreadableReplyError("There is a number too long to be one", at=self.at)
            self.at = found.end()
            return _JSON_WORD.get(found[0], found[0])
        raise self._stuck("There is no JSON value")

    def _object(self, depth: int) -> str:
        seen: set[str] = set()

        def member() -> str:
            at, key = self.at, self._key()
            name = json.loads(key)
            if name in seen:
                raise AmbiguousReplyError(f"The key {key} is given twice", at=at)
            seen.add(name)
            self._take(":")
            return f"{key}:{self.value(depth + 1)}"

        return "{" + ",".join(self._series("}", member)) + "}"

    def _series(self, close: str, member: Callable[[], str]) -> list[str]:
        """Copy members up to ``close``; a comma may stand before it."""
        self.at += 1
        members: list[str] = []
        while self._peek() != close:
            members.append(member())
            if self._peek() == close:
                break
            self._take(",")
        self.at += 1
        return members

    def _key(self) -> str:
        if self._peek() not in "\"'":
            raise self._stuck("A key must stand in quotes")
        return self._string()

    def _string(self) -> str:
        """Copy a string; one in single quotes is written with double ones."""
        quote = self.text[self.at]
        self.at += 1
        pieces: list[str] = []
        while (piece := self._piece()) != quote:
            pieces.append({"\\'": "'", '"': '\\"'}.get(piece) or _escaped(piece))
        return '"' + "".join(pieces) + '"'

    def _piece(self) -> str:
        found = _PIECE.match(self.text, self.at)
        if found is None:
            raise self._stuck("There is an unknown escape")
        self.at = found.end()
        return found[0]

    def _peek(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        if self.at == len(self.text):
            raise CutShortError("The reply ends inside its object", at=self.at)
        return self.text[self.at]

    def _take(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._stuck(f"{mark!r} is missing")
        self.at += 1

    def _stuck(self, happened: str) -> UnreadableReplyError:
        ended = self.at == len(self.text)
        return (CutShortError if ended else UnreadableReplyError)(happened, at=self.at)


def _escaped(piece: str) -> str:
    """Escape the control characters of plain text; an escape is left as it is."""
    return piece if piece.startswith("\\") else json.dumps(piece, ensure_ascii=False)[1:-1]


def _undo(data: JsonValue, detail: ErrorDetails) -> bool:
    """Undo one slip in place, and say whether it could be."""
    tag = detail["ctx"]["discriminator"].strip("'") if _misnames_branch(detail) else ()
    steps = steps_in(data, (*detail["loc"], tag) if tag else detail["loc"])
    new = _repaired(value_at(data, steps), detail)
    if new is None:
        return False
    put(data, steps, new)
    return True


def _misnames_branch(detail: ErrorDetails) -> bool:
    return detail["type"] == "union_tag_invalid"


def _repaired(value: JsonValue, detail: ErrorDetails) -> str | int | None:
    if isinstance(value, list) and detail["type"] in {"string_type", "literal_error"}:
        alone = value[0] if len(value) == 1 else None
        return alone if isinstance(alone, str) else None
    if not isinstance(value, str):
        return None
    if detail["type"] == "int_type":
        return int(value) if _INTEGER.fullmatch(value) else None
    context = detail.get("ctx", {})
    expected = str(context.get("expected_tags", context.get("expected", "")))
    fitting = [member for member in _MEMBER.findall(expected) if member.lower() == value.lower()]
    return fitting[0] if len(fitting) == 1 and fitting[0] != value else None


def _problems(data: JsonValue, details: Sequence[ErrorDetails]) -> tuple[Problem, ...]:
    """Name each place at fault, innermost only: a list of bad items is not itself too short."""
    reasons = {steps_in(data, detail["loc"]): _reason(detail) for detail in details}
    inner = [place for place in reasons if not any(_within(other, place) for other in reasons)]
    return tuple(Problem(path=".".join(map(str, place)), reason=reasons[place]) for place in inner)


def _reason(detail: ErrorDetails) -> str:
    """Say what belongs there, without the value that stood there."""
    if _misnames_branch(detail):
        return f"{detail['ctx']['discriminator']} must be one of {detail['ctx']['expected_tags']}"
    return detail["msg"]


def _within(inner: Steps, outer: Steps) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def steps_in(data: JsonValue, loc: Sequence[int | str]) -> Steps:
    """Drop from Pydantic's ``loc`` the names of union branches, which the data does not hold."""
    steps: list[int | str] = []
    here = data
    for index, step in enumerate(loc):
        known = step in here if isinstance(here, dict) else isinstance(step, int)
        if known or index == len(loc) - 1:
            steps.append(step)
            here = value_at(here, (step,))
    return tuple(steps)


def value_at(data: JsonValue, steps: Steps) -> JsonValue:
    """Follow ``steps`` into ``data``; what is not there is None."""
    for step in steps:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def put(data: JsonValue, steps: Steps, value: JsonValue) -> None:
    """Replace the value at ``steps``; a place that does not exist stays so."""
    *outer, last = steps
    holder = value_at(data, tuple(outer))
    if isinstance(holder, dict) and isinstance(last, str):
        holder[last] = value
    if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = value
