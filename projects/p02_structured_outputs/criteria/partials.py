"""Following a reply while it is written, however the stream is cut."""

import copy
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, JsonValue
from pydantic_core import from_json

from shared.criteria import (
    Failure,
    Level,
    Measured,
    Raised,
    Subject,
    SubjectRaisedError,
    amount,
    criterion,
    fact,
)

from .cases import draw_cases
from .damage import hostile
from .results import share_of


class ChangeWire(BaseModel):
    """A change as it crosses the boundary."""

    path: tuple[str | int, ...]
    op: Literal["set", "append", "close"]
    value: JsonValue = None


@dataclass(frozen=True)
class Streamed:
    """What became of one document under one way of cutting it."""

    case: str
    regressions: int
    same: bool
    lag: float
    closed: bool


Path: TypeAlias = tuple[str | int, ...]


class RegressionError(Exception):
    """A change takes something back."""


def brought_forward(value: JsonValue, change: ChangeWire) -> JsonValue:
    """Apply one change; raises ``RegressionError`` where it takes something back."""
    if change.op == "close":
        return value
    if not change.path:
        if value is not None:
            raise RegressionError
        return copy.deepcopy(change.value)
    holder: Any = value
    try:
        for step in change.path[:-1]:
            holder = holder[step]
        last: Any = change.path[-1]
        known = last in holder if isinstance(holder, dict) else last < len(holder)
        if change.op == "set" and not known:
            if isinstance(holder, list):
                holder.append(copy.deepcopy(change.value))
            else:
                holder[last] = copy.deepcopy(change.value)
        elif change.op == "append" and known:
            holder[last] = _longer(holder[last], change.value)
        else:
            raise RegressionError
    except (KeyError, IndexError, TypeError):
        raise RegressionError from None
    return value


def _longer(old: JsonValue, more: JsonValue) -> str:
    if not isinstance(old, str) or not isinstance(more, str):
        raise RegressionError
    return old + more


def letters(value: JsonValue) -> int:
    """Count the characters of all texts in a value."""
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(map(letters, inner))


async def stream(subject: Subject, name: str, document: str, cuts: list[int]) -> Streamed:
    """Stream a document, replaying what the learner's reader reports after each chunk."""
    chunks = await subject.call(
        "partials.follow", returns=list[list[ChangeWire]], document=document, cuts=cuts
    )
    value: JsonValue = None
    regressions, lag, data = 0, 0, document.encode()
    ended: list[Path] = []
    late = False
    ends = [*cuts, len(data)]
    for end, changes in zip(ends, chunks, strict=True):
        for change in changes:
            late = late or any(change.path[: len(path)] == path for path in ended)
            if change.op == "close":
                ended.append(change.path)
            try:
                value = brought_forward(value, change)
            except RegressionError:
                regressions += 1
        expected = from_json(data[:end] or b"{", allow_partial="trailing-strings")
        lag = max(lag, letters(expected) - letters(value))
    whole = json.loads(document)
    closed = not late and sorted(map(str, ended)) == sorted(map(str, closing(whole, ())))
    return Streamed(name, regressions, value == whole, lag, closed)


def closing(value: JsonValue, path: Path) -> Iterator[Path]:
    """Name every place that opens and has to be closed: texts, lists and objects."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        yield path
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from closing(inner, (*path, step))


@fact()
async def streamed(subject: Subject, seed: int) -> list[Streamed]:
    """Stream documents cut at every byte, one cut at a time and all at once."""
    draw, results = random.Random(seed), []
    for case in draw_cases(seed + 7, 4):
        payload = hostile(case.payload, draw)
        payload["requests"] = payload["requests"][:1]
        ascii_only, indent = draw.random() < 0.5, draw.choice([None, 1])
        document = json.dumps(payload, ensure_ascii=ascii_only, indent=indent)
        size = len(document.encode())
        results.append(await stream(subject, case.id, document, list(range(1, size))))
        results += [
            await stream(subject, f"{case.id} at {cut}", document, [cut]) for cut in range(1, size)
        ]
    return results


# Reference, seeds 101 to 105: 0 each time. A guarantee, so no margin.
@criterion("P02.6a", level=Level.SENIOR, at_most=0)
def partials_never_go_back(streamed: list[Streamed]) -> Measured:
    """However a stream is cut, no field is taken back, replaced or changes its type."""
    wrong = [Failure(case=s.case, actual=str(s.regressions)) for s in streamed if s.regressions]
    return amount(sum(s.regressions for s in streamed), n=len(streamed), failures=wrong)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.6b", level=Level.SENIOR, at_least=1.0)
def partials_end_as_the_whole(streamed: list[Streamed]) -> Measured:
    """However a stream is cut, its last state is what reading it at once gives."""
    return share_of([(s.case, s.same) for s in streamed], expected="the whole", mode="other")


# Reference, seeds 101 to 105: 0 each time. Margin two characters: others may hold an escape back.
@criterion("P02.6c", level=Level.SENIOR, at_most=2)
def partials_are_current(streamed: list[Streamed]) -> Measured:
    """What has come is reported at once: at most two characters are held back."""
    late = [Failure(case=s.case, actual=str(s.lag)) for s in streamed if s.lag > 2]
    return amount(max(s.lag for s in streamed), n=len(streamed), failures=late)


@fact()
async def spoilt_streams(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Stream documents that end too early, give a key twice, or are no JSON, cut anywhere."""
    draw, results = random.Random(f"{seed}/spoilt"), []
    for case in draw_cases(seed + 7, 20):
        text = json.dumps(case.payload, ensure_ascii=draw.random() < 0.5)
        at = draw.randrange(1, len(text) - 1)
        twice = f'{{"version": "1", {text[1:]}'
        odd = draw.choice(["nul", "01", "-", "'2'"])
        for name, error, document in (
            ("sound", "", text),
            ("cut short", "CutShortError", text[:at]),
            ("a key twice", "AmbiguousReplyError", twice),
            ("a key twice, once escaped", "AmbiguousReplyError", twice.replace("v", "\\u0076", 1)),
            ("something after the end", "UnreadableReplyError", f"{text}{draw.choice('{x,]')}"),
            ("no colon", "UnreadableReplyError", text.replace('": ', '" ', 1)),
            ("a comma too many", "UnreadableReplyError", f"{text[:-1]},}}"),
            (
                "no value",
                "UnreadableReplyError",
                text.replace('"2"', odd, 1),
            ),
            ("another bracket", "UnreadableReplyError", f"{text[:-1]}]"),
            ("an unknown escape", "UnreadableReplyError", text.replace('"2"', '"\\x2"', 1)),
            ("a list", "UnreadableReplyError", f"[{text}]"),
        ):
            size = len(document.encode())
            cuts = sorted(draw.sample(range(1, size), min(size - 1, draw.randrange(1, 9))))
            outcome = await subject.attempt("partials.follow", document=document, cuts=cuts)
            types = outcome.types if isinstance(outcome, Raised) else ()
            results.append((f"{case.id}: {name}", error in types if error else not types))
    return results


# Reference, seeds 7, 301 and 302: 1 each time. A guarantee, so no margin.
@criterion("P02.6e", level=Level.SENIOR, at_least=1.0)
def broken_streams_are_named(
    spoilt_streams: list[tuple[str, bool]], streamed: list[Streamed]
) -> Measured:
    """What can be no JSON object raises, a key given twice too; what is complete is closed, once.

    A text, list or object that was closed may be shown as final: nothing comes to it afterwards.
    """
    closed = [(f"{s.case}: closed", s.closed) for s in streamed]
    return share_of([*spoilt_streams, *closed], expected="its own error, or the end", mode="stream")


STEPS = (160, 640, 2_560, 10_240)
CHUNK_BYTES = 24
MOST_GROWTH = 2.0


@fact(timeout_s=120)
async def growths(subject: Subject, seed: int) -> list[tuple[str, float]]:
    """Stream documents, each four times as long, and compare what a chunk costs.

    In processor time, so that no other program counts. A growth that is too large is measured once
    more, since a busy machine slows even that; it stops at the first that stays too large, since
    the next document would take sixteen times as long.
    """
    rows = [json.dumps(case.payload) for case in draw_cases(seed + 8, 4)]
    results = []
    for fewer, more in pairwise(STEPS):
        growth = await _growth(subject, rows, fewer, more)
        if growth > MOST_GROWTH:
            growth = min(growth, await _growth(subject, rows, fewer, more))
        results.append((f"{fewer} to {more} chunks", growth))
        if growth > MOST_GROWTH:
            break
    return results


async def _growth(subject: Subject, rows: Sequence[str], fewer: int, more: int) -> float:
    """Compare what a chunk costs in two documents."""
    before = await _cost(subject, _document(rows, fewer * CHUNK_BYTES))
    return await _cost(subject, _document(rows, more * CHUNK_BYTES)) / before


def _document(rows: Sequence[str], size: int) -> str:
    """Write as many rows as it takes, one after another and again from the first."""
    count = math.ceil(size * len(rows) / sum(map(len, rows)))
    return f'{{"rows": [{", ".join(islice(cycle(rows), count))}]}}'


async def _cost(subject: Subject, document: str) -> float:
    """Measure the processor time of one chunk, the cheapest of five tries."""
    cuts = list(range(CHUNK_BYTES, len(document), CHUNK_BYTES))
    return min([await _seconds(subject, document, cuts) for _ in range(5)]) / len(cuts)


async def _seconds(subject: Subject, document: str, cuts: list[int]) -> float:
    outcome = await subject.attempt("partials.follow", document=document, cuts=cuts)
    if isinstance(outcome, Raised):
        raise SubjectRaisedError("partials.follow", outcome)
    return outcome.cpu_s


# Reference, seeds 101 to 105: 1.1 on average, 1.6 the worst of many runs; reading again from the
# start gives 3 and more, even in C.
@criterion("P02.6d", level=Level.SENIOR, at_most=2.0)
def partials_are_fast(growths: list[tuple[str, float]]) -> Measured:
    """Up to 10,240 chunks, four times the text never doubles the work for a chunk.

    No chunk may make the reader start again: keep its state, and drop what was understood.
    """
    dear = [Failure(case=c, actual=f"{g:.1f}", mode="slow") for c, g in growths if g > MOST_GROWTH]
    return amount(max(g for _, g in growths), n=len(growths), unit="ratio", failures=dear)
