"""Check a project on every save, and answer keys meanwhile.

A save ends the check that is running and begins a new one, so what is shown is always about the
files as they are.
"""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from watchfiles import Change, DefaultFilter, awatch

from scorecard.learn.commands import Session, beside, check, hint
from scorecard.learn.guide import listing, where_to_go
from scorecard.learn.keyboard import reading_keys
from scorecard.learn.lines import Line, Part, line
from scorecard.learn.reference import Desk, desk_of
from scorecard.sandbox.staging import ALLOWED
from shared.errors import CapstoneError

STEP_MS, DEBOUNCE_MS = 20, 50
QUIT = "quit"

Event: TypeAlias = str | tuple[str, ...]
"""A key, or the names of the files that changed."""


class Work(DefaultFilter):
    """Lets through what a project is made of: no caches, no editor's own files."""

    def __call__(self, change: Change, path: str) -> bool:
        """Say whether a change counts."""
        name = Path(path).name
        ours = Path(path).suffix in ALLOWED and not name.startswith((".", "#"))
        return ours and super().__call__(change, path)


class Watch:
    """One person at work on one project."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._checking: asyncio.Task[None] | None = None
        self._keys = False

    async def run(self) -> int:
        """Watch until somebody quits."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in signals:
            loop.add_signal_handler(number, self._events.put_nowait, QUIT)
        files = asyncio.create_task(self._files())
        try:
            with reading_keys(self._events.put_nowait) as self._keys:
                await self._begin(())
                while (event := await self._events.get()) not in {QUIT, "q"}:
                    await self._answer(event)
        finally:
            files.cancel()
            await self._stop()
            with suppress(asyncio.CancelledError):
                await files
            for number in signals:
                loop.remove_signal_handler(number)
        return 0

    async def _files(self) -> None:
        """Report saves; where the system has no more watches to give, look instead."""
        for polling in (False, True):
            with suppress(OSError, RuntimeError):
                options = {
                    "step": STEP_MS,
                    "debounce": DEBOUNCE_MS,
                    "force_polling": polling or None,
                }
                async for changes in awatch(self._desk.folder, watch_filter=Work(), **options):  # type: ignore[arg-type]  # options of several types
                    names = sorted(
                        {
                            Path(path).relative_to(self._desk.folder).as_posix()
                            for _, path in changes
                        }
                    )
                    await self._events.put(tuple(names))

    async def _answer(self, event: Event) -> None:
        t, session = self._session.t, self._session
        if isinstance(event, tuple):
            await self._begin(event)
            return
        try:
            match event:
                case "h":
                    session.screen.show(hint(session, self._desk))
                case "c":
                    session.screen.show(beside(session, self._desk))
                case "l":
                    road = session.road()
                    session.screen.show(listing(t, road, session.catalog, session.screen.width))
                case "n":
                    road = session.road()
                    session.screen.show(where_to_go(t, road))
                case "r" | "\n":
                    await self._begin(())
                case "?":
                    pass
                case key if key.isprintable() and key != " ":
                    session.screen.show([line(Part(t("No key {key} here.", key=key), "dim"))])
                case _:
                    return
        except CapstoneError as error:
            session.screen.show([line(f"{t(error.happened)} {t(error.advice)}")])
        session.screen.show(self._legend())

    async def _begin(self, names: tuple[str, ...]) -> None:
        """Begin a check, in place of the one that runs."""
        await self._stop()
        session, t = self._session, self._session.t
        session.screen.clear()
        told = (
            t("saved: {files}", files=", ".join(names[:5]))
            if names
            else t("watching {folder}", folder=self._desk.where)
        )
        session.screen.show([line(Part(told, "dim"))])
        self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        try:
            await check(self._session, desk_of(self._desk.place, self._desk.project))
        except CapstoneError as error:
            t = self._session.t
            self._session.screen.show([line(f"{t(error.happened)} {t(error.advice)}")])
        self._session.screen.show(self._legend())

    async def _stop(self) -> None:
        task, self._checking = self._checking, None
        if task and not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _legend(self) -> list[Line]:
        if not self._keys:
            return []
        t = self._session.t
        words = {
            "h": t("hint"),
            "c": t("compare"),
            "n": t("next"),
            "l": t("list"),
            "r": t("run again"),
            "?": t("keys"),
            "q": t("quit"),
        }
        parts = [
            part
            for key, word in words.items()
            for part in (Part(key, "bold"), Part(f":{word}  ", "dim"))
        ]
        return [line(*parts)]
