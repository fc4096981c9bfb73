"""What the grader provides to a system under measurement: models, an embedder, databases.

Each is started when first asked for. A live model is tried once before it is handed out, so that
an unreachable server or a bad key is one clear sentence rather than a hundred failed cases.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, assert_never
from urllib.parse import urlsplit

from scorecard.evals.engine import ResourceError
from scorecard.sandbox.relay import socket_to_port
from shared.criteria import DatabaseHandle, EmbedderHandle, Handle, ModelHandle
from shared.criteria.subject import ModelCall
from shared.errors import CapstoneError
from shared.llm.messages import ChatRequest, user
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.simulator.state import State


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
    ) -> None:
        self._seed = seed
        self._settings = settings
        self._live: Settings | None = None
        self._state: State | None = None
        self._url = ""
        self._home = home
        self._database_url = database_url
        self._refused = refused
        self._relay = relay
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
                case EmbedderHandle():
                    return {"variant": handle.variant, "home": str(self._home)}
                case DatabaseHandle():
                    return {"url": await self._database(handle.label)}
                case unreachable:
                    assert_never(unreachable)
        except ResourceError:
            raise
        except CapstoneError as error:
            raise ResourceError(error.happened, advice=error.advice) from error

    async def _database(self, label: str) -> str:
        from shared.postgres.database import fresh_url  # noqa: PLC0415 (slow, and rarely needed)

        if self._database_url is None:
            happened = self._refused or "There is no database."
            raise ResourceError(happened, advice="`scorecard doctor` says more.")
        if label not in self._databases:
            opened = self._stack.enter_async_context(fresh_url(self._database_url))
            self._databases[label] = await opened
        return self._databases[label]

    async def _model_address(self, handle: ModelHandle) -> Mapping[str, Any]:
        settings = self._settings
        if not settings.simulated:
            return await self._live_address(handle)
        from shared.simulator.server import drill_url, tag_url  # noqa: PLC0415 (slow to import)

        url = tag_url(drill_url(await self._simulator(), handle.drill), tag(handle))
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
            raise ResourceError(
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
            self._url = await self._stack.enter_async_context(serving(self._state))
            if self._relay:
                relay = socket_to_port(self._relay, urlsplit(self._url).port or 0)
                await self._stack.enter_async_context(relay)
        return self._url

    async def calls(self, model: ModelHandle) -> tuple[ModelCall, ...]:
        """List what the simulator was asked through ``model``."""
        if self._state is None:
            return ()
        return tuple(_call(entry.shown()) for entry in self._state.ledger.of(tag(model)))


async def try_model(settings: Settings) -> Settings:
    """Ask a model for one word; return where it is, or raise ``ModelError`` where that fails."""
    from shared.llm.connect import provider, serving  # noqa: PLC0415 (slow to import)

    hello = ChatRequest(messages=(user("Say yes."),), max_tokens=16)
    async with serving(settings) as served, provider(served, timeout_s=20) as model:
        await model.complete(hello)
    return served


def tag(handle: ModelHandle) -> str:
    """Name a handle in the simulator's ledger."""
    text = json.dumps(handle.model_dump(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _call(entry: Mapping[str, Any]) -> ModelCall:
    return ModelCall(
        request=entry["request"],
        fault=entry["fault"],
        input_tokens=entry["input_tokens"],
        output_tokens=entry["output_tokens"],
    )
