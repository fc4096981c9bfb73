"""What each command of the learner's road does."""

import argparse
import asyncio
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scorecard.catalog.find import choose
from scorecard.catalog.model import Project
from scorecard.catalog.read import Catalog, read_catalog
from scorecard.catalog.translated import (
    Translated,
    read_translation,
    translate,
    translate_check,
)
from scorecard.cli import COULD_NOT_RUN, FAILED
from scorecard.learn.arguments import numbered, spoken
from scorecard.learn.beside import compare, refuse_too_early
from scorecard.learn.errors import LearnError
from scorecard.learn.examined import Counted, Examined, Standing, standings, waits
from scorecard.learn.feedback import explain, headline, told_check
from scorecard.learn.guide import Stop, listing, next_stop, stops, tell_trouble, where_to_go
from scorecard.learn.hints import give_hint, task_of
from scorecard.learn.lines import Line, Part, Screen, line
from scorecard.learn.reference import Desk, desk_of
from scorecard.learn.standing import last, ownership_of
from scorecard.learn.steps import in_hand
from scorecard.learn.store import Store
from scorecard.learn.trouble import find_trouble
from scorecard.ledger import Check
from scorecard.locale import Translator, say, translator
from scorecard.place import Place, place_of
from shared.settings import Settings

if TYPE_CHECKING:
    from scorecard.learn.start import Done


NOT_BEGUN = frozenset({Standing.REFERENCE, Standing.STUB, Standing.MISSING})


@dataclass(frozen=True)
class Session:
    """Everything one command works with."""

    place: Place
    settings: Settings
    catalog: Catalog
    screen: Screen
    t: Translator

    def desk(self, name: str, command: str = "check") -> Desk:
        """Sit down at the project that ``name`` means: part of its name will do."""
        if not name:
            stop = next_stop(self.road())
            raise LearnError(
                say("Which project?"),
                advice=say(
                    "`make {command} P={id}`; `make list` shows them all.",
                    command=command,
                    id=stop.desk.project.id if stop else "p01",
                ),
            )
        key = name.strip().lower()
        near = [p.slug for p in self.catalog.projects if len(key) > 2 and key in p.slug[4:]]
        (project,) = choose(self.catalog, near if len(near) == 1 else [name])
        return desk_of(self.place, project)

    def words(self, desk: Desk) -> Translated | None:
        """The project's words in the reader's language."""
        return read_translation(desk.folder, self.t.language)

    def shown(self, desk: Desk) -> Project:
        """The project as the reader knows it."""
        return translate(desk.project, self.words(desk))

    def road(self) -> list[Stop]:
        """Look at every project."""
        return stops(self.t, self.place, self.settings, self.catalog)

    def standing(self, desk: Desk) -> dict[int, Standing]:
        """Say where each task stands, as far as the last check knows."""
        return standings(desk.project, ownership_of(desk), last(desk, self.settings))


def open_session(asked: argparse.Namespace) -> Session:
    """Read what every command needs."""
    place, settings = place_of(asked.root)
    t = translator(spoken(asked.lang))
    screen = Screen(plain_text=asked.plain)
    home = writable_home(place.home)
    if home != place.home:
        told = t("{folder} cannot be written; {other} is used.", folder=place.home, other=home)
        screen.show([line(Part("! ", "unsure"), Part(told, "dim"))])
        place = Place(place.root, home)
    return Session(place, settings, read_catalog(place.root), screen, t)


def writable_home(home: Path) -> Path:
    """Return the folder for what may be lost; another where that one cannot be written."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (home, cache / "ai-engineer-capstone"):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return Path(tempfile.mkdtemp(prefix="ai-engineer-capstone-"))


def show_start(asked: argparse.Namespace) -> int:
    """Put the starter in place of the reference."""
    from scorecard.learn.start import start  # noqa: PLC0415 (libcst takes a while)

    session = open_session(asked)
    desk = session.desk(asked.project, "start")
    only = [task_of(desk.project, numbered(text) or 0).id for text in asked.task]
    done = start(desk, only)
    session.screen.show(_done(session.t, desk, done))
    return 0


def show_reset(asked: argparse.Namespace) -> int:
    """Go back, keeping what is there."""
    from scorecard.learn.start import reset  # noqa: PLC0415 (libcst takes a while)

    session = open_session(asked)
    desk = session.desk(asked.project, "reset")
    number = numbered(asked.task)
    if number is not None:
        task_of(desk.project, number)
    done = reset(desk, to_reference=asked.reference, task=number or 0)
    session.screen.show(_done(session.t, desk, done))
    return 0


def _done(t: Translator, desk: Desk, done: "Done") -> list[Line]:
    files = [line("  ", Part(f"{desk.where}/{name}", "code")) for name in done.files]
    told = line(Part("✓ ", "good"), Part(t(done.told), "bold"))
    name = desk.project.id
    step = t(
        "Next: `make next` says where to begin, `make watch P={name}` checks on every save.",
        name=name,
    )
    return [told, *files, line(Part(t(done.back), "dim")), line(Part(step, "bold"))]


def show_next(asked: argparse.Namespace) -> int:
    """Say what to do now, and why."""
    session = open_session(asked)
    road = session.road()
    session.screen.show(where_to_go(session.t, road))
    return 0


def show_list(asked: argparse.Namespace) -> int:
    """Show the projects and how far each is."""
    session = open_session(asked)
    road = session.road()
    session.screen.show(listing(session.t, road, session.catalog, session.screen.width))
    return COULD_NOT_RUN if session.catalog.problems else 0


def show_check(asked: argparse.Namespace) -> int:
    """Check one project and explain what is found."""
    session = open_session(asked)
    desk = session.desk(asked.project)
    number = numbered(asked.task)
    chosen = None if number is None else task_of(desk.project, number).id
    shown = asyncio.run(check(session, desk, chosen, fresh=asked.no_cache))
    return 0 if shown is not None and shown.passed else FAILED


async def check(
    session: Session, desk: Desk, chosen: int | None = None, *, fresh: bool = False
) -> Examined | None:
    """Check and show, with the ``chosen`` task in hand; None where files are in no state for it."""
    from scorecard.learn.check import examine  # noqa: PLC0415 (the judges take a while)

    t, screen = session.t, session.screen
    troubles = find_trouble(desk)
    screen.show(line_ for trouble in troubles for line_ in tell_trouble(t, trouble))
    if any(trouble.fatal for trouble in troubles):
        return None

    if not (desk.place.cache / "mypy").exists():
        slow = t("The first check of all takes longer: mypy reads the whole tree once.")
        screen.show([line(Part(slow, "dim"))])
    words, shown = session.words(desk), session.shown(desk)

    ended: list[Check] = []

    def heard(one: Check, counted: Counted | None) -> None:
        ended.append(one)
        if not waits(one):
            screen.show([told_check(t, translate_check(one, words), counted, ended)])

    found = await examine(desk, session.settings, heard, fresh=fresh)
    standing = standings(desk.project, ownership_of(desk), found)
    criteria = tuple(translate_check(check, words) for check in found.criteria)
    told = found.model_copy(update={"criteria": criteria})
    task = task_of(shown, chosen) if chosen else None
    screen.show(explain(t, shown, told, standing, task))
    screen.show([headline(t, shown, standing)])
    return found


def show_hint(asked: argparse.Namespace) -> int:
    """Give the next hint."""
    session = open_session(asked)
    desk = session.desk(asked.project, "hint")
    session.screen.show(hint(session, desk, numbered(asked.task)))
    return 0


def hint(session: Session, desk: Desk, number: int | None = None) -> list[Line]:
    """Give the next hint of a task; of the one in hand where none is named."""
    shown = session.shown(desk)
    named = number is not None
    task = task_of(shown, number or 0) if named else in_hand(shown, session.standing(desk))
    if task is None:
        raise LearnError(
            say("No task of {project} is open.", project=desk.project.id.upper()),
            advice=say(
                "Name one with --task (make: TASK=2), or begin with `make start P={id}`.",
                id=desk.project.id,
            ),
        )
    return list(give_hint(session.t, Store(session.place), shown, task))


def show_beside(asked: argparse.Namespace) -> int:
    """Show one's own body beside the reference."""
    session = open_session(asked)
    desk = session.desk(asked.project, "compare")
    session.screen.show(beside(session, desk, numbered(asked.task)))
    return 0


def beside(session: Session, desk: Desk, number: int | None = None) -> list[Line]:
    """Compare one task; the last that passes where none is named."""
    examined = last(desk, session.settings)
    standing = standings(desk.project, ownership_of(desk), examined)
    passing = [task.id for task in desk.project.tasks if standing[task.id] is Standing.PASSES]
    own = [task.id for task in desk.project.tasks if standing[task.id] not in NOT_BEGUN]
    chosen = [*own, *passing][-1:] or [desk.project.tasks[0].id]
    task = task_of(session.shown(desk), chosen[0] if number is None else number)
    width = 0 if session.screen.plain else shutil.get_terminal_size().columns
    refuse_too_early(desk, task, standing[task.id], examined)
    return list(compare(session.t, desk, task, width))


def show_watch(asked: argparse.Namespace) -> int:
    """Check on every save until somebody quits."""
    from scorecard.learn.watch import Watch  # noqa: PLC0415 (it builds on the commands above)

    session = open_session(asked)
    return asyncio.run(Watch(session, session.desk(asked.project, "watch")).run())


def show_starters(asked: argparse.Namespace) -> int:
    """Try the rules of a starter on projects as the tree has them: a maintainer's command."""
    from scorecard.learn.rules import try_rules  # noqa: PLC0415 (only this needs it)

    place, settings = place_of(asked.root)
    screen, broken = Screen(), 0
    for project in choose(read_catalog(place.root), asked.projects):
        breaches = asyncio.run(try_rules(place, settings, project))
        broken += bool(breaches)
        mark = Part("✗ ", "bad") if breaches else Part("✓ ", "good")
        screen.show([line(mark, project.slug)])
        screen.show([line(f"    {breach}") for breach in breaches])
    return FAILED if broken else 0


def show_briefs(asked: argparse.Namespace) -> int:
    """Bring the tables in the briefs up to date: a maintainer's command."""
    from scorecard.learn.briefs import renew_briefs  # noqa: PLC0415 (only this needs it)

    place, _ = place_of(asked.root)
    catalog = read_catalog(place.root)
    changed = [f for p in catalog.projects for f in renew_briefs(catalog.folder(p))]
    Screen().show([line(str(file.relative_to(place.root))) for file in changed])
    return 0
