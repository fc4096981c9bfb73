"""Choose what comes next on a project, and say it: `check`, `watch` and `next` say the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scorecard.catalog.model import Project, Task
from scorecard.learn.examined import Examined, Standing, failing
from scorecard.learn.lines import Line, Part, line
from scorecard.ledger import Check, Finding
from scorecard.locale import Translator

TOOLS = {"types": "mypy", "lint": "ruff"}
BEGUN = {Standing.FAILS, Standing.MISSING}
OPEN = ({Standing.STUB}, {Standing.WAITS})


@dataclass(frozen=True)
class Step:
    """What is in hand: a task, or a check that found something; neither where all is well."""

    task: Task | None = None
    check: Check | None = None


def in_hand(project: Project, standing: Mapping[int, Standing]) -> Task | None:
    """The task to work on: one that was begun, else the first to write, else one that waits."""
    for wanted in (BEGUN, *OPEN):
        if task := _first(project, standing, wanted):
            return task
    return None


def _first(
    project: Project, standing: Mapping[int, Standing], wanted: set[Standing]
) -> Task | None:
    return next((task for task in project.tasks if standing[task.id] in wanted), None)


def choose_step(
    project: Project, standing: Mapping[int, Standing], examined: Examined | None
) -> Step:
    """Tests first, then types and lint of what is written, then the next task, then criteria."""
    if task := _first(project, standing, BEGUN):
        return Step(task)
    checks = (*examined.checks, *examined.criteria) if examined else ()
    for check in failing(checks):
        if check.findings and check.code in TOOLS:
            return Step(in_hand(project, standing), check)
    task = in_hand(project, standing)
    wrong = [c for c in failing(examined.criteria) if not c.cause.ours] if examined else []
    return Step(task, wrong[0] if wrong and task is None else None)


def next_step(
    t: Translator,
    project: Project,
    examined: Examined | None,
    standing: Mapping[int, Standing],
    step: Step,
) -> Iterator[Line]:
    """Say what to do now."""
    if step.check is not None:
        told = _mend(t, project, step.check)
    elif step.task is not None:
        told = _work(t, project, step.task, standing[step.task.id])
    else:
        told = _whole(t, project, examined, standing)
    yield line(Part(told, "bold"))


def _mend(t: Translator, project: Project, check: Check) -> str:
    if check.code not in TOOLS:
        return t(
            "Next: see to {code}; `make hint P={name}` gives a nudge.",
            code=check.code,
            name=project.id,
        )
    found: Finding = check.findings[0]
    tool, where = TOOLS[check.code], found.where
    return t("Next: mend what {tool} found, first {where}.", tool=tool, where=where)


def _work(t: Translator, project: Project, task: Task, standing: Standing) -> str:
    name = project.id
    match standing:
        case Standing.STUB:
            return t(
                "Next: write task {id}. `make hint P={name} TASK={id}` gives a nudge.",
                id=task.id,
                name=name,
            )
        case Standing.MISSING:
            return t("Next: bring task {id} back.", id=task.id)
        case _:
            return t(
                "Next: mend task {id}. `make hint P={name} TASK={id}` gives a nudge.",
                id=task.id,
                name=name,
            )


def _whole(
    t: Translator, project: Project, examined: Examined | None, standing: Mapping[int, Standing]
) -> str:
    name, states = project.id, set(standing.values())
    if states == {Standing.REFERENCE}:
        return t(
            "All of it is the reference. Next: `make start P={name}`, and write it yourself.",
            name=name,
        )
    if examined is None or Standing.UNCHECKED in states:
        return t("Next: `make watch P={name}`, or `make check P={name}` once.", name=name)
    if not examined.passed:
        return t(
            "Next: see to the first of these; `make scorecard P={name}` shows all levels.",
            name=name,
        )
    if Standing.REFERENCE in states:
        return t(
            "Level 1 holds, and what is yours passes. Next: `make start P={name}` opens the tasks "
            "that are still the reference.",
            name=name,
        )
    return t(
        "Level 1 holds. Next: `make scorecard P={name}` for levels 2 and 3, then commit; "
        "`make compare P={name}` shows the reference beside yours.",
        name=name,
    )
