"""The ledger: every check that was expected, and how each of them ended, exactly once.

A check that was skipped, crashed, timed out or never reported is *not* passed: whatever is still
open when the ledger closes could not be checked, and stays in every denominator.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field

from scorecard.spent import Spent
from shared.criteria import Failure, Measured
from shared.errors import CapstoneError
from shared.llm.messages import Frozen

LONGEST = 2_000


class LedgerError(CapstoneError):
    """A check ended twice, or one ended that nobody expected."""


class Kind(StrEnum):
    """What sort of check it is."""

    TYPES = "types"
    LINT = "lint"
    TESTS = "tests"
    PRACTICE = "practice"
    CRITERION = "criterion"


class State(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could not check"
    NOT_REACHED = "not reached"


class Cause(StrEnum):
    """Why a check did not pass, where there is more to say than that its threshold was missed."""

    NONE = ""
    RAISED = "raised"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    MEMORY = "killed: memory"
    PROTOCOL = "protocol broken"
    ODD = "odd answer"
    NO_CASES = "no cases"
    MISSING = "missing"
    PREREQUISITE = "prerequisite failed"
    LOWER_LEVEL = "lower level failed"
    RESOURCE = "resource missing"
    INTERRUPTED = "interrupted"
    GRADER = "grader failed"

    @property
    def ours(self) -> bool:
        """Whether the surroundings are to blame rather than the work that is graded."""
        return self in {Cause.RESOURCE, Cause.INTERRUPTED, Cause.GRADER}


class Finding(Frozen):
    """One thing found, and where: ``projects/p02_…/models.py:12``."""

    where: str
    message: str


class Bound(Frozen):
    """The threshold a criterion must reach."""

    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        """Write it the way the board does."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


class Check(Frozen):
    """One check: what was expected of it, and how it ended."""

    code: str
    kind: Kind
    title: str
    level: int = Field(ge=1, le=3)
    threshold: Bound | None = None
    requires: tuple[str, ...] = ()
    advice: str = ""
    state: State = State.COULD_NOT_CHECK
    cause: Cause = Cause.MISSING
    detail: str = ""
    measured: Measured | None = None
    findings: tuple[Finding, ...] = ()
    where: str = Field(default="", description="The code it is about: file and line.")

    def ended(
        self,
        state: State,
        cause: Cause = Cause.NONE,
        detail: str = "",
        *,
        measured: Measured | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> Self:
        """Return this check with its ending."""
        ending = {
            "state": state,
            "cause": cause,
            "detail": detail,
            "measured": measured,
            "findings": findings,
        }
        return self.model_copy(update=ending)

    @property
    def passed(self) -> bool:
        """Whether it passed; nothing else counts."""
        return self.state is State.PASSED


def plain(text: str, most: int = LONGEST) -> str:
    """Write on one line what somebody else said: nothing that moves a cursor or hides."""
    cut = text if len(text) <= most else f"{text[:most]} …"
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "?" for letter in cut
    )


def cleaned(check: Check) -> Check:
    """Make every word that the learner's code may have had a say in plain."""
    found = check.measured
    failures = tuple(
        Failure(**{name: plain(value) for name, value in failure})
        for failure in (found.failures if found else ())
    )
    update = {
        "detail": plain(check.detail),
        "findings": tuple(
            Finding(where=plain(f.where), message=plain(f.message)) for f in check.findings
        ),
        "measured": found.model_copy(update={"failures": failures}) if found else None,
    }
    return check.model_copy(update=update)


class Ledger:
    """One project's checks, in the order expected."""

    def __init__(self, expected: Iterable[Check]) -> None:
        self._expected = {check.code: check for check in expected}
        self._ended: dict[str, Check] = {}
        self.spent: Spent | None = None

    def __getitem__(self, code: str) -> Check:
        """Return a check as expected."""
        return self._expected[code]

    @property
    def open(self) -> tuple[Check, ...]:
        """The checks that have not ended."""
        return tuple(c for code, c in self._expected.items() if code not in self._ended)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check, ended or as expected."""
        return tuple(self._ended.get(code, check) for code, check in self._expected.items())

    def end(self, check: Check) -> None:
        """Enter how a check ended; raises ``LedgerError`` the second time, and for strangers."""
        if check.code not in self._expected:
            raise LedgerError(f"{check.code} was not expected.")
        if check.code in self._ended:
            raise LedgerError(f"{check.code} ended twice.")
        self._ended[check.code] = cleaned(check)

    def ended(self, kind: Kind, *, without: str = "") -> tuple[Check, ...]:
        """The checks of one kind that have ended."""
        ended = self._ended.values()
        return tuple(c for c in ended if c.kind is kind and c.code != without)

    def close(self, cause: Cause, detail: str, *, kind: Kind | None = None) -> None:
        """End what is still open as something that could not be checked."""
        for check in self.open:
            if kind is None or check.kind is kind:
                self.end(check.ended(State.COULD_NOT_CHECK, cause, detail))
