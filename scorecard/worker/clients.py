"""Build the real clients behind the handles that the grader sends.

A handle arrives as ``{"$handle": "model", …}`` with the address the grader chose for it, anywhere
in an argument. Equal handles share one client for as long as the worker lives; scripts do not.
"""

import asyncio
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.errors import ConfigurationError

MARK = "$handle"


@dataclass(frozen=True)
class Opened:
    """An argument that holds clients, so it is passed on as it is."""

    value: Any


class Clients:
    """The clients opened so far."""

    def __init__(self, stack: AsyncExitStack, doors: Sequence[int] = ()) -> None:
        self._stack = stack
        self._doors = doors
        self._opened: dict[str, Any] = {}
        self._one_at_a_time = asyncio.Lock()
        self._relayed: set[int] = set()

    async def open(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the handles in ``arguments`` by clients."""
        return {
            name: Opened(await self._replace(value)) if _has_handle(value) else value
            for name, value in arguments.items()
        }

    async def _replace(self, value: Any) -> Any:
        if isinstance(value, dict) and MARK in value:
            async with self._one_at_a_time:
                return await self._client(value)
        if isinstance(value, dict):
            return {name: await self._replace(item) for name, item in value.items()}
        if isinstance(value, list):
            return [await self._replace(item) for item in value]
        return value

    async def _client(self, address: Mapping[str, Any]) -> Any:
        if address[MARK] == "script":
            return _script(address["replies"])
        if address[MARK] == "socket":
            return socket.socket(fileno=os.dup(self._doors[address["number"]]))
        key = json.dumps(address, sort_keys=True)
        if key not in self._opened:
            self._opened[key] = await self._build(address)
        return self._opened[key]

    async def _build(self, address: Mapping[str, Any]) -> Any:
        match address[MARK]:
            case "model":
                return await self._model(address)
            case "embedder":
                return await self._embedder(address)
            case "database":
                return await self._database(address["url"])
            case unknown:
                raise ConfigurationError(f"A handle of kind {unknown!r} is not known here.")

    async def _database(self, url: str) -> Any:
        from shared.postgres.database import connect  # noqa: PLC0415 (slow, and rarely needed)

        return await self._stack.enter_async_context(connect(url))

    async def _model(self, address: Mapping[str, Any]) -> Any:
        if "relay" in address:
            await self._relay(urlsplit(address["base_url"]).port or 0, Path(address["relay"]))
        from pydantic import HttpUrl, SecretStr  # noqa: PLC0415 (slow, and rarely needed)

        from shared.llm.connect import provider  # noqa: PLC0415 (same)
        from shared.settings import Settings  # noqa: PLC0415 (same)

        settings = Settings(
            model=address["model"],
            base_url=HttpUrl(address["base_url"]),
            api_key=SecretStr(address["api_key"]) if address["api_key"] else None,
            dialect=address["dialect"],
        )
        return await self._stack.enter_async_context(provider(settings, timeout_s=60))

    async def _relay(self, port: int, way_out: Path) -> None:
        """Open the one way out of a sandbox that has no network."""
        if port not in self._relayed:
            from scorecard.sandbox.relay import port_to_socket  # noqa: PLC0415 (rarely needed)

            self._relayed.add(port)
            await self._stack.enter_async_context(port_to_socket(port, way_out))

    async def _embedder(self, address: Mapping[str, Any]) -> Any:
        home = Path(address["home"])
        if address["variant"] == "static":
            from shared.embeddings.static import load_static  # noqa: PLC0415 (slow, and rare)

            return await load_static(home)
        from shared.embeddings.cache import DiskCache  # noqa: PLC0415 (same)
        from shared.embeddings.cached import CachedTokenEmbedder  # noqa: PLC0415 (same)
        from shared.embeddings.minilm import load_minilm  # noqa: PLC0415 (same)

        return CachedTokenEmbedder(await load_minilm(home), DiskCache(home / "embeddings.sqlite"))


def _script(replies: Sequence[Any]) -> Any:
    """Make a model that follows a script; never shared, since it is used up."""
    from pydantic import TypeAdapter  # noqa: PLC0415 (only scripts need it)

    from shared.llm.messages import Reply  # noqa: PLC0415 (same)
    from shared.testing import ScriptedModel  # noqa: PLC0415 (same)

    return ScriptedModel(TypeAdapter(tuple[Reply, ...]).validate_python(replies))


def _has_handle(value: Any) -> bool:
    if isinstance(value, dict):
        return MARK in value or any(map(_has_handle, value.values()))
    return isinstance(value, list) and any(map(_has_handle, value))
