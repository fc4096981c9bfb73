"""The sentences that every way of showing a result shares."""

from collections import Counter

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind, State
from scorecard.locale import ENGLISH, Translator, mark
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
    states = Counter(check.state for check in card.checks)
    parts = [f"{states[state]} {t(str(state))}" for state in State if states[state]]
    lead = t("Interrupted: ") if card.interrupted else ""
    told = ", ".join(parts) or t("nothing to check")
    return lead + t("{told}, of {n} checks.", told=told, n=len(card.checks))


def claim(card: Scorecard, t: Translator = ENGLISH) -> str:
    """Say what the result says about a person."""
    tasks = [task for project in card.projects for task in project.tasks]
    own = sum(task.ownership is Ownership.OWN for task in tasks)
    if not own:
        return t(
            "All of it is reference code: this says that the house works, and nothing of anyone."
        )
    return t(
        "{own} of {all} tasks are somebody's own work; only those count for a person.",
        own=own,
        all=len(tasks),
    )


def advice(card: Scorecard, t: Translator = ENGLISH) -> str:
    """Say what to do next."""
    if card.interrupted:
        return t("Run the same command again; what had been stored is not done twice.")
    for project in card.projects:
        check = first_open(project)
        if check is not None:
            told = t("Next: {what}.", what=f"{project.id} {check.code}, {t(check.title).lower()}")
            return f"{told} {_how(check, t)}".strip()
    if card.problems:
        return t("Next: mend the project.toml named above.")
    return t("Everything here holds. Next: write a task's body yourself, and run this again.")


def first_open(project: ProjectResult) -> Check | None:
    """The check to see to first: what failed, before what could not be checked."""
    missed = [check for check in project.checks if not check.passed]
    ours = [check for check in missed if check.state is not State.NOT_REACHED]
    return next((check for check in ours if failed(check)), next(iter(ours), None))


def _how(check: Check, t: Translator) -> str:
    if check.kind is Kind.TYPES or check.kind is Kind.LINT:
        return t("The findings are listed above.")
    return t(check.advice).replace("\n", " ") or check.detail
