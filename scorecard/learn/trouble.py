"""Notice what happened to the learner's files, and say it before anything else does.

A merge conflict, a lost file or tabs would come back from mypy and pytest as a page of errors about
something else. Here each is one sentence with the way out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from scorecard.catalog.model import Task
from scorecard.learn.errors import LearnError
from scorecard.learn.reference import Desk, find_module
from scorecard.learn.texts import (
    by_module,
    located,
    module_of,
    modules,
    public_signatures,
    read_text,
    signatures,
    tree_of,
)
from scorecard.learn.upstream import changed_under
from scorecard.locale import Said, say

CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")


@dataclass(frozen=True)
class Trouble:
    """One thing to see to first: where, what happened, what to do; ``fatal`` stops the checks."""

    where: str
    happened: Said
    advice: Said
    fatal: bool = True


def find_trouble(desk: Desk) -> tuple[Trouble, ...]:
    """List what is wrong with the files themselves."""
    broken = [
        trouble
        for file in modules(desk.folder)
        for trouble in _file(desk, file.relative_to(desk.folder).as_posix())
    ]
    if broken:
        return tuple(broken)
    texts = {f.relative_to(desk.folder).as_posix(): read_text(f) for f in modules(desk.folder)}
    lost = [trouble for task in desk.project.tasks for trouble in _lost(desk, task, texts)]
    if lost:
        return tuple(lost)
    differs = tuple(_changed(desk, texts))
    told = {trouble.where for trouble in differs}
    return (*differs, *(trouble for trouble in _under(desk, texts) if trouble.where not in told))


def _file(desk: Desk, name: str) -> Iterator[Trouble]:
    where = f"{desk.where}/{name}"
    try:
        text = read_text(desk.folder / name)
    except LearnError as error:
        yield Trouble(where, Said(error.happened, {}), Said(error.advice, {}))
        return
    except OSError as error:
        reason = error.strerror or str(error)
        yield Trouble(
            where,
            say("It cannot be read ({reason}).", reason=reason),
            say("Check its permissions."),
        )
        return
    if at := _conflict(text):
        happened = say("There is a merge conflict.")
        if task := _task_at(desk, name, text, at):
            happened = say("There is a merge conflict inside task {id}.", id=task)
        advice = say(
            "Keep what you want of the two sides, and delete the lines <<<<<<<, ======= and "
            ">>>>>>>."
        )
        yield Trouble(f"{where}:{at}", happened, advice)
        return
    yield from _syntax(where, text)


def _syntax(where: str, text: str) -> Iterator[Trouble]:
    try:
        tree_of(text)
    except TabError as error:
        happened = say("Tabs and spaces are mixed.")
        advice = say(
            "Indent with four spaces: `make format` does it once the file can be parsed; most "
            "editors convert it."
        )
        yield Trouble(f"{where}:{error.lineno}", happened, advice)
    except SyntaxError as error:
        happened = say("Python cannot read this line: {why}.", why=error.msg)
        yield Trouble(f"{where}:{error.lineno or 1}", happened, say("Correct it and save."))
    except (ValueError, RecursionError, MemoryError) as error:
        yield Trouble(
            where, say("Python cannot read it: {why}.", why=str(error)), say("Correct it and save.")
        )


def _conflict(text: str) -> int:
    """Return the line of the first conflict; 0 where there is none."""
    lines = text.splitlines()
    if not any(line.startswith(CONFLICT[2]) for line in lines):
        return 0
    return next((at for at, line in enumerate(lines, 1) if line.startswith(CONFLICT[0])), 0)


def _task_at(desk: Desk, name: str, text: str, line: int) -> int:
    """Return the task between whose markers a line lies; 0 for none."""
    above = text.splitlines()[:line]
    for task in desk.project.tasks:
        if task.function.replace(".", "/").startswith(name.removesuffix(".py")):
            marks = [entry.strip() for entry in above]
            if f"# task {task.id}: begin" in marks and f"# task {task.id}: end" not in marks:
                return task.id
    return 0


def _lost(desk: Desk, task: Task, texts: dict[str, str]) -> Iterator[Trouble]:
    """Say where a task went that is not where the criteria look for it."""
    name = module_of(task, texts)
    where = f"{desk.where}/{name}"
    if located(texts.get(name, ""), task) is not None:
        return
    path = task.function.rpartition(".")[2]
    found = [other for other, text in texts.items() if path in public_signatures(text)]
    if name not in texts:
        happened = say(
            "The file is gone, and with it task {id} ({function}).",
            id=task.id,
            function=task.function,
        )
    else:
        happened = say(
            "Task {id} is gone: there is no {function} any more.",
            id=task.id,
            function=task.function,
        )
    if found:
        advice = say(
            "{file} has a function of that name: move it back, the tests and criteria look for "
            "it here.",
            file=f"{desk.where}/{found[0]}",
        )
    elif name in texts and (
        near := get_close_matches(path, public_signatures(texts[name]), n=1, cutoff=0.6)
    ):
        advice = say(
            "Was {near} renamed? Give it back its name, the tests and criteria call it by that.",
            near=near[0],
        )
    else:
        advice = say(
            "Bring it back: `git restore {file}`, or `make reset P={id}` (your files are kept).",
            file=where,
            id=desk.project.id,
        )
    yield Trouble(where, happened, advice)


def _changed(desk: Desk, texts: dict[str, str]) -> Iterator[Trouble]:
    """Say which signatures are not the reference's: the learner's doing, or upstream's."""
    for name, tasks in by_module(desk.project, texts).items():
        try:
            _, reference = find_module(desk, tasks[0])
        except LearnError:
            continue  # without it nothing can be compared; `reset` and `compare` say so
        for task in tasks:
            mine, theirs = located(texts[name], task), located(reference, task)
            if mine is not None and theirs is not None:
                where = f"{desk.where}/{name}:{mine.lineno}"
                yield from _other(where, task, signatures(mine), signatures(theirs))


def _under(desk: Desk, texts: dict[str, str]) -> Iterator[Trouble]:
    """Say under which bodies a merge has changed the signature."""
    for where, task, old, new in changed_under(desk, texts):
        happened = say(
            "The signature of task {id} was `{mine}` when you wrote it; now it is `{asked}`.",
            id=task.id,
            mine=old,
            asked=new,
        )
        advice = say(
            "Your body is kept. See whether it does what the docstring says now; any change in "
            "the body ends this notice."
        )
        yield Trouble(where, happened, advice, fatal=False)


def _other(
    where: str, task: Task, mine: Mapping[str, str], asked: Mapping[str, str]
) -> Iterator[Trouble]:
    for path, signature in asked.items():
        if mine.get(path) != signature:
            happened = say(
                "The signature of task {id} differs: yours is `{mine}`, asked for is `{asked}`.",
                id=task.id,
                mine=mine.get(path, "—"),
                asked=signature,
            )
            advice = say(
                "Your body is kept. Change the signature to what is asked for, then adapt the "
                "body; the docstring upstream says what it means."
            )
            yield Trouble(where, happened, advice, fatal=False)
