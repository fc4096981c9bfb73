"""Answer calls over the worker's own two descriptors, many at a time.

One JSON object a line. In: ``{"project": …}`` once, then ``{"id", "call", "arguments"}``. Out:
``{"ready": true}``, then per call ``{"id", "cpu_s", "returned"}``,
``{"id", "raised", "message"}`` or ``{"id", "state": "memory"}``. ``{"signal"}`` is not answered:
the process sends that signal to itself, as an operator would.
"""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import process_time
from typing import Any

from scorecard.sandbox.doors import DOORS, listen
from scorecard.sandbox.process import INBOX, LONGEST_MESSAGE, OUTBOX
from scorecard.worker.clients import Clients
from scorecard.worker.invoke import Callee, raised
from scorecard.worker.settle import settle

READ = 1 << 16


class Server:
    """Reads calls, runs each as a task of its own, writes what became of them."""

    def __init__(self, outbox: int, clients: Clients, project: str) -> None:
        self._outbox = outbox
        self._clients = clients
        self._project = project
        self._callees: dict[str, Callee] = {}

    async def answer(self, message: dict[str, Any]) -> None:
        """Make one call and send its outcome."""
        head = f'{{"id":{int(message["id"])},'
        try:
            arguments = await self._clients.open(message["arguments"])
            callee, start = self._callee(message["call"]), process_time()
            value = await callee.invoke(arguments)
            head += f'"cpu_s":{process_time() - start:.6f},'
            self.send(head.encode() + b'"returned":' + value + b"}")
        except MemoryError:
            self.send(head.encode() + b'"state":"memory"}')
        except BaseException as error:
            self.send(head.encode() + json.dumps(raised(error)).encode()[1:])
            if isinstance(error, asyncio.CancelledError):
                raise

    def _callee(self, function: str) -> Callee:
        if function not in self._callees:
            self._callees[function] = Callee.find(self._project, function)
        return self._callees[function]

    def send(self, line: bytes) -> None:
        """Write one whole line."""
        rest = memoryview(line + b"\n")
        while rest:
            rest = rest[os.write(self._outbox, rest) :]


async def serve(inbox: int, outbox: int, doors: Sequence[int] = ()) -> None:
    """Answer until the grader closes its end; ``doors`` are descriptors that listen."""
    reader = asyncio.StreamReader(limit=LONGEST_MESSAGE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(inbox, "rb", 0)
    )
    hello = json.loads(await reader.readline())
    running: set[asyncio.Task[None]] = set()
    async with AsyncExitStack() as stack:
        server = Server(outbox, Clients(stack, doors), hello["project"])
        server.send(b'{"ready":true}')
        while line := await reader.readline():
            message = json.loads(line)
            if "signal" in message:
                os.kill(os.getpid(), signal.Signals[message["signal"]])
                continue
            task = asyncio.create_task(server.answer(message))
            running.add(task)
            task.add_done_callback(running.discard)
        for task in running:
            task.cancel()


def main() -> None:
    """Take the descriptors out of the learner's sight, give up what it must not have, serve."""
    settle()
    inbox, outbox = (_private(os.environ.pop(name)) for name in (INBOX, OUTBOX))
    doors = tuple(map(_door, filter(None, os.environ.pop(DOORS, "").split(","))))
    asyncio.run(serve(inbox, outbox, doors))


def _door(where: str) -> int:
    """Take the descriptor that listens, or listen where no descriptor can be handed down."""
    return _private(where) if where.isdigit() else listen(where).detach()


def _private(descriptor: str) -> int:
    """Keep a descriptor from the programs the learner's code may start."""
    os.set_inheritable(int(descriptor), False)
    return int(descriptor)
