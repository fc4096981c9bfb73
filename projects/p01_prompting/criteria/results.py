"""Shorthand that the criteria share."""

from collections.abc import Iterable

from shared.criteria import Failure, Measured, share

HONEST = frozenset({"PromptError", "PlanError", "ContextOverflowError", "AblationError"})


def share_of(
    results: Iterable[tuple[str, bool]], *, expected: str = "", mode: str = ""
) -> Measured:
    """Measure the share of named cases that passed, and name those that did not."""
    listed = list(results)
    failures = [Failure(case=case, expected=expected, mode=mode) for case, ok in listed if not ok]
    return share((ok for _, ok in listed), failures=failures)
