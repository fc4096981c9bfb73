"""Say which task a failed test speaks of, where it calls several.

A test that calls one task alone speaks of that one. Where such a test fails, it explains the wider
tests too; where all of a task's own tests pass, the wider ones speak of another.
"""

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from scorecard.catalog.model import Project, Task
from scorecard.learn.contrast import late_task
from scorecard.learn.errors import LearnError
from scorecard.learn.examined import Missed
from scorecard.learn.texts import by_module, located, read_modules, read_text

Calls = Mapping[str, Collection[int]]
"""The tasks that each test calls, by the test's name."""


def blamed(
    root: Path, project: Project, own: Collection[int], wrong: Sequence[Missed], passing: Calls
) -> list[Missed]:
    """Return the failed tests, each with the task it speaks of; 0 where that is nobody's."""
    spans = _spans(root / "projects" / project.slug, project)
    suspects = {missed.name: _suspects(missed, own, spans) for missed in wrong}
    sure = {next(iter(found)) for found in suspects.values() if len(found) == 1}
    sound = {next(iter(tasks)) for tasks in passing.values() if len(tasks) == 1} - sure
    found: list[Missed] = []
    for missed in wrong:
        left = suspects[missed.name]
        left = (left & sure) or (left - sound) or left
        if len(left) > 1:
            left = _named(root, project, missed, left) or left
        found.append(missed.model_copy(update={"blames": min(left, default=0)}))
    return found


def _suspects(missed: Missed, own: Collection[int], spans: Mapping[str, int]) -> set[int]:
    """The learner's tasks that a test calls: one alone where it broke inside that one's body."""
    late = late_task(missed)
    if late and late[0]:
        return {late[0]}
    calls = set(missed.calls) & set(own)
    inside = spans.get(missed.where, 0)
    return {inside} if inside in calls else calls


def _spans(folder: Path, project: Project) -> dict[str, int]:
    """Say of each line of the tasks' bodies whose it is: ``projects/p01_x/a.py:12``."""
    try:
        files = read_modules(folder)
    except LearnError:
        return {}
    found: dict[str, int] = {}
    for name, tasks in by_module(project, files).items():
        for task in tasks:
            node = located(files.get(name, ""), task)
            for line in range(node.lineno, (node.end_lineno or 0) + 1) if node else ():
                found[f"projects/{project.slug}/{name}:{line}"] = task.id
    return found


def _named(root: Path, project: Project, missed: Missed, left: set[int]) -> set[int]:
    """Of several tasks, those that the test's own text calls by name."""
    file, _, test = missed.name.partition("::")
    try:
        tree = ast.parse(read_text(root / file))
    except (OSError, LearnError, SyntaxError, ValueError):
        return set()
    wanted = test.partition("[")[0].rpartition("::")[2]
    bodies = [node for node in ast.walk(tree) if getattr(node, "name", "") == wanted]
    words = set(_words(bodies))
    return {task.id for task in project.tasks if task.id in left and _called(task) & words}


def _called(task: Task) -> set[str]:
    return set(task.function.split(".")[1:])


def _words(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                yield inner.id
            elif isinstance(inner, ast.Attribute):
                yield inner.attr


def narrowest_first(missed: Iterable[Missed], task: Task) -> list[Missed]:
    """Sort failed tests: what calls the fewest tasks first, and of these the module's own file."""
    module = task.function.rpartition(".")[0].replace(".", "/").rpartition("/")[2]

    def far(test: Missed) -> tuple[bool, int]:
        file = Path(test.name.partition("::")[0]).stem
        return file != f"test_{module}", len(test.calls)

    return sorted(missed, key=far)
