"""Run the simulator: in this process for a test or a tool, or alone for a person."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from shared.connection import REQUEST_TIMEOUT_S
from shared.errors import ConfigurationError
from shared.simulator.address import drill_url, server_url, tag_url
from shared.simulator.app import Simulator
from shared.simulator.clock import ClockName, make_clock
from shared.simulator.drills import check_drill
from shared.simulator.heldout import HELD_OUT, held_out
from shared.simulator.plain import PlainAnswers
from shared.simulator.profiles import PROFILES, Profile
from shared.simulator.protocol import protocol
from shared.simulator.respond import Reader
from shared.simulator.scenario import Scenario
from shared.simulator.state import Mode, State

if TYPE_CHECKING:
    from shared.embeddings.model import Embedder

__all__ = ["drill_url", "make_state", "running", "server_url", "serving", "tag_url"]

LOOPBACK: Final = "127.0.0.1"
_BACKLOG: Final = 2_048
_STOP_S: Final = 10.0
_NO_DRILL: Final[Mapping[str, float]] = {}


def make_state(
    *,
    seed: int | bytes = 0,
    clock: ClockName = "virtual",
    mode: Mode = "practice",
    drill: Mapping[str, float] = _NO_DRILL,
    scenario: Scenario | None = None,
    profiles: Mapping[str, Profile] = PROFILES,
    read: Reader | None = None,
    home: Path = Path(".capstone"),
    api_key: str = "",
    grader_token: str = "",
    request_timeout_s: float = REQUEST_TIMEOUT_S,
) -> State:
    """Put a run together; ``read`` replaces the reader, for controls and tests.

    An exam has one model more than practice has, the held-out one.
    """
    if mode == "exam":
        profiles = {**profiles, HELD_OUT: held_out(seed)}
    return State(
        seed=seed,
        clock=make_clock(clock),
        profiles=profiles,
        read=read or _load_reader(),
        embedder=_once(lambda: _load_embedder(home)),
        mode=mode,
        drill=check_drill(drill),
        scenario=scenario,
        api_key=api_key,
        grader_token=grader_token,
        request_timeout_s=request_timeout_s,
    )


def _load_reader() -> Reader:
    from shared.simulator.reader import read  # noqa: PLC0415 - loads its lexicon

    return read


async def _load_embedder(home: Path) -> "Embedder":
    from shared.embeddings.minilm import load_minilm  # noqa: PLC0415 - loads onnxruntime

    return await load_minilm(home)


def _once(load: "Callable[[], Awaitable[Embedder]]") -> "Callable[[], Awaitable[Embedder]]":
    """Load on the first call, and once only."""
    lock = asyncio.Lock()
    loaded: list[Embedder] = []

    async def get() -> "Embedder":
        async with lock:
            if not loaded:
                loaded.append(await load())
        return loaded[0]

    return get


def listen(host: str, port: int) -> socket.socket:
    """Open the server's socket; raises ``ConfigurationError`` where that cannot be."""
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=_BACKLOG,
        )
    except OSError as error:
        raise ConfigurationError(
            f"The simulator cannot listen on {host}:{port} ({error.strerror}).",
            advice="Choose another --port, or 0 for any that is free.",
        ) from error


def base_url(sock: socket.socket) -> str:
    """Give the base URL of a socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def configured(app: Any, http: Any = "httptools") -> uvicorn.Config:
    """Set uvicorn up; what is measured beside the simulator is set up in the same way."""
    return uvicorn.Config(
        app,
        http=http,
        ws="none",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


class Serving:
    """A simulator on a socket."""

    def __init__(self, state: State) -> None:
        self.state = state
        http = protocol(state.request_timeout_s, PlainAnswers(state))
        self._server = uvicorn.Server(configured(Simulator(state), http))

    def run(self, sock: socket.socket) -> None:
        """Serve until told to stop."""
        self._server.run(sockets=[sock])

    def stop(self) -> None:
        """Ask the server to stop; waits in progress end at once."""
        self.state.stopping = True
        self._server.should_exit = True


@asynccontextmanager
async def serving(state: State, *, host: str = LOOPBACK, port: int = 0) -> AsyncIterator[str]:
    """Serve ``state`` from a thread of its own, on loopback unless told; yields the base URL."""
    with listen(host, port) as sock:
        served = Serving(state)
        thread = threading.Thread(target=served.run, args=(sock,), name="simulator", daemon=True)
        thread.start()
        try:
            yield base_url(sock)
        finally:
            served.stop()
            await asyncio.shield(asyncio.to_thread(thread.join, _STOP_S))


@asynccontextmanager
async def running(
    *,
    seed: int | bytes = 0,
    clock: ClockName = "virtual",
    mode: Mode = "practice",
    drill: Mapping[str, float] = _NO_DRILL,
    scenario: Scenario | None = None,
    home: Path = Path(".capstone"),
    grader_token: str = "",
) -> AsyncIterator[str]:
    """Run a simulator while the block lasts; yields its base URL, ``http://127.0.0.1:PORT/v1``.

    The port accepts connections as soon as the URL is known. On the virtual clock nobody waits.
    """
    state = make_state(
        seed=seed,
        clock=clock,
        mode=mode,
        drill=drill,
        scenario=scenario,
        home=home,
        grader_token=grader_token,
    )
    async with serving(state) as url:
        yield url
