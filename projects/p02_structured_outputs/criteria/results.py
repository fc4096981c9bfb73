"""What comes back over the boundary, and what share of it is right."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel, JsonValue

from shared.criteria import Failure, Measured, Outcome, Raised, share

Json: TypeAlias = dict[str, Any]

HONEST = {"UnreadableReplyError", "ContractError"}
MISSING = "nothing there"


class Problem(BaseModel):
    """A problem as it crosses the boundary."""

    path: str
    reason: str


Row: TypeAlias = tuple[str, bool] | tuple[str, bool, str, str]
"""A case and whether it is right; where it is not, also what was expected and what came."""


def share_of(results: Sequence[Row], *, expected: str, mode: str) -> Measured:
    """Measure the share of cases that are right; those that are not fail in this mode."""
    failures = [
        Failure(
            case=case, expected=told[0] if told else expected, actual="".join(told[1:]), mode=mode
        )
        for case, ok, *told in results
        if not ok
    ]
    return share((row[1] for row in results), failures=failures)


def came(outcome: Outcome) -> str:
    """Say what a call came to, in a few words."""
    if isinstance(outcome, Raised):
        return f"{outcome.types[0]}: {outcome.message}"[:160]
    return f"returned {outcome.value}"[:160]


def first_difference(expected: Json, outcome: Outcome) -> tuple[str, str]:
    """Say at the first place where they differ what was expected there, and what came."""
    if isinstance(outcome, Raised) or not isinstance(outcome.value, dict):
        return "the same payload", came(outcome)
    there = dict(leaves(outcome.value))
    for path, value in sorted(leaves(expected), key=lambda leaf: leaf[0]):
        if there.get(path, MISSING) != value:
            return f"{path}: {value!r}", f"{path}: {there.get(path, MISSING)!r}"
    return "nothing more", str(sorted(there.keys() - dict(leaves(expected)).keys()))[:160]


def validator(schema: Json) -> Callable[[JsonValue], bool]:
    """Make a whole JSON Schema validator, formats included."""
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 (slow to import)

    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid


def leaves(value: JsonValue, path: str = "") -> set[tuple[str, JsonValue]]:
    """List the scalars that are not null, each with its path."""
    if isinstance(value, dict):
        return {leaf for k, v in value.items() for leaf in leaves(v, f"{path}.{k}".strip("."))}
    if isinstance(value, list):
        return {leaf for at, v in enumerate(value) for leaf in leaves(v, f"{path}.{at}")}
    return set() if value is None else {(path, value)}
