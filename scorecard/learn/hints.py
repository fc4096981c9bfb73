"""Give hints one at a time, from a nudge to nearly the answer, and remember which were taken."""

from collections.abc import Iterator

from scorecard.catalog.model import Project, Task
from scorecard.learn.errors import LearnError
from scorecard.learn.lines import Line, Part, line
from scorecard.learn.store import Store
from scorecard.locale import Translator, say


def task_of(project: Project, number: int) -> Task:
    """Find a task by its number; raises ``LearnError`` where there is none."""
    for task in project.tasks:
        if task.id == number:
            return task
    raise LearnError(
        say("{project} has no task {number}.", project=project.id.upper(), number=number),
        advice=say("Its tasks are 1 to {last}.", last=len(project.tasks)),
    )


def give_hint(t: Translator, store: Store, project: Project, task: Task) -> Iterator[Line]:
    """Show the hints taken before, dimmed, and the next one."""
    before = store.hints(project.slug).get(task.id, 0)
    count = min(before + 1, len(task.hints))
    store.take_hints(project.slug, task.id, count)
    yield line(Part(t("Task {id}: {title}", id=task.id, title=task.title), "bold"))
    for number, hint in enumerate(task.hints[:count], start=1):
        new = number == count and before < len(task.hints)
        label = t("hint {n} of {all}", n=number, all=len(task.hints))
        yield line(Part(f"  {label}: ", "dim"), Part(hint, "" if new else "dim"))
    if before >= len(task.hints):
        yield line(
            Part(
                t(
                    "Those were all of them. `make compare P={name} TASK={id}` opens once your "
                    "task passes.",
                    name=project.id,
                    id=task.id,
                ),
                "dim",
            )
        )
