"""The process that holds one project's cases and expectations, and judges.

It runs the grader's own code and talks to the learner's through a worker. It stands apart from the
command the person started, so that a criterion that hangs or crashes costs its project's verdict
and no more. It is told what to do by one message and answers with a message per step:

``{"event": "step", "name", "allow_s"}`` and ``{"event": "ended", "code", "state", …}``.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scorecard.evals.addresses import Resources
from scorecard.evals.declared import load_criteria
from scorecard.evals.engine import Ending, Engine
from scorecard.evals.order import LIVELY, PYTHON, Order, caches, socket_folder
from scorecard.evals.remote import RemoteSubject, Worker, worker_of
from scorecard.sandbox.confine import View, sandbox
from scorecard.sandbox.doors import DOORS, Door, doors
from scorecard.sandbox.process import INBOX, OUTBOX, Allowance
from scorecard.spent import Spent
from scorecard.worker.settle import MOST_PROCESSES
from shared.errors import CapstoneError
from shared.settings import read_settings

ANSWERING = ("reader", "respond.py", "oracle.py", "heldout.py", "dice.py")
"""What of the simulator answers for the models, and must not be asked directly."""

SLOWER_LIVE = 15.0
"""How many times longer a fact may take where a live model answers: one at home needs it."""


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

    def spent(self, spent: Spent | None) -> None:
        """Say what asking models has cost, where that is known."""
        if spent is not None:
            self._send({"event": "spent", "spent": spent.model_dump(mode="json")})

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
    declared = load_criteria(order.criteria).limited(order.only)
    with (
        tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder,
        doors(Path(folder)) as made,
    ):
        async with _resources(order, Path(folder), made) as resources:
            subject = RemoteSubject(lambda: worker_for(order, Path(folder), made), resources)
            try:
                engine = Engine(
                    declared,
                    subject,
                    order.seed,
                    outbox.step,
                    judging_s=order.judging_s,
                    gated=order.gated,
                    slower=SLOWER_LIVE if resources.live else 1.0,
                )
                await engine.measure(outbox.ended)
                outbox.spent(resources.spent)
            finally:
                await subject.abandon()


def _resources(order: Order, folder: Path, doors: Sequence[Door]) -> Resources:
    settings = read_settings().model_copy(update={"model": order.model})
    return Resources(
        settings,
        seed=order.seed,
        home=order.home,
        database_url=order.database_url,
        refused=order.database_refused,
        relay=None if order.sandbox == "processes" else folder / "model.sock",
        doors=doors,
    )


def worker_for(order: Order, folder: Path, doors: Sequence[Door] = ()) -> Worker:
    """Describe the project's worker, confined as ordered, with ``folder`` to write in."""
    listening = tuple(door.descriptor for door in doors)
    confined = sandbox(order.sandbox)
    scratch = str(confined.scratch(folder))
    environment = {
        "PATH": os.defpath,
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "CAPSTONE_HOME": str(order.home),
        DOORS: ",".join(map(str, listening)),
        "PYDANTIC_DISABLE_PLUGINS": "1",  # looking for them reads every installed package
    }
    if order.sandbox != "processes":  # elsewhere a person's own programs would count
        environment[MOST_PROCESSES] = str(LIVELY)
    boot = Path(__file__).parent.parent / "worker" / "boot.py"
    program = (*PYTHON, str(boot), "scorecard.worker.serve", *map(str, order.paths))
    return worker_of(
        order.project,
        program=confined.confine(program, _view(order, folder)),
        folder=folder,
        environment=environment,
        allowance=Allowance(memory_mb=order.memory_mb, file_mb=order.file_mb),
        descriptors=listening,
    )


def _view(order: Order, folder: Path) -> View:
    """Show the worker its project without tests and criteria, and the code it stands on.

    What of the simulator answers for the models stays out.
    """
    own, *others = order.paths
    project = own / "projects" / order.project
    code = [place / name for place in order.paths for name in ("shared", "scorecard")]
    packages = [place for place in others if place.name.endswith("-packages")]
    return View(
        readable=(
            *(path for path in (own / "projects" / "__init__.py", *code) if path.exists()),
            project,
            *packages,
            *caches(order.home),
            *socket_folder(order.database_url),
            folder,
        ),
        hidden=(
            *(project / n for n in ("criteria.py", "criteria", "tests", "mutants")),
            *(place / "shared" / "simulator" / n for place in order.paths for n in ANSWERING),
        ),
        scratch_mb=order.file_mb or View.scratch_mb,
        memory_mb=order.memory_mb,
        own=folder,
    )


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
