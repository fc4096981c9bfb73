"""Inside pytest, for a learner: say where two values differ, and end a test that does not end.

What it finds is feedback, written by the process that runs the learner's code: nothing is decided
by it. ``scorecard/learn/contrast.py`` reads it.
"""

import builtins
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import CodeType, FrameType
from typing import Any

import pytest

from scorecard.catalog.ownership import STUB
from scorecard.checks.usage import HOOK

CPU_S, WALL_S, AGAIN_S = 3.0, 30.0, 1.0
"""A learner's test takes milliseconds. The first limit is the main thread's own time, which no busy
machine uses up; the other is for a test that waits for ever."""
LONG, SHORT, MOST, SIDE = 280, 40, 3, 30
NOTHING = object()


class TookTooLong(BaseException):
    """A test had not ended when its time was up: ``2 5`` is task 2, after 5 s; 0 is no task."""


class Unwritten(BaseException):
    """A stub was called where Hypothesis tries many examples: it would try to make them smaller."""


class Patience:
    """Ends what takes too long, and at once whatever calls the same task again."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._bodies: dict[CodeType, str] = {}
        self._endless: dict[str, str] = {}
        self._since = 0.0
        self._generated = False
        self.nameless = 0

    def begin(self, *, generated: bool = False) -> None:
        """Start the clocks for a test; whether its examples are ``generated`` is told."""
        self._since, self._generated = time.thread_time(), generated
        signal.setitimer(signal.ITIMER_PROF, CPU_S, AGAIN_S)
        signal.setitimer(signal.ITIMER_REAL, WALL_S, AGAIN_S)

    def end(self) -> None:
        """Stop them."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def called(self, label: str) -> None:
        """Hear of a task's body as it begins to run."""
        self._told(label)
        if label in self._endless:
            raise TookTooLong(self._endless[label])
        code = sys._getframe(1).f_code  # noqa: SLF001 (Python's own way)
        self._bodies.setdefault(code, label)
        if self._generated and (stub := _stub(code)):
            raise Unwritten(f"NotImplementedError: {stub}")

    def late(self, number: int, frame: FrameType | None) -> None:
        """Answer a clock: end the test, and name the task whose body was running."""
        if number == signal.SIGPROF and time.thread_time() - self._since < CPU_S:
            return  # other threads' time
        seconds = CPU_S if number == signal.SIGPROF else WALL_S
        while frame and frame.f_code not in self._bodies:
            frame = frame.f_back
        label = self._bodies[frame.f_code] if frame else ""
        told = f"{label.rpartition(':')[2] or 0} {seconds:g}"
        if label:
            self._endless.setdefault(label, told)
        else:
            self.nameless += 1
        raise TookTooLong(told)


def _stub(code: CodeType) -> str:
    """Return what a starter's stub raises; nothing for a body that is written."""
    told = (const for const in code.co_consts if isinstance(const, str) and STUB.match(const))
    return next(told, "")


PATIENCE = pytest.StashKey[Patience]()


@pytest.hookimpl
def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen in where tasks are heard of, and set the clocks' answer."""
    patience = Patience(getattr(builtins, HOOK, lambda _label: None))
    session.config.stash[PATIENCE] = patience
    setattr(builtins, HOOK, patience.called)
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, patience.late)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Give a test its time; stop the run where two would not end and nobody knows why."""
    patience = item.config.stash[PATIENCE]
    patience.begin(generated=hasattr(getattr(item, "obj", None), "hypothesis"))
    try:
        return (yield)
    finally:
        patience.end()
        if patience.nameless > 1:
            item.session.shouldstop = "tests do not end"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Let nothing be collected while a report is made.

    What a test left unfinished would say so then, with a traceback of its own, and Python 3.11
    cannot parse source for the one while it parses for the other (SystemError).
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        if collecting:
            gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str]:
    """Say what was compared, and where the two differ."""
    one, other = shown(left), shown(right)
    differ: list[str] = []
    if op == "==" and max(len(one), len(other)) > SHORT:
        differ = [f"differ = {entry}" for entry in differences(left, right)][:MOST]
    return [f"{one} {op} {other}", f"op = {op}", f"left = {one}", f"right = {other}", *differ]


def shown(value: object, most: int = LONG) -> str:
    """Write a value on one line, however odd it is."""
    if value is NOTHING:
        return "—"
    try:
        text = " ".join(repr(value).splitlines())
    except Exception as error:  # noqa: BLE001 (the learner's own __repr__)
        text = f"<{type(value).__name__}: its repr raises {type(error).__name__}>"
    return text if len(text) <= most else f"{text[:most]}…"


def differences(left: object, right: object, path: str = "") -> Iterator[str]:
    """Name the places where two values differ: ``[1].text[17:]: 'a' ≠ 'b'``.

    >>> list(differences({"a": [1, 2]}, {"a": [1, 3, 4]}))
    ["['a'] len: 2 ≠ 3", "['a'][1]: 2 ≠ 3", "['a'][2]: — ≠ 4"]
    """
    try:
        if left == right:
            return
    except Exception:  # noqa: BLE001 (the learner's own __eq__)
        yield _apart(path, left, right)
        return
    if isinstance(left, str) and isinstance(right, str):
        yield _texts(left, right, path)
        return
    if _sequences(left, right) and len(left) != len(right):  # type: ignore[arg-type]  # both are
        yield f"{path} len: {len(left)} ≠ {len(right)}".strip()  # type: ignore[arg-type]  # same
    pairs = list(_pairs(left, right))
    if not pairs:
        yield _apart(path, left, right)
    for step, one, other in pairs:
        yield from differences(one, other, f"{path}{step}")


def _apart(path: str, left: object, right: object) -> str:
    return f"{path}: {shown(left, 100)} ≠ {shown(right, 100)}".removeprefix(": ")


def _texts(left: str, right: str, path: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    at = min(len(left), len(right)) if at is None else at
    one, other = (repr(text[at : at + SIDE]) for text in (left, right))
    return f"{path}[{at}:]: {one} ≠ {other}"


def _sequences(left: object, right: object) -> bool:
    return all(isinstance(value, list | tuple) for value in (left, right))


def _pairs(left: Any, right: Any) -> Iterator[tuple[str, object, object]]:
    """Yield what lies at the same place in two values of a kind."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in [*left, *(key for key in right if key not in left)]:
            yield f"[{shown(key, SIDE)}]", left.get(key, NOTHING), right.get(key, NOTHING)
    elif isinstance(left, AbstractSet) and isinstance(right, AbstractSet):
        yield from ((" only left", entry, NOTHING) for entry in left - right)
        yield from ((" only right", NOTHING, entry) for entry in right - left)
    elif _sequences(left, right):
        for at in range(max(len(left), len(right))):
            yield f"[{at}]", _at(left, at), _at(right, at)
    elif type(left) is type(right):
        for name in _fields(left):
            yield f".{name}", getattr(left, name, NOTHING), getattr(right, name, NOTHING)


def _at(values: Sequence[object], at: int) -> object:
    return values[at] if at < len(values) else NOTHING


def _fields(value: object) -> Sequence[str]:
    kind = type(value)
    return tuple(
        getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", None) or ()
    )
