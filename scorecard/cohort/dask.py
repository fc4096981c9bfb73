"""Grade on a Dask cluster: one task a submission, plain JSON there and back.

A worker grades with the checkout that it runs from, and only where that holds the same graders.
The repositories of the list have to be reachable from every worker: URLs, or a shared folder.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from uuid import uuid4

from distributed import Client, LocalCluster, Worker, WorkerPlugin, get_worker

from scorecard.cohort.engine import EngineError
from scorecard.cohort.listing import Submission
from scorecard.cohort.one import grade_one
from scorecard.cohort.order import Order
from scorecard.cohort.seat import Seat
from scorecard.cohort.store import Record
from scorecard.place import GRADER_ROOT

CONNECT_S = 5
LOOK_S = 0.5
"""How often a worker looks whether anybody still wants the answer."""


class SeatHere(WorkerPlugin):
    """Gives each worker a seat, and takes it away with the worker."""

    name = "seat"

    async def setup(self, worker: Worker) -> None:
        """Take a seat when the worker starts."""
        del worker
        self.seat = Seat()

    async def teardown(self, worker: Worker) -> None:
        """End what still runs when the worker leaves."""
        del worker
        await self.seat.__aexit__(None, None, None)


class Dask:
    """Grades on whatever workers the scheduler has, one at a time each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def grade(self, submission: Submission, order: Order, digest: str) -> Record:
        """Hand the submission to the scheduler; another worker takes it where one dies."""
        key = f"grade-{uuid4().hex}"
        asked = (submission.model_dump_json(), order.model_dump_json(), str(GRADER_ROOT), digest)
        future = self._client.submit(grade_there, *asked, key, key=key)
        try:
            return Record.model_validate_json(await future.result())
        except Exception as error:  # noqa: BLE001 (whatever a worker raises is this one's trouble)
            trouble = f"lost on the cluster: {type(error).__name__}: {error}"[:300]
            return Record(submission=submission, order=digest, seconds=0, trouble=trouble)
        finally:
            await future.cancel()


async def grade_there(submission: str, order: str, sender: str, digest: str, key: str) -> str:
    """Grade on a worker, with its own checkout; answers a record as JSON."""
    asked = Submission.model_validate_json(submission)
    wish = Order.model_validate_json(order)
    if wish.root.is_relative_to(sender):
        wish = wish.model_copy(update={"root": GRADER_ROOT / wish.root.relative_to(sender)})
    if wish.digest != digest:
        trouble = f"not started: the worker in {GRADER_ROOT} has other graders"
        return Record(submission=asked, order=digest, seconds=0, trouble=trouble).model_dump_json()
    return (await _while_wanted(grade_one(_seat(), asked, wish, digest), key)).model_dump_json()


def _seat() -> Seat:
    plugin = get_worker().plugins[SeatHere.name]
    assert isinstance(plugin, SeatHere)  # noqa: S101 (registered under this name)
    return plugin.seat


async def _while_wanted(grading: Coroutine[None, None, Record], key: str) -> Record:
    """Grade until the scheduler takes the task back: Dask leaves running what already runs."""
    task = get_worker().state.tasks[key]
    work = asyncio.ensure_future(grading)
    try:
        while task.state == "executing":
            await asyncio.wait({work}, timeout=LOOK_S)
            if work.done():
                break
        else:
            work.cancel()
        return await work
    finally:
        work.cancel()


@asynccontextmanager
async def open_dask(address: str, *, workers: int) -> AsyncIterator[Dask]:
    """Connect to a scheduler, or start one here with ``workers`` processes."""
    if address:
        try:
            client = await Client(address, asynchronous=True, timeout=CONNECT_S)
        except (OSError, ValueError) as error:
            raise EngineError(
                f"No Dask scheduler answers at {address} ({error}).",
                advice="Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
            ) from error
        async with client:
            await client.register_plugin(SeatHere())
            yield Dask(client)
        return
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, asynchronous=True
    )
    async with cluster, Client(cluster, asynchronous=True) as client:
        await client.register_plugin(SeatHere())
        yield Dask(client)
