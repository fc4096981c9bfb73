"""What verifying found: plain data, as ``--json`` writes it and a cohort keeps it."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from scorecard.catalog.model import Pillar
from scorecard.ledger import State
from scorecard.readiness import Readiness
from scorecard.sandbox.confine import Name
from scorecard.verify.trouble import Trouble
from shared.llm.messages import Frozen


class Outcome(StrEnum):
    """How one check of a claim fared."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_CHECKABLE = "not checkable"
    NOT_CLAIMED = "not claimed"


class Standing(StrEnum):
    """What sort of claim there is."""

    COMPARABLE = "comparable"
    NONE = "none"
    UNREADABLE = "unreadable"
    OTHER_FORMAT = "another version of the format"
    OTHER_GRADER = "another version of the grader"
    OTHER_COMMIT = "another commit"


class Evidence(StrEnum):
    """What a pillar's result rests on, weakest first."""

    NONE = "none"
    CLAIMED = "claimed"
    RE_EXECUTED = "re-executed"
    FRESH = "re-executed with fresh seeds"


class Compared(Frozen):
    """One check: what was claimed, what was found, and how that compares."""

    project: str
    code: str
    title: str
    outcome: Outcome
    claimed: str = ""
    found: str = ""
    why: str = ""
    state: State | None = Field(default=None, description="As re-executed, on the claim's seed.")
    fresh_passed: int | None = None
    fresh: int = 0


class Generalisation(Frozen):
    """A pillar's share of criteria that hold, on the public seed and on fresh ones."""

    public: float
    fresh_mean: float
    worst: float
    worst_seed: int
    gap: float = Field(description="Public minus the mean of fresh; over 0: worse than it looks.")


class PillarVerdict(Frozen):
    """One pillar: what is known of it, and how."""

    pillar: Pillar
    projects: tuple[str, ...]
    evidence: Evidence
    readiness: Readiness = Field(description="As re-executed; own work only.")
    generalisation: Generalisation | None = None


class Verification(Frozen):
    """Everything that verifying one repository found."""

    schema_version: Literal["1.0"] = "1.0"
    repository: str
    commit: str = ""
    trouble: Trouble = Trouble.NONE
    standing: Standing = Standing.NONE
    claim: str = Field(default="", description="One sentence about the claim.")
    public_seed: int | None = None
    fresh_seeds: tuple[int, ...] = ()
    sandbox: Name
    grader_sha256: str = ""
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[Compared, ...] = ()
    pillars: tuple[PillarVerdict, ...] = ()
    own_tasks: int = 0
    tasks: int = 0
    person: str = Field(default="", description="What follows for a person; own work only.")
    verdict: str
    exit_code: int = Field(description="0 all match, 1 mismatch, 2 could not verify.")
    seconds: float = 0

    def count(self, outcome: Outcome) -> int:
        """Count the checks that fared so."""
        return sum(check.outcome is outcome for check in self.checks)

    @property
    def gap(self) -> float | None:
        """The largest generalisation gap of any pillar."""
        gaps = [p.generalisation.gap for p in self.pillars if p.generalisation]
        return max(gaps, default=None)

    def json_text(self) -> str:
        """Write it the way the file has it."""
        return self.model_dump_json(indent=2) + "\n"
