"""What the grader provides to a system under measurement: models, an embedder, databases.

Each is started when first asked for. A live model is tried once before it is handed out, so that
an unreachable server or a bad key is one clear sentence rather than a hundred failed cases.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, assert_never
from urllib.parse import urlsplit

from scorecard.evals.engine import NeedsSimulatorError, ResourceError
from scorecard.sandbox.doors import Door
from scorecard.sandbox.relay import socket_to_port
from scorecard.spent import Spent, add_up
from shared.criteria import (
    DatabaseHandle,
    EmbedderHandle,
    Handle,
    ModelHandle,
    ScriptHandle,
    SocketHandle,
)
from shared.criteria.subject import ModelCall
from shared.errors import CapstoneError
from shared.llm.messages import ChatRequest, user
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.simulator.state import State


CHANCE = "sim-null"
"""The control that answers without reading: the simulator's, also beside a live model."""


class Resources:
    """Everything handed out in one project's run; closed together."""

    def __init__(
        self,
        settings: Settings,
        *,
        seed: int,
        home: Path,
        database_url: str | None,
        refused: str = "",
        relay: Path | None = None,
        doors: Sequence[Door] = (),
    ) -> None:
        self._seed = seed
        self._settings = settings
        self._secret = secrets.token_bytes(16)
        self._live: Settings | None = None
        self._state: State | None = None
        self._url = ""
        self._home = home
        self._database_url = database_url
        self._refused = refused
        self._relay = relay
        self._doors = doors
        self._relayed: set[str] = set()
        self._stack = AsyncExitStack()
        self._databases: dict[str, str] = {}

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
        """Close what was opened, newest first."""
        await self._stack.__aexit__(kind, error, trace)

    async def of(self, handle: Handle) -> Mapping[str, Any]:
        """Say how to reach it; raises ``ResourceError`` where it cannot be had."""
        try:
            match handle:
                case ModelHandle():
                    return await self._model_address(handle)
                case ScriptHandle():
                    return handle.model_dump(mode="json")
                case EmbedderHandle():
                    return {"variant": handle.variant, "home": str(self._home)}
                case DatabaseHandle():
                    return {"url": await self._database(handle)}
                case SocketHandle():
                    return {"number": handle.number, "path": str(self._doors[handle.number].path)}
                case unreachable:
                    assert_never(unreachable)
        except ResourceError:
            raise
        except CapstoneError as error:
            raise ResourceError(error.happened, advice=error.advice) from error

    @property
    def live(self) -> bool:
        """Whether a live model stands in for the simulated ones."""
        return not self._settings.simulated

    async def _database(self, handle: DatabaseHandle) -> str:
        from shared.postgres.database import guest_url  # noqa: PLC0415 (slow, and rarely needed)

        if self._database_url is None:
            happened = self._refused or "There is no database."
            raise ResourceError(happened, advice="`scorecard doctor` says more.")
        if handle.label not in self._databases:
            guest = guest_url(self._database_url, may_create_roles=handle.roles)
            self._databases[handle.label] = await self._stack.enter_async_context(guest)
        return self._databases[handle.label]

    async def _own_server(self, handle: ModelHandle) -> Mapping[str, Any]:
        """Lead to a server that a fact runs itself."""
        address = {
            "base_url": handle.server,
            "model": handle.profile,
            "api_key": "no-key",
            "dialect": "openai",
        }
        if self._relay is None:
            return address
        port = urlsplit(handle.server).port or 0
        socket = self._relay.with_name(f"model-{port}.sock")
        if handle.server not in self._relayed:
            self._relayed.add(handle.server)
            await self._stack.enter_async_context(socket_to_port(socket, port))
        return {**address, "relay": str(socket)}

    async def _model_address(self, handle: ModelHandle) -> Mapping[str, Any]:
        if handle.server:
            return await self._own_server(handle)
        if self.live and handle.profile != CHANCE:
            return await self._live_address(handle)
        from shared.simulator.address import read_address  # noqa: PLC0415 (slow to import)
        from shared.simulator.server import drill_url, tag_url  # noqa: PLC0415 (same)

        url = tag_url(drill_url(await self._simulator(), handle.drill), self._tag(handle))
        if self._state and self._state.grants is not None:
            self._state.grants[read_address(urlsplit(url).path).scope] = handle.profile
        address = {
            "base_url": url,
            "model": handle.profile,
            "api_key": "no-key",
            "dialect": "openai",
        }
        return {**address, "relay": str(self._relay)} if self._relay else address

    async def _live_address(self, handle: ModelHandle) -> Mapping[str, Any]:
        if self._relay:
            raise ResourceError(
                "A sandbox without a network cannot reach a live model.",
                advice="Run with --sandbox none, which the result will say.",
            )
        if handle.drill:
            raise NeedsSimulatorError(
                "A drill needs the simulator, and a live model was chosen.",
                advice="Unset CAPSTONE_MODEL and CAPSTONE_BASE_URL for this criterion.",
            )
        if self._live is None:
            self._live = await try_model(self._settings)
        settings = self._live
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        url = str(settings.base_url or "").rstrip("/")
        return {
            "base_url": url,
            "model": settings.model,
            "api_key": key,
            "dialect": settings.dialect,
        }

    async def _simulator(self) -> str:
        """Start the simulator, closed to whoever does not hold this run's token."""
        if self._state is None:
            from shared.simulator.server import make_state, serving  # noqa: PLC0415 (slow)

            token = secrets.token_hex(16)
            self._state = make_state(
                seed=self._seed, home=self._home, mode="exam", grader_token=token
            )
            self._state.grants = {}
            self._url = await self._stack.enter_async_context(serving(self._state))
            if self._relay:
                relay = socket_to_port(self._relay, urlsplit(self._url).port or 0)
                await self._stack.enter_async_context(relay)
        return self._url

    @property
    def spent(self) -> Spent | None:
        """What was asked of the simulator so far; None where a live model was there to be asked."""
        if self.live:
            return None
        if self._state is None:
            return add_up(())
        return add_up(self._state.ledger.of(), self._state.ledger.dropped)

    async def calls(self, model: ModelHandle) -> tuple[ModelCall, ...]:
        """List what the simulator was asked through ``model``."""
        if self._state is None:
            return ()
        return tuple(_call(entry.shown()) for entry in self._state.ledger.of(self._tag(model)))

    def _tag(self, handle: ModelHandle) -> str:
        """Name a handle in the simulator's ledger; nobody can guess the name of another."""
        text = json.dumps(handle.model_dump(), sort_keys=True)
        return hashlib.blake2b(text.encode(), key=self._secret, digest_size=8).hexdigest()


async def try_model(settings: Settings) -> Settings:
    """Ask a model for one word; return where it is, or raise ``ModelError`` where that fails."""
    from shared.llm.connect import provider, serving  # noqa: PLC0415 (slow to import)

    hello = ChatRequest(messages=(user("Say yes."),), max_tokens=16)
    async with serving(settings) as served, provider(served, timeout_s=20) as model:
        await model.complete(hello)
    return served


def _call(entry: Mapping[str, Any]) -> ModelCall:
    return ModelCall(
        request=entry["request"],
        fault=entry["fault"],
        input_tokens=entry["input_tokens"],
        output_tokens=entry["output_tokens"],
    )
