"""Hold to the graders' words what a claim says it is about, and with what it was measured."""

from collections.abc import Iterator

from scorecard.report.result import Evidence, ProjectResult
from scorecard.verify.result import Compared, Outcome
from scorecard.verify.trouble import printable

LONGEST = 200


def described(claimed: ProjectResult, ours: ProjectResult, excuse: str) -> Iterator[Compared]:
    """Compare the words for a project, its checks and its tasks."""
    words = [("id", claimed.id, ours.id), ("title", claimed.title, ours.title)]
    words += [("pillar", claimed.pillar, ours.pillar), ("skill", claimed.skill, ours.skill)]
    checks = {check.code: f"{check.title} {check.advice}" for check in claimed.checks}
    words += [
        (c.code, checks[c.code], f"{c.title} {c.advice}") for c in ours.checks if c.code in checks
    ]
    tasks = {task.id: (task.function, task.title) for task in claimed.tasks}
    words += [
        (f"task {t.id}", " ".join(tasks[t.id]), f"{t.function} {t.title}")
        for t in ours.tasks
        if t.id in tasks
    ]
    for what, theirs, here in words:
        if theirs != here:
            yield Compared(
                project=ours.slug,
                code=f"{what} in words"[:40],
                title="What it is about",
                outcome=Outcome.NOT_CHECKABLE if excuse else Outcome.MISMATCH,
                claimed=printable(theirs)[:LONGEST],
                found=here,
                why=excuse or "The claim describes it otherwise than the graders do.",
            )


def measured_with(theirs: Evidence, here: Evidence) -> Iterator[Compared]:
    """Name a model that a claim speaks of and that nobody asked here, whatever the values are."""
    answers = {"answers": (theirs.answers, here.answers), "model": (theirs.model, here.model)}
    for what, (claimed, found) in answers.items():
        if claimed != found:
            yield Compared(
                project="",
                code=what,
                title="What it was measured with",
                outcome=Outcome.NOT_CHECKABLE,
                claimed=printable(claimed)[:LONGEST],
                found=found,
                why="Nothing of it can be had again here.",
            )
