"""Serve the page on loopback, and say by server-sent events when something changed.

Only 127.0.0.1 is listened on, and only requests that name it are answered, so that no other site
can read the page through a name that resolves here.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.middleware.trustedhost import TrustedHostMiddleware
from watchfiles import Change, DefaultFilter, awatch

from scorecard.digest import digest_tree
from scorecard.locale import say, translator
from scorecard.place import Place
from scorecard.report.page.render import Context, page_text, render
from scorecard.report.read import StoredError, read_card, read_verification
from scorecard.report.result import Scorecard
from shared.errors import CapstoneError

HOST = "127.0.0.1"
DEBOUNCE_MS = 200
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class PortError(CapstoneError):
    """The port cannot be had."""


@dataclass(frozen=True)
class Shown:
    """What is shown: a result, the tree it is about, and what is known beside it."""

    place: Place
    source: Path
    context: Context
    verification: Path | None = None

    def text(self) -> str:
        """Write the page as it is now; a result that is not there yet is said, not an error."""
        try:
            card = read_card(self.source)
            verification = read_verification(self.verification) if self.verification else None
        except StoredError as error:
            page = render("waiting.html.jinja", self.context.language, live=True)
            return page.substitute(told=str(error))
        stale = self.stale(card)
        found = replace(self.context, verification=verification, stale=stale, live=True)
        return page_text(card, found)

    def stale(self, card: Scorecard) -> tuple[str, ...]:
        """Name the projects whose files are not those that were graded."""
        folder = self.place.root / "projects"
        known = [p for p in card.projects if p.slug.isidentifier() and (folder / p.slug).is_dir()]
        return tuple(p.slug for p in known if digest_tree(folder / p.slug) != p.digest)


@dataclass
class Changes:
    """Counts what changed, and wakes whoever waits for more."""

    count: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self) -> None:
        """Say that something changed."""
        async with self._news:
            self.count += 1
            self._news.notify_all()

    async def after(self, seen: int) -> int:
        """Wait for more than ``seen``."""
        async with self._news:
            await self._news.wait_for(lambda: self.count > seen)
            return self.count


def make_app(shown: Shown) -> FastAPI:
    """Make the application; it watches while it runs."""
    changes = Changes()

    @asynccontextmanager
    async def watching(_: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_watch(shown, changes, stop))
            yield
            stop.set()

    app = FastAPI(lifespan=watching, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])

    @app.get("/")
    async def page() -> HTMLResponse:
        text = await asyncio.to_thread(shown.text)
        return HTMLResponse(text, headers=HEADERS)

    @app.get("/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[ServerSentEvent]:
        seen = changes.count
        while True:
            seen = await changes.after(seen)
            yield ServerSentEvent(event="changed", data=seen)

    return app


async def _watch(shown: Shown, changes: Changes, stop: asyncio.Event) -> None:
    """Watch the result and the projects; the folder of the result holds much that is no news."""
    source = shown.source.resolve()
    source.parent.mkdir(parents=True, exist_ok=True)
    projects = shown.place.root / "projects"

    def result(_: Change, path: str) -> bool:
        return path == str(source)

    async with asyncio.TaskGroup() as group:
        group.create_task(_forward(source.parent, changes, stop, result, recursive=False))
        if projects.is_dir():
            group.create_task(_forward(projects, changes, stop, DefaultFilter(), recursive=True))


async def _forward(
    folder: Path,
    changes: Changes,
    stop: asyncio.Event,
    wanted: Callable[[Change, str], bool],
    *,
    recursive: bool,
) -> None:
    async for _ in awatch(
        folder, watch_filter=wanted, stop_event=stop, recursive=recursive, debounce=DEBOUNCE_MS
    ):
        await changes.add()


async def serve_page(shown: Shown, port: int) -> int:
    """Serve until interrupted."""
    t = translator(shown.context.language)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise PortError(
                say("Port {port} cannot be had ({why}).", port=port, why=error.strerror),
                advice=say("Choose another: --port 0."),
            ) from error
        address = f"http://{HOST}:{listening.getsockname()[1]}/"
        told = t("{address}, for this machine only; Ctrl-C ends it.", address=address)
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            make_app(shown), log_level="warning", timeout_graceful_shutdown=1, server_header=False
        )
        await uvicorn.Server(config).serve(sockets=[listening])
    return 0
