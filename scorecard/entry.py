"""What a person asks of a run, and one project on its way through it."""

from dataclasses import dataclass, field

from scorecard.about import About
from scorecard.catalog.model import Project
from scorecard.evals.court import Patience
from scorecard.ledger import Cause, Check, Kind, Ledger
from scorecard.sandbox.confine import Name


@dataclass(frozen=True)
class Request:
    """What a person asked for; all criteria where ``criteria`` names none."""

    names: tuple[str, ...] = ()
    seed: int = 7
    use_cache: bool = True
    jobs: int = 2
    kinds: frozenset[Kind] = frozenset(Kind)
    patience: Patience = field(default_factory=Patience)
    sandbox: Name = "processes"
    gated: bool = True
    criteria: frozenset[str] = frozenset()

    def wants(self, check: Check) -> bool:
        """Whether this check is to be made."""
        named = not self.criteria or check.kind is not Kind.CRITERION or check.code in self.criteria
        return named and check.kind in self.kinds


@dataclass
class Entry:
    """One project on its way through a run."""

    project: Project
    digest: str
    ledger: Ledger
    about: About = field(default_factory=lambda: About(tasks=(), places={}))
    criteria_error: str = ""
    cached: set[Kind] = field(default_factory=set)

    @property
    def slug(self) -> str:
        """The project's folder."""
        return self.project.slug


def lasting(check: Check) -> bool:
    """Whether the same files would end the same way tomorrow."""
    return check.cause in {
        Cause.NONE,
        Cause.RAISED,
        Cause.NO_CASES,
        Cause.MISSING,
        Cause.PREREQUISITE,
        Cause.LOWER_LEVEL,
    }


def summary(ledger: Ledger, kind: Kind) -> str:
    """Say in a word how a kind of check went."""
    checks = [check for check in ledger.checks if check.kind is kind]
    passed = sum(check.passed for check in checks)
    if len(checks) == 1:
        return str(checks[0].cause or checks[0].state)
    return f"{passed} of {len(checks)}"
