"""The subject as facts see it: a worker process at the other end of a pipe.

What goes wrong with the *process* (it crashed, it ran out of memory, it broke the protocol) is no
answer of the system. It is raised as ``WorkerLostError``, a ``BaseException``, so that a fact that
expects exceptions cannot take it for one.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from scorecard.ledger import Cause
from scorecard.sandbox.guard import TOO_MUCH_MEMORY
from scorecard.sandbox.meter import Meter
from scorecard.sandbox.process import Allowance, Process, ProtocolError
from scorecard.worker.clients import MARK
from shared.criteria import (
    DatabaseHandle,
    EmbedderHandle,
    Handle,
    ModelHandle,
    Outcome,
    Raised,
    Returned,
    ScriptHandle,
    SocketHandle,
    SubjectRaisedError,
)
from shared.criteria.subject import ModelCall

T = TypeVar("T")
LONGEST_MESSAGE, LONGEST_NAME, MOST_NAMES = 2_000, 100, 20
HANDLES = (ModelHandle, ScriptHandle, EmbedderHandle, DatabaseHandle, SocketHandle)


class WorkerLostError(BaseException):
    """The worker cannot answer any more; ``cause`` names why."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


class Addresses(Protocol):
    """Knows where the clients behind handles connect to."""

    async def of(self, handle: Handle) -> Mapping[str, Any]:
        """Say how to reach it; raises ``CapstoneError`` where it cannot be had."""
        ...

    async def calls(self, model: ModelHandle) -> tuple[ModelCall, ...]:
        """List what was asked through it in this run."""
        ...


class Worker:
    """One worker process and the calls it still owes an answer to; use it as ``async with``."""

    def __init__(self, process: Process, project: str) -> None:
        self._process = process
        self._project = project
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._unclaimed: set[int] = set()
        self._greeted = asyncio.Event()
        self._lost: WorkerLostError | None = None
        self._meter: Meter | None = None

    async def __aenter__(self) -> Self:
        """Start it and greet it."""
        await self._process.__aenter__()
        self._meter = Meter(self._process.pid)
        self._process.send({"project": self._project})
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it and whatever it started."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._process.__aexit__(kind, error, trace)

    @property
    def lost(self) -> bool:
        """Whether it is beyond answering."""
        return self._lost is not None

    async def call(self, function: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; raises ``WorkerLostError`` when no answer will come."""
        await self._greeted.wait()  # so that no call is charged for the start
        if self._lost:
            raise self._lost
        meter = self._meter
        noted = meter.start() if meter else {}
        self._count += 1
        number = self._count
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._process.send({"id": number, "call": function, "arguments": arguments})
        try:
            message = await answer
        finally:
            self._waiting.pop(number, None)
            if not answer.done() or answer.cancelled():
                self._unclaimed.add(number)
        used = meter.since(noted) if meter else None
        return message if used is None else {**message, "cpu_s": used}

    def terminate(self) -> None:
        """Send SIGTERM to the project's process, and to nothing around it."""
        self._process.send({"signal": "SIGTERM"})

    async def _listen(self) -> None:
        try:
            while message := await self._process.receive():
                self._deliver(message)
            code = await self._process.wait()
            self._lose(
                Cause.MEMORY if code == TOO_MUCH_MEMORY else Cause.CRASHED,
                _ending(code, self._process),
            )
        except (ProtocolError, MemoryError) as error:
            self._lose(Cause.PROTOCOL, f"The worker sent something that is no answer ({error}).")

    def _deliver(self, message: dict[str, Any]) -> None:
        if message.get("state") == "memory":
            self._lose(Cause.MEMORY, "The project's process used up the memory it may have.")
            return
        if message == {"ready": True} and not self._greeted.is_set():
            self._greeted.set()
            return
        number = message.pop("id", None)
        if type(number) is not int or not (number in self._waiting or number in self._unclaimed):
            self._lose(Cause.PROTOCOL, "The worker answered a question nobody asked.")
            return
        if not _is_answer(message):
            self._lose(Cause.PROTOCOL, "The worker sent something that is no answer.")
            return
        self._unclaimed.discard(number)
        waiting = self._waiting.pop(number, None)
        if waiting and not waiting.done():
            waiting.set_result(message)

    def _lose(self, cause: Cause, detail: str) -> None:
        self._lost = WorkerLostError(cause, detail)
        self._greeted.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._lost)


def _is_answer(message: Mapping[str, Any]) -> bool:
    """Whether it says what a call returned, or what it raised, and nothing besides."""
    match message:
        case {"returned": _, **rest}:
            used = rest.pop("cpu_s", 0.0)
            return not rest and type(used) in {int, float} and used >= 0
        case {"raised": [str(), *_] as names, "message": str(), **rest}:
            return not rest and all(isinstance(name, str) for name in names)
        case _:
            return False


def _ending(code: int, process: Process) -> str:
    how = f"by signal {code - 128}" if code > 128 else f"with exit code {code}"
    last = process.printed.text.strip().splitlines()[-1:]
    return f"The project's process ended {how}{': ' + last[0][:200] if last else ''}."


class RemoteSubject:
    """A ``Subject`` whose functions run in a worker, started when first called.

    After a worker was lost, or abandoned because it hung, the next call starts a fresh one.
    """

    def __init__(self, start: Callable[[], Worker], addresses: Addresses) -> None:
        self._start = start
        self._addresses = addresses
        self._worker: Worker | None = None
        self._one_at_a_time = asyncio.Lock()
        self.answered = 0

    async def call(self, function: str, /, *, returns: type[T], **arguments: object) -> T:
        """Call and return; raises ``SubjectRaisedError`` when the system does."""
        outcome = await self.attempt(function, **arguments)
        if isinstance(outcome, Raised):
            raise SubjectRaisedError(function, outcome)
        try:
            return TypeAdapter(returns).validate_json(json.dumps(outcome.value))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            message = f"the answer does not fit: {place}: {first['msg']}"
            mismatch = Raised(types=("ReturnMismatchError",), message=message)
            raise SubjectRaisedError(function, mismatch) from error

    async def attempt(self, function: str, /, **arguments: object) -> Outcome:
        """Call where raising is one of the answers."""
        plain = {name: await self._plain(value) for name, value in arguments.items()}
        worker = await self._ready()
        message = await worker.call(function, plain)
        self.answered += 1
        if "raised" in message:
            names = tuple(name[:LONGEST_NAME] for name in message["raised"][:MOST_NAMES])
            raised = Raised(types=names, message=message["message"][:LONGEST_MESSAGE])
            if "NotImplementedError" in raised.types:
                raise SubjectRaisedError(function, raised)  # what is not written refuses nothing
            return raised
        return Returned(value=message["returned"], cpu_s=message.get("cpu_s", 0.0))

    async def calls(self, model: ModelHandle) -> tuple[ModelCall, ...]:
        """List what the simulator was asked through this handle in this run, as it arrived."""
        return await self._addresses.calls(model)

    async def address(self, handle: Handle) -> Mapping[str, Any]:
        """Say where a handle leads."""
        return await self._addresses.of(handle)

    async def terminate(self) -> None:
        """Send SIGTERM to the process that runs the system; nothing where there is none."""
        if self._worker and not self._worker.lost:
            self._worker.terminate()

    async def abandon(self) -> None:
        """End the worker, with everything it runs."""
        worker, self._worker = self._worker, None
        if worker:
            await worker.__aexit__(None, None, None)

    async def _ready(self) -> Worker:
        async with self._one_at_a_time:
            if self._worker and self._worker.lost:
                await self.abandon()
            if self._worker is None:
                self._worker = await self._start().__aenter__()
            return self._worker

    async def _plain(self, value: object) -> Any:
        if isinstance(value, HANDLES):
            return {**await self._addresses.of(value), MARK: value.handle}
        if isinstance(value, Mapping):
            return {str(name): await self._plain(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [await self._plain(item) for item in value]
        return to_jsonable_python(value, bytes_mode="base64")


def worker_of(
    project: str,
    *,
    program: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    allowance: Allowance,
    descriptors: Sequence[int] = (),
) -> Worker:
    """Describe the worker of one project; it starts when entered."""
    process = Process(
        program,
        environment=environment,
        folder=folder,
        allowance=allowance,
        descriptors=descriptors,
    )
    return Worker(process, project)
