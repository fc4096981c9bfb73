"""Start a project, and go back: bodies are replaced in place, and nothing is ever lost."""

import shutil
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scorecard.catalog.model import Task
from scorecard.catalog.ownership import Ownership, owned
from scorecard.learn.errors import LearnError
from scorecard.learn.git import undo
from scorecard.learn.polish import polish
from scorecard.learn.reference import (
    Desk,
    find_module,
    find_reference,
    is_reference,
    keep_reference,
)
from scorecard.learn.starter import make_starter
from scorecard.learn.texts import by_module, like, located, modules, read_modules
from scorecard.locale import Said, say

SHOWN = 5


@dataclass(frozen=True)
class Done:
    """What was written, what that means, and how the files before it can be had back."""

    files: tuple[str, ...]
    told: Said
    back: Said


def start(desk: Desk, only: Collection[int] = ()) -> Done:
    """Replace the reference bodies by stubs; raises ``LearnError`` where something is amiss."""
    chosen = _to_open(desk, only)
    if not _is_untouched(desk):
        back = keep(desk)  # what is written stays as it is; a copy costs nothing
    else:
        _refuse_over_uncommitted_work(desk)
        back = say(
            "`make reset P={id} REFERENCE=1` brings the reference back, at any time.",
            id=desk.project.id,
        )
    files = read_modules(desk.folder)
    starter = polish(desk.place, desk.slug, make_starter(desk.project, files, chosen))
    try:
        keep_reference(desk, _references(desk, {name: files[name] for name in starter}))
    except OSError as error:
        if not desk.git.there:
            raise LearnError(
                say(
                    "The reference cannot be kept in {folder} ({why}).",
                    folder=desk.kept,
                    why=error.strerror or error,
                ),
                advice=say(
                    "Nothing was changed. Make that folder writable, or work in a Git clone."
                ),
            ) from None
    _write(desk, starter)
    return Done(
        tuple(sorted(starter)),
        say(
            "{project} is started: {count} of {all} tasks are to be written, in place.",
            project=desk.project.id.upper(),
            count=len(chosen),
            all=len(desk.project.tasks),
        ),
        back,
    )


def _references(desk: Desk, files: Mapping[str, str]) -> dict[str, str]:
    """Leave out the modules in which a task is the learner's already: they were kept before."""
    return {
        name: files[name]
        for name, tasks in by_module(desk.project, files).items()
        if name in files and is_reference(files[name], tasks, desk.record)
    }


def _to_open(desk: Desk, only: Collection[int]) -> list[int]:
    """List the tasks to start: those named, else all that are still the reference."""
    chosen = [task for task in desk.project.tasks if not only or task.id in only]
    begun = [task for task in chosen if _state(desk, task) is not Ownership.REFERENCE]
    if not begun or (not only and len(begun) < len(chosen)):
        return [task.id for task in chosen if task not in begun]
    own = [task for task in begun if _state(desk, task) is Ownership.OWN]
    raise LearnError(
        say(
            "{project} was started already: {own} of {all} tasks are written by you.",
            project=desk.project.id.upper(),
            own=len(own),
            all=len(chosen),
        ),
        advice=say(
            "Go on with `make check P={id}`. To begin again, `make reset P={id}`: your files are "
            "kept.",
            id=desk.project.id,
        ),
    )


def _refuse_over_uncommitted_work(desk: Desk) -> None:
    changed = desk.git.uncommitted(desk.where)
    if changed:
        more = f" (+{len(changed) - SHOWN})" if len(changed) > SHOWN else ""
        raise LearnError(
            say(
                "There is uncommitted work in {folder}: {files}.",
                folder=desk.where,
                files=", ".join(changed[:SHOWN]) + more,
            ),
            advice=say(
                "Nothing was changed. Commit it, or put it aside: "
                "git stash push --include-untracked -- {folder}",
                folder=desk.where,
            ),
        )


def _state(desk: Desk, task: Task) -> Ownership:
    return owned(desk.folder, task, desk.record)


def reset(desk: Desk, *, to_reference: bool = False, task: int = 0) -> Done:
    """Go back to the starter, or to the reference, after keeping what is there."""
    if not to_reference and not task and _is_untouched(desk):
        raise LearnError(
            say(
                "{project} was never started: all of it is reference.",
                project=desk.project.id.upper(),
            ),
            advice=say("Begin with `make start P={id}`.", id=desk.project.id),
        )
    if task and to_reference:
        raise LearnError(
            say("A single task cannot go back to the reference: its helpers would be missing."),
            advice=say("`make compare P={id}` shows it beside yours.", id=desk.project.id),
        )
    new = _one_task(desk, task) if task else _whole(desk, to_reference=to_reference)
    back = keep(desk)
    _write(desk, new)
    told = (
        say("{project} is the reference again.", project=desk.project.id.upper())
        if to_reference
        else say("{project} is a starter again.", project=desk.project.id.upper())
    )
    if task:
        told = say("Task {id} is to be written again.", id=task)
    return Done(tuple(sorted(new)), told, back)


def _is_untouched(desk: Desk) -> bool:
    return all(_state(desk, task) is Ownership.REFERENCE for task in desk.project.tasks)


def _whole(desk: Desk, *, to_reference: bool) -> dict[str, str]:
    reference = find_reference(desk)
    starter = polish(desk.place, desk.slug, make_starter(desk.project, reference))
    keep_reference(desk, {name: reference[name] for name in starter})
    return {name: reference[name] for name in starter} if to_reference else starter


def _one_task(desk: Desk, number: int) -> dict[str, str]:
    """Put the stub of one task where its body is, and leave all else alone."""
    task = next(task for task in desk.project.tasks if task.id == number)
    name, reference = find_module(desk, task)
    files = read_modules(desk.folder)
    mine = files.get(name, "")
    node, theirs = located(mine, task), located(reference, task)
    if node is None or theirs is None:
        raise LearnError(
            say(
                "Task {id} ({function}) is not in {file}.",
                id=number,
                function=task.function,
                file=f"{desk.where}/{name}",
            ),
            advice=say(
                "`make reset P={id}` brings all of the starter back; your files are kept.",
                id=desk.project.id,
            ),
        )
    starter = make_starter(desk.project, {**files, name: reference}, [number])
    stubbed = located(starter[name], task)
    if stubbed is None:
        raise LearnError(say("The starter of task {id} cannot be made.", id=number))
    new = _lines(starter[name], stubbed.lineno, stubbed.end_lineno)
    lines = mine.splitlines(keepends=True)
    lines[node.lineno - 1 : node.end_lineno] = new
    return {name: "".join(_without_twin_marks(lines, number))}


def _lines(text: str, first: int, last: int | None) -> list[str]:
    """Cut a definition out; its end marker is a comment behind its last statement."""
    lines = text.splitlines(keepends=True)
    at = last or first
    while at < len(lines) and lines[at].strip().startswith("# task "):
        at += 1
    return lines[first - 1 : at]


def _without_twin_marks(lines: list[str], number: int) -> list[str]:
    """Drop the end marker that stood behind the body that went."""
    kept: list[str] = []
    for line in lines:
        twin = line.strip() == f"# task {number}: end"
        if not (twin and any(before.strip() == line.strip() for before in kept)):
            kept.append(line)
    return kept


def keep(desk: Desk) -> Said:
    """Keep a copy of the project's folder, and say how to get it back."""
    git, stamp = desk.git, time.strftime("%Y-%m-%dT%H-%M-%S")
    if git.there and not git.uncommitted(desk.where):
        head = (git.ask("rev-parse", "--short=10", "HEAD") or "").strip()
        return say(
            "Your work is in commit {commit}: {undo}", commit=head, undo=undo(head, desk.where)
        )
    message = f"scorecard reset {desk.project.id} {stamp}"
    commit = git.stash(desk.where, message) if git.there else None
    if commit:
        return say("Your work is kept in `git stash list`: {undo}", undo=undo(commit, desk.where))
    copy = _copy(desk, stamp)
    return say("Your work is kept in {folder}.", folder=copy)


def _copy(desk: Desk, stamp: str) -> Path:
    copy = desk.place.home / "kept" / desk.slug / stamp
    for file in modules(desk.folder):
        target = copy / file.relative_to(desk.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return copy


def _write(desk: Desk, files: Mapping[str, str]) -> None:
    """Write all of them or none: each beside its place first, then all moved."""
    drafts: list[tuple[Path, Path]] = []
    at = desk.where
    try:
        for name, text in files.items():
            file = desk.folder / name
            at = f"{desk.where}/{name}"
            old = file.read_bytes() if file.is_file() else b""
            draft = file.with_name(f".{file.name}.scorecard")
            drafts.append((draft, file))
            draft.write_bytes(like(text, old))
            if old:
                shutil.copymode(file, draft)
    except OSError as error:
        raise LearnError(
            say(
                "{file} cannot be written ({why}).",
                file=at,
                why=error.strerror or error,
            ),
            advice=say("Nothing was changed. Make the checkout writable, or work in a copy of it."),
        ) from None
    else:
        for draft, file in drafts:
            draft.replace(file)
    finally:
        for draft, _ in drafts:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
