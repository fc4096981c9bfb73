"""Regular languages as automata: what a constrained decoder walks while it chooses tokens.

An expression is a function that draws itself into an ``Automaton`` from a state on and returns the
state where it ends (Thompson 1968). A *position* is the set of states one may be in after a text,
and is empty once no continuation could be right.
"""

import string
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from shared.errors import CapstoneError

Position: TypeAlias = frozenset[int]
Expression: TypeAlias = Callable[["Automaton", int], int]

DIGITS = frozenset(string.digits)
MAX_REPEATS = 512
MAX_STATES = 20_000


class UnsupportedSchemaError(CapstoneError):
    """The schema asks for something that this decoder would have to ignore; it refuses instead."""


class Automaton:
    """States joined by characters or by nothing."""

    def __init__(self) -> None:
        self._moves: list[list[tuple[frozenset[str], int]]] = [[]]
        self._skips: list[list[int]] = [[]]
        self._steps: dict[tuple[Position, str], Position] = {}

    def new(self) -> int:
        """Add a state."""
        if len(self._moves) == MAX_STATES:
            raise UnsupportedSchemaError(f"The schema needs more than {MAX_STATES} states.")
        self._moves.append([])
        self._skips.append([])
        return len(self._moves) - 1

    def move(self, start: int, characters: frozenset[str], end: int) -> None:
        """Join two states by one of ``characters``."""
        self._moves[start].append((characters, end))

    def skip(self, start: int, end: int) -> None:
        """Join two states by nothing."""
        self._skips[start].append(end)

    def closed(self, states: Iterable[int]) -> Position:
        """Return the states reached from ``states`` without reading anything."""
        reached = set(states)
        waiting = list(reached)
        while waiting:
            for state in self._skips[waiting.pop()]:
                if state not in reached:
                    reached.add(state)
                    waiting.append(state)
        return frozenset(reached)

    def after(self, position: Position, character: str) -> Position:
        """Return where one is after reading ``character``; to be asked once all is drawn."""
        step = position, character
        if step not in self._steps:
            self._steps[step] = self.closed(
                end
                for state in position
                for characters, end in self._moves[state]
                if character in characters
            )
        return self._steps[step]

    def distances(self, goal: int) -> list[float]:
        """Count, for every state, the fewest characters to ``goal``, walking back from it."""
        before: list[list[tuple[int, int]]] = [[] for _ in self._moves]
        for state, (moves, skips) in enumerate(zip(self._moves, self._skips, strict=True)):
            for end in skips:
                before[end].append((state, 0))
            for _, end in moves:
                before[end].append((state, 1))
        away = [float("inf")] * len(before)
        away[goal] = 0
        waiting = deque([goal])
        while waiting:
            at = waiting.popleft()
            for state, cost in before[at]:
                if away[at] + cost < away[state]:
                    away[state] = away[at] + cost
                    # A skip costs nothing, so whoever it reaches comes before all who wait.
                    (waiting.append if cost else waiting.appendleft)(state)
        return away


def chars(characters: Iterable[str]) -> Expression:
    """Match one of these characters."""
    allowed = frozenset(characters)

    def draw(automaton: Automaton, start: int) -> int:
        end = automaton.new()
        automaton.move(start, allowed, end)
        return end

    return draw


def literal(text: str) -> Expression:
    """Match exactly this text."""
    return sequence(*(chars(character) for character in text))


def sequence(*parts: Expression) -> Expression:
    """Match the parts one after another."""

    def draw(automaton: Automaton, start: int) -> int:
        for part in parts:
            start = part(automaton, start)
        return start

    return draw


def either(*branches: Expression) -> Expression:
    """Match one of the branches."""

    def draw(automaton: Automaton, start: int) -> int:
        end = automaton.new()
        for branch in branches:
            entry = automaton.new()
            automaton.skip(start, entry)
            automaton.skip(branch(automaton, entry), end)
        return end

    return draw


def repeat(part: Expression, low: int, high: int | None) -> Expression:
    """Match the part from ``low`` to ``high`` times, or without an end."""
    if max(low, high or 0) > MAX_REPEATS:
        raise UnsupportedSchemaError(f"A bound over {MAX_REPEATS} is too much for this decoder.")

    def draw(automaton: Automaton, start: int) -> int:
        for _ in range(low):
            start = part(automaton, start)
        end = automaton.new()
        for _ in range((high or low) - low):
            automaton.skip(start, end)
            start = part(automaton, start)
        if high is None:
            hub = automaton.new()
            automaton.skip(start, hub)
            automaton.skip(part(automaton, hub), hub)
            start = hub
        automaton.skip(start, end)
        return end

    return draw


def integers(low: int, high: int) -> Expression:
    """Match every integer from ``low`` to ``high``, written without leading zeros."""
    branches: list[Expression] = []
    if low < 0:
        negative = _naturals(max(1, -high), -low)
        branches += [sequence(literal("-"), branch) for branch in negative]
    if high >= 0:
        branches += _naturals(max(0, low), high)
    return either(*branches)


def _naturals(low: int, high: int) -> Iterator[Expression]:
    """Split a range into parts of the form: a prefix, one digit of a range, any digits."""
    while low <= high:
        width = 0
        # Take the largest block of ten to the width that starts at low and fits.
        while low % 10 ** (width + 1) == 0 and low and low + 10 ** (width + 1) - 1 <= high:
            width += 1
        prefix = str(low)[: len(str(low)) - width]
        any_digits = repeat(chars(DIGITS), width, width)
        yield sequence(literal(prefix), any_digits)
        low += 10**width
