"""Show a learner's body beside the reference, once theirs passes."""

import difflib
from collections.abc import Iterator

from scorecard.catalog.model import Task
from scorecard.learn.errors import LearnError
from scorecard.learn.examined import Examined, Standing, needed
from scorecard.learn.lines import Line, Part, line
from scorecard.learn.reference import Desk, find_module
from scorecard.learn.texts import located, read_text
from scorecard.locale import Translator, say

NARROW = 100


def refuse_too_early(desk: Desk, task: Task, standing: Standing, examined: Examined | None) -> None:
    """Raise ``LearnError`` where it is too early to compare a task, or there is nothing to see."""
    name = desk.project.id
    others = ", ".join(map(str, needed(task.id, examined)))
    if standing is Standing.WAITS:
        raise LearnError(
            say("Every test of task {id} waits for task {others}.", id=task.id, others=others),
            advice=say("The reference of {id} shows once one of them passes.", id=task.id),
        )
    if standing is Standing.UNCHECKED:
        raise LearnError(
            say("The reference of task {id} shows once yours passes its tests.", id=task.id),
            advice=say(
                "It has not been checked since the last change: `make check P={name}`.", name=name
            ),
        )
    if standing is Standing.REFERENCE:
        raise LearnError(
            say("Task {id} is the reference itself.", id=task.id),
            advice=say("`make start P={name}` lets you write it.", name=name),
        )
    if standing is not Standing.PASSES:
        raise LearnError(
            say("The reference of task {id} shows once yours passes its tests.", id=task.id),
            advice=say(
                "`make check P={name}` says what is missing, `make hint P={name} TASK={id}` helps.",
                name=name,
                id=task.id,
            ),
        )


def compare(t: Translator, desk: Desk, task: Task, width: int) -> Iterator[Line]:
    """Compare one task with the reference."""
    file, reference = find_module(desk, task)
    mine = _body(read_text(desk.folder / file), task)
    theirs = _body(reference, task)
    yield line(Part(t("Task {id}: {title}", id=task.id, title=task.title), "bold"))
    if width < NARROW:
        yield from _unified(t, mine, theirs)
    else:
        yield from _columns(t, mine, theirs, (width - 3) // 2)
    share = difflib.SequenceMatcher(None, mine, theirs).ratio()
    yield line(
        Part(
            t(
                "{share} of the lines are the same. Neither is the only good one: what does each "
                "make easy to change?",
                share=f"{share:.0%}",
            ),
            "dim",
        )
    )


def _body(text: str, task: Task) -> list[str]:
    node = located(text, task)
    if node is None:
        return []
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
    return [entry for entry in lines if not entry.strip().startswith("# task ")]


def _unified(t: Translator, mine: list[str], theirs: list[str]) -> Iterator[Line]:
    told = difflib.unified_diff(mine, theirs, t("yours"), t("reference"), lineterm="", n=99)
    for entry in told:
        if not entry.startswith("@@"):
            style = {"+": "good", "-": "bad"}.get(entry[:1], "")
            yield line(Part(entry, style))  # type: ignore[arg-type]  # both are styles


def _columns(t: Translator, mine: list[str], theirs: list[str], room: int) -> Iterator[Line]:
    yield line(Part(f"{t('yours'):<{room}}", "dim"), " │ ", Part(t("reference"), "dim"))
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        left, right = mine[a:b], theirs[c:d]
        for at in range(max(len(left), len(right))):
            one = left[at] if at < len(left) else ""
            other = right[at] if at < len(right) else ""
            same = tag == "equal"
            yield line(
                Part(_cut(one, room), "" if same else "bad"),
                Part(" │ ", "dim"),
                Part(_cut(other, room).rstrip(), "" if same else "good"),
            )


def _cut(text: str, room: int) -> str:
    return f"{text:<{room}}" if len(text) <= room else text[: room - 1] + "…"
