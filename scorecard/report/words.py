"""The sentences that every way of showing a result shares."""

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind, State
from scorecard.locale import ENGLISH, Translator, mark
from scorecard.report.ending import Ending, tally, unwritten, waited_for
from scorecard.report.reasons import told
from scorecard.report.result import ProjectResult, Scorecard, failed

LEVEL_NAMES = (mark("nothing yet"), mark("works"), mark("robust"), mark("senior"))
PERCENT_UNITS = {"share"}


def level_name(level: int) -> str:
    """Name a level."""
    return LEVEL_NAMES[level]


def number(check: Check) -> str:
    """Write a measured value beside its threshold, or a count of findings."""
    if check.measured is None:
        return check.detail if check.state is State.PASSED else ""
    found = check.measured
    interval = "" if found.low is None else f" [{_short(found.low)}, {_short(found.high)}]"
    unit = "" if found.unit in {"share", "score", "ratio", "count"} else f" {found.unit}"
    return f"{_short(found.value)}{interval}{unit}  {check.threshold}  n={found.n}"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def summary(card: Scorecard, t: Translator = ENGLISH) -> str:
    """Count how the checks ended."""
    found = tally((project, check) for project in card.projects for check in project.checks)
    parts = [f"{found[which]} {t(which.value)}" for which in Ending if found[which]]
    lead = t("Interrupted: ") if card.interrupted else ""
    counted = ", ".join(parts) or t("nothing to check")
    return lead + t("{told}, of {n} checks.", told=counted, n=len(card.checks))


def claim(card: Scorecard, t: Translator = ENGLISH) -> str:
    """Say what the result says about a person."""
    tasks = [task for project in card.projects for task in project.tasks]
    own = sum(task.ownership is Ownership.OWN for task in tasks)
    if all(task.ownership is Ownership.REFERENCE for task in tasks):
        return t(
            "Nobody's own work yet: this is the reference. It shows that the house works, and says "
            "nothing of anyone."
        )
    return t(
        "{own} of {all} tasks are somebody's own work; only those count for a person.",
        own=own,
        all=len(tasks),
    )


def advice(card: Scorecard, t: Translator = ENGLISH) -> str:
    """Say what to do next: mend what was begun, write what is not written, then the rest."""
    if card.interrupted:
        return t("Run the same command again; what had been stored is not done twice.")
    if begun := next(filter(unwritten, card.projects), None):
        check = first_open(begun)
        return _mend(begun, check, t) if check and check.level <= 1 else _write(begun, t)
    for project in card.projects:
        if check := first_open(project):
            return _mend(project, check, t)
    if card.problems:
        return t("Next: mend the project.toml named above.")
    return t("Everything here holds. Next: write a task's body yourself, and run this again.")


def _write(project: ProjectResult, t: Translator) -> str:
    task = unwritten(project)[0]
    return t(
        "Next: write task {id} of {project}, {title} ({where}). `make hint P={project}` "
        "gives a nudge.",
        id=task.id,
        project=project.id,
        title=f"“{task.title}”",
        where=task.where or task.function,
    )


def _mend(project: ProjectResult, check: Check, t: Translator) -> str:
    what = f"{project.id} {check.code}, {t(check.title).lower()}"
    return f"{t('Next: {what}.', what=what)} {_how(check, t)}".strip()


def first_open(project: ProjectResult) -> Check | None:
    """The check to see to first: the lowest level, and there what failed before what is unknown.

    A criterion says more of what is wrong than all tests together, so it comes before them. What
    only waits for a task that nobody has written is none of them.
    """
    missed = [c for c in project.checks if not c.passed and not waited_for(project, c)]
    ours = [check for check in missed if check.state is not State.NOT_REACHED]
    order = sorted(ours, key=lambda c: (not failed(c), c.level, c.kind is Kind.TESTS))
    return next(iter(order), None)


def _how(check: Check, t: Translator) -> str:
    if check.kind is Kind.TYPES or check.kind is Kind.LINT:
        return t("The findings are listed above.")
    return t(check.advice).replace("\n", " ") or told(check.detail, t)
