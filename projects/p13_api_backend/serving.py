"""The composition root: a service on uvicorn, from its first socket to its last answer."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Final

import uvicorn

from projects.p13_api_backend.access import new_key
from projects.p13_api_backend.edge import Drain
from projects.p13_api_backend.given.app import create_app
from projects.p13_api_backend.given.contract import Deadline, Options, Order, Role
from projects.p13_api_backend.given.depends import Parts
from projects.p13_api_backend.store import Store
from shared.connection import timed
from shared.llm.model import ChatModel
from shared.postgres.database import connect

SETUP_S: Final = 20.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@asynccontextmanager
async def opened(database: str, model: ChatModel, options: Options) -> AsyncIterator[Parts]:
    """Open what a service stands on; the pool is closed at the end, the model is the caller's."""
    async with connect(database, size=options.connections) as pool:
        store = Store(pool)
        await store.prepare(Deadline.after(SETUP_S))
        yield Parts(keys=store, orders=store, answers=store, pulse=store, model=model)


class Server(uvicorn.Server):
    """uvicorn, except that a signal begins to drain where it would close the door at once."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Turn SIGTERM and SIGINT into a drain while the server runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._drain.begin)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)


async def drained(drain: Drain, options: Options) -> None:
    """Let a service that is to stop finish what it does; the server ends when this returns.

    Readiness is 503 already. For ``notice_s`` the door stays open all the same, so that a load
    balancer sees it and turns away first. Then it is over as soon as no request is in flight
    (``drain.idle``), and after ``drain_s`` more in any case.
    """
    # task 10: begin
    await asyncio.sleep(options.notice_s)
    with suppress(TimeoutError):
        async with asyncio.timeout(options.drain_s):
            await drain.idle.wait()
    # task 10: end


async def stop(server: uvicorn.Server, drain: Drain, options: Options) -> None:
    """Wait for a signal, drain, end the server."""
    await drain.begun.wait()
    try:
        await drained(drain, options)
    finally:
        server.should_exit = True


async def serve(
    listening: socket.socket,
    database: str,
    model: ChatModel,
    options: Options,
    drain: Drain | None = None,
) -> None:
    """Serve on a socket until a signal (or ``drain``) says stop, and what was begun is answered."""
    drain = drain or Drain()
    app = create_app(partial(opened, database, model, options), options=options, drain=drain)
    config = uvicorn.Config(
        app,
        http=timed(options.arrives_s),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config, drain)
    stopping = asyncio.create_task(stop(server, drain, options))
    try:
        await server.serve(sockets=[listening])
    finally:
        stopping.cancel()
        with suppress(asyncio.CancelledError):
            await stopping


async def issue(
    database: str, owner: str, role: Role, burst: float = 1_000, per_s: float = 1_000
) -> str:
    """Make an API key; what is returned is shown once and stored nowhere."""
    text, key = new_key(owner, role)
    async with connect(database, size=1) as pool:
        store = Store(pool)
        await store.prepare(Deadline.after(SETUP_S))
        await store.add_key(key, burst, per_s, Deadline.after(SETUP_S))
    return text


async def stock(database: str, orders: Sequence[Order]) -> None:
    """Put orders into the database."""
    async with connect(database, size=1) as pool:
        store = Store(pool)
        await store.prepare(Deadline.after(SETUP_S))
        await store.add_orders(orders, Deadline.after(SETUP_S))
