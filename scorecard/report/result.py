"""The result of a run, as ``scorecard.json`` holds it.

``clock`` and ``origin`` hold everything that may differ between two runs over the same commit with
the same seed; all else is the same, byte for byte.
"""

from typing import Literal

from pydantic import Field

from scorecard.catalog.model import Pillar
from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Cause, Check, State
from scorecard.origin import GitFacts, Origin
from scorecard.readiness import Readiness
from scorecard.sandbox.confine import Name
from scorecard.spent import Spent
from shared.llm.messages import Frozen

VERSION = "1.1"
READABLE = frozenset({"1.0", VERSION})
"""Versions of the format that can still be read; 1.0 lacks what 1.1 added, all of it optional."""

DIGITS = 12


class TaskResult(Frozen):
    """One task, and whose its body is."""

    id: int
    function: str
    title: str
    ownership: Ownership
    similarity: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Of an own body to the reference: what their normalised syntax trees share.",
    )
    where: str = Field(default="", description="File and line, from the repository's root.")


class ProjectResult(Frozen):
    """One project: its tasks, its checks, and what follows from them."""

    id: str
    slug: str
    title: str
    pillar: Pillar
    skill: str
    tasks: tuple[TaskResult, ...]
    checks: tuple[Check, ...]
    level_reached: int = Field(ge=0, le=3, description="By the code in the tree, whoever wrote it.")
    readiness: Readiness = Field(description="What a person may claim: own work only.")
    digest: str = Field(description="SHA-256 over the project's files.")


class PillarResult(Frozen):
    """One pillar: as ready as its weakest project."""

    pillar: Pillar
    readiness: Readiness
    projects: tuple[str, ...]


class ProblemResult(Frozen):
    """A project that could not be read."""

    slug: str
    where: str
    happened: str
    advice: str


class Evidence(Frozen):
    """What the run rests on: enough to repeat it."""

    commit: str = Field(description="Empty where there is no Git repository.")
    dirty: bool
    lock_sha256: str
    grader_sha256: str = Field(description="Over scorecard, shared and their configuration.")
    seed: int
    model: str
    answers: Literal["simulated", "live"]
    sandbox: Name = Field(description="How the code was confined while criteria were measured.")
    versions: dict[str, str]
    git: GitFacts | None = None


class Clock(Frozen):
    """What may differ from run to run."""

    started_at: str
    finished_at: str
    seconds: float
    from_cache: tuple[str, ...]
    spent: dict[str, Spent] = Field(
        default_factory=dict, description="By project id; nothing where a live model was asked."
    )


class Scorecard(Frozen):
    """Everything a run found."""

    schema_version: Literal["1.0", "1.1"] = "1.1"
    origin: Origin = Origin()
    evidence: Evidence
    pillars: tuple[PillarResult, ...]
    projects: tuple[ProjectResult, ...]
    problems: tuple[ProblemResult, ...] = ()
    interrupted: bool = False
    clock: Clock

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all projects."""
        return tuple(check for project in self.projects for check in project.checks)

    @property
    def exit_code(self) -> int:
        """0 all reached, 1 something failed, 2 something could not be run."""
        if self.interrupted:
            return 2
        missed = [check for check in self.checks if not check.passed]
        if any(failed(check) for check in missed):
            return 1
        return 2 if missed or self.problems else 0

    def json_text(self) -> str:
        """Write it the way the file has it."""
        return self.model_dump_json(indent=2) + "\n"


def failed(check: Check) -> bool:
    """Whether the work is to blame: not where the grader or its surroundings were at fault."""
    if check.state is State.COULD_NOT_CHECK:
        return not check.cause.ours
    blocked = check.cause in {Cause.PREREQUISITE, Cause.LOWER_LEVEL}
    return check.state is State.FAILED or (check.state is State.NOT_REACHED and not blocked)
