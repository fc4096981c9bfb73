"""Declare facts and criteria; the grader finds them by looking at the module's names."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from shared.criteria.measure import Measured


class Level(IntEnum):
    """How far a system has come."""

    WORKS = 1
    ROBUST = 2
    SENIOR = 3


@dataclass(frozen=True)
class Threshold:
    """The value a criterion must reach: at least, or at most."""

    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        """Insist on exactly one bound."""
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("Give a criterion exactly one of at_least and at_most.")

    def holds(self, value: float) -> bool:
        """Say whether ``value`` reaches it; NaN never does."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most

    def __str__(self) -> str:
        """Write it the way the board does."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True)
class Fact:
    """Something gathered once about a system and shared by several criteria."""

    name: str
    needs: tuple[str, ...]
    gather: Callable[..., Awaitable[Any]]
    timeout_s: float


@dataclass(frozen=True)
class Criterion:
    """One measured claim about a system: a stable code, a level, a threshold, a pure function."""

    code: str
    title: str
    level: Level
    threshold: Threshold
    needs: tuple[str, ...]
    judge: Callable[..., Measured]
    requires: frozenset[str]
    advice: str


def fact(*, timeout_s: float = 60) -> Callable[[Callable[..., Awaitable[Any]]], Fact]:
    """Turn an async function into a fact.

    Its parameters are ``subject``, ``seed`` or the names of other facts.
    """

    def declare(gather: Callable[..., Awaitable[Any]]) -> Fact:
        return Fact(
            name=gather.__name__, needs=_parameters(gather), gather=gather, timeout_s=timeout_s
        )

    return declare


def criterion(
    code: str,
    *,
    level: Level,
    at_least: float | None = None,
    at_most: float | None = None,
    requires: tuple[str, ...] = (),
) -> Callable[[Callable[..., Measured]], Criterion]:
    """Turn a pure function of facts into a criterion.

    The first line of its docstring is the title the board shows; the rest is advice for someone
    who does not reach it. ``requires`` names codes that must hold before this one means anything.
    """

    def declare(judge: Callable[..., Measured]) -> Criterion:
        title, _, advice = (inspect.getdoc(judge) or code).partition("\n")
        return Criterion(
            code=code,
            title=title.rstrip("."),
            level=level,
            threshold=Threshold(at_least=at_least, at_most=at_most),
            needs=_parameters(judge),
            judge=judge,
            requires=frozenset(requires),
            advice=inspect.cleandoc(advice),
        )

    return declare


def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
