"""What comes back over the boundary, and what share of it is right."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel

from shared.criteria import Failure, Measured, share

Json: TypeAlias = dict[str, Any]

HONEST = {"UnreadableReplyError", "ContractError"}


class Problem(BaseModel):
    """A problem as it crosses the boundary."""

    path: str
    reason: str


def share_of(results: Sequence[tuple[str, bool]], *, expected: str, mode: str) -> Measured:
    """Measure the share of cases that are right; those that are not fail in this mode."""
    failures = [Failure(case=case, expected=expected, mode=mode) for case, ok in results if not ok]
    return share((ok for _, ok in results), failures=failures)
