"""The process that holds one project's cases and expectations, and judges.

It runs the grader's own code and talks to the learner's through a worker. It stands apart from the
command the person started, so that a criterion that hangs or crashes costs its project's verdict
and no more. It is told what to do by one message and answers with a message per step:

``{"event": "step", "name", "allow_s"}`` and ``{"event": "ended", "code", "state", …}``.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scorecard.evals.addresses import Resources
from scorecard.evals.declared import load_criteria
from scorecard.evals.engine import Ending, Engine
from scorecard.evals.remote import RemoteSubject, Worker, worker_of
from scorecard.sandbox.confine import Bubblewrap, Name, Processes, View
from scorecard.sandbox.process import INBOX, OUTBOX, Allowance
from shared.errors import CapstoneError
from shared.llm.messages import Frozen
from shared.settings import read_settings

PYTHON = (sys.executable, "-I", "-S", "-B")


class Order(Frozen):
    """What to measure and with what.

    ``paths`` is where the worker imports from, ``home`` where caches live.
    """

    project: str
    criteria: Path
    paths: tuple[Path, ...]
    seed: int
    model: str
    home: Path
    database_url: str | None = None
    database_refused: str = ""
    memory_mb: int = 0
    file_mb: int = 0
    judging_s: float = 30
    sandbox: Name = "processes"
    gated: bool = True


class Outbox:
    """Tells the grader what happens."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def step(self, name: str, allow_s: float) -> None:
        """Say what begins, and how long it may take."""
        self._send({"event": "step", "name": name, "allow_s": allow_s})

    def ended(self, ending: Ending) -> None:
        """Say how a criterion ended."""
        measured = ending.measured
        self._send(
            {
                "event": "ended",
                "code": ending.code,
                "state": ending.state,
                "cause": ending.cause,
                "detail": ending.detail,
                "measured": measured.model_dump(mode="json") if measured else None,
            }
        )

    def failed(self, error: Exception) -> None:
        """Say that nothing can be judged, and why."""
        named = (
            str(error) if isinstance(error, CapstoneError) else f"{type(error).__name__}: {error}"
        )
        self._send({"event": "failed", "detail": named[:500]})

    def _send(self, message: Mapping[str, Any]) -> None:
        rest = memoryview(json.dumps(message).encode() + b"\n")
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


async def measure(order: Order, outbox: Outbox) -> None:
    """Measure one project."""
    declared = load_criteria(order.criteria)
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        async with _resources(order, Path(folder)) as resources:
            subject = RemoteSubject(lambda: worker_for(order, Path(folder)), resources)
            try:
                engine = Engine(
                    declared,
                    subject,
                    order.seed,
                    outbox.step,
                    judging_s=order.judging_s,
                    gated=order.gated,
                )
                await engine.measure(outbox.ended)
            finally:
                await subject.abandon()


def _resources(order: Order, folder: Path) -> Resources:
    settings = read_settings().model_copy(update={"model": order.model})
    return Resources(
        settings,
        seed=order.seed,
        home=order.home,
        database_url=order.database_url,
        refused=order.database_refused,
        relay=None if order.sandbox == "processes" else folder / "model.sock",
    )


def worker_for(order: Order, folder: Path) -> Worker:
    """Describe the project's worker, confined as ordered, with ``folder`` to write in."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "CAPSTONE_HOME": str(order.home),
    }
    boot = Path(__file__).parent.parent / "worker" / "boot.py"
    program = (*PYTHON, str(boot), "scorecard.worker.serve", *map(str, order.paths))
    sandbox = Processes() if order.sandbox == "processes" else Bubblewrap()
    return worker_of(
        order.project,
        program=sandbox.confine(program, _view(order, folder)),
        folder=folder,
        environment=environment,
        allowance=Allowance(memory_mb=order.memory_mb, file_mb=order.file_mb),
    )


def _view(order: Order, folder: Path) -> View:
    """Show the worker its project without tests and criteria, and the code it stands on."""
    own, *others = order.paths
    project = own / "projects" / order.project
    code = [place / name for place in order.paths for name in ("shared", "scorecard")]
    packages = [place for place in others if place.name.endswith("-packages")]
    return View(
        masked=tuple(dict.fromkeys(place for place in order.paths if place not in packages)),
        readable=(
            *(path for path in (own / "projects" / "__init__.py", *code) if path.exists()),
            project,
            *packages,
            *((order.home,) if order.home.exists() else ()),
            *socket_folder(order.database_url),
        ),
        writable=(folder,),
        hidden=tuple(project / n for n in ("criteria.py", "criteria", "tests", "mutants")),
    )


def socket_folder(url: str | None) -> Iterator[Path]:
    """Say where PostgreSQL's socket is, when it has one."""
    for host in parse_qs(urlsplit(url or "").query).get("host", []):
        if host.startswith("/"):
            yield Path(host)


def main() -> None:
    """Read the order, carry it out, report."""
    inbox, descriptor = int(os.environ.pop(INBOX)), int(os.environ.pop(OUTBOX))
    for kept in (inbox, descriptor):
        os.set_inheritable(kept, False)
    outbox = Outbox(descriptor)
    with os.fdopen(inbox, "rb") as orders:
        order = Order.model_validate_json(orders.readline())
        try:
            asyncio.run(measure(order, outbox))
        except Exception as error:  # noqa: BLE001 (whatever it is, the grader must hear of it)
            outbox.failed(error)
