"""Send each project's criteria to a judge of its own, and enter what the judge says.

A judge may be silent only as long as it announced. Then it and its worker are ended, the step it
was at is named, and what it had not judged yet stays unchecked.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scorecard.catalog.model import Project
from scorecard.checks.sources import Needs
from scorecard.evals.expected import criteria_file
from scorecard.evals.order import Order
from scorecard.ledger import Cause, Check, Kind, Ledger, LedgerError, State
from scorecard.place import Place
from scorecard.progress import Progress
from scorecard.sandbox.confine import Name
from scorecard.sandbox.nest import Main, Nest, nesting
from scorecard.sandbox.process import Process, ProtocolError
from scorecard.spent import Spent
from shared.criteria import Measured
from shared.errors import CapstoneError
from shared.settings import Settings

BOOT = Path(__file__).parent.parent / "worker" / "boot.py"
START_S = 60.0
JUDGES: ContextVar[Nest | None] = ContextVar("JUDGES", default=None)


def judging() -> AbstractContextManager[None]:
    """Have judges forked from a process that has all imported, not started one by one.

    To be entered before there is an event loop, or a second thread.
    """
    return nesting(_judge, JUDGES)


def _judge() -> Main:
    """Import it where it is needed: most runs find that nothing changed."""
    from scorecard.evals.judge import main  # noqa: PLC0415 (slow, and in another process)

    return main


@dataclass(frozen=True)
class Patience:
    """Seconds that judging one criterion may take, and that a judge may be late."""

    judging_s: float = 30.0
    grace_s: float = 10.0


class Court:
    """Judges projects, a few at a time; use it as ``async with``."""

    def __init__(
        self,
        place: Place,
        settings: Settings,
        seed: int,
        *,
        jobs: int,
        progress: Progress,
        patience: Patience,
        sandbox: Name,
        gated: bool,
    ) -> None:
        self._place = place
        self._settings = settings
        self._seed = seed
        self._seats = asyncio.Semaphore(jobs)
        self._progress = progress
        self._patience = patience
        self._sandbox: Name = sandbox
        self._gated = gated
        self._stack = AsyncExitStack()
        self._one_at_a_time = asyncio.Lock()
        self._database: str | CapstoneError | None = None

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the database back."""
        await self._stack.__aexit__(kind, error, trace)

    async def database(self) -> str | None:
        """Hold one PostgreSQL for the whole run; None where there is none to be had."""
        async with self._one_at_a_time:
            if self._database is None:
                self._database = await self._open_database()
        return self._database if isinstance(self._database, str) else None

    async def guest(self) -> str | None:
        """Open a database for the tests, whose role may create more and nothing else."""
        from shared.postgres.database import guest_url  # noqa: PLC0415 (slow, and rarely needed)

        url = await self.database()
        if url is None:
            return None
        guest = guest_url(url, may_create=True, may_create_roles=True)
        return await self._stack.enter_async_context(guest)

    async def embeddings(self) -> None:
        """Have built what the embedders are made of: in a sandbox nothing can be."""
        from shared.embeddings.ready import make_ready  # noqa: PLC0415 (rarely needed)

        async with self._one_at_a_time:
            await make_ready(self._place.home)

    async def _open_database(self) -> str | CapstoneError:
        from shared.postgres.server import server  # noqa: PLC0415 (slow, and not always needed)

        settings = self._settings.model_copy(update={"home": self._place.home})
        try:
            return await self._stack.enter_async_context(server(settings))
        except CapstoneError as error:
            return error

    async def judge(
        self, project: Project, ledger: Ledger, needs: Needs, *, only: tuple[str, ...] = ()
    ) -> None:
        """Judge one project; every criterion in ``ledger`` has ended afterwards.

        ``only`` names the criteria that are to be measured; all of them where it is empty.
        """
        async with self._seats:
            if needs.embeddings:
                await self.embeddings()
            url = await self.database() if needs.database else None
            refused = str(self._database) if needs.database and url is None else ""
            try:
                async with self._process() as process:
                    order = self._order(project, url, refused, only)
                    process.send(order.model_dump(mode="json"))
                    cause, detail = await self._follow(process, project, ledger)
            except OSError as error:
                cause, detail = Cause.GRADER, f"No judge could be started ({error})."
            ledger.close(cause, detail, kind=Kind.CRITERION)

    def _process(self) -> Process:
        chosen = {n: v for n, v in os.environ.items() if n.startswith("CAPSTONE_")}
        environment = {**chosen, **self._place.environment()}
        root, paths = self._place.root, self._place.own_paths
        if nest := JUDGES.get():
            return nest.process(environment=environment, folder=root, paths=paths)
        program = (sys.executable, "-I", "-S", "-B", str(BOOT), "scorecard.evals.judge")
        return Process((*program, *map(str, paths)), environment=environment, folder=root)

    def _order(
        self, project: Project, url: str | None, refused: str, only: tuple[str, ...]
    ) -> Order:
        return Order(
            project=project.slug,
            criteria=criteria_file(self._place.root / "projects" / project.slug),
            paths=self._place.paths,
            seed=self._seed,
            model=self._settings.model,
            home=self._place.home,
            database_url=url,
            database_refused=refused,
            memory_mb=project.limits.memory_mb,
            file_mb=project.limits.file_mb,
            judging_s=self._patience.judging_s,
            sandbox=self._sandbox,
            gated=self._gated,
            only=only,
        )

    async def _follow(
        self, process: Process, project: Project, ledger: Ledger
    ) -> tuple[Cause, str]:
        """Enter what the judge says until it is done; return what to say of the rest."""
        step, allow_s = "starting", START_S
        try:
            while True:
                async with asyncio.timeout(allow_s + self._patience.grace_s):
                    message = await process.receive()
                match message:
                    case None:
                        return await _silence(process, step)
                    case {"event": "step", "name": str(step), "allow_s": allowed}:
                        allow_s = float(allowed)
                        self._progress.step(project.slug, Kind.CRITERION, step)
                    case {"event": "ended", "code": str(code)}:
                        ledger.end(read_ending(ledger[code], message))
                    case {"event": "spent", "spent": spent}:
                        ledger.spent = Spent.model_validate(spent)
                    case {"event": "failed", "detail": detail}:
                        return Cause.GRADER, str(detail)
                    case _:
                        return Cause.PROTOCOL, f"The judge sent an unknown event: {message!r:.80}"
        except TimeoutError:
            return Cause.TIMED_OUT, f"{step} took longer than {allow_s:g} s; its judge was ended."
        except (ProtocolError, LedgerError, KeyError, ValueError) as error:
            return Cause.PROTOCOL, f"The judge sent something that is no verdict ({error})."


async def _silence(process: Process, step: str) -> tuple[Cause, str]:
    code = await process.wait()
    if code == 0:
        return Cause.MISSING, "The judge never mentioned it."
    last = process.printed.text.strip().splitlines()[-1:]
    told = f" {last[0][:200]}" if last else ""
    return Cause.CRASHED, f"The judge ended with exit code {code} at {step}.{told}"


def read_ending(expected: Check, message: Mapping[str, Any]) -> Check:
    """Join what was expected with what the judge said."""
    measured = message["measured"]
    return expected.ended(
        State(message["state"]),
        Cause(message["cause"]),
        str(message["detail"]),
        measured=Measured.model_validate(measured) if measured else None,
    )
