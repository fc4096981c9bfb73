"""One HTTP exchange over ASGI: read a bounded body, answer at once or piece by piece."""

import asyncio
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from shared.connection import TRANSPORT
from shared.simulator.dialects.errors import ApiError, ClientGoneError
from shared.simulator.protocol import reset

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Header: TypeAlias = tuple[bytes, bytes]

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
_MAX_DISCARDED_BYTES: Final = 64 * 1024 * 1024
JSON: Final = b"application/json"


class Exchange:
    """One request and its answer."""

    __slots__ = (
        "_receive",
        "_send",
        "_stopping",
        "_transport",
        "headers",
        "method",
        "path",
        "query",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Callable[..., Any],
        send: Callable[..., Any],
        stopping: Callable[[], bool],
    ) -> None:
        self._receive = receive
        self._send = send
        self._transport: asyncio.Transport | None = scope.get("extensions", {}).get(TRANSPORT)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self._stopping = stopping

    def header(self, name: bytes) -> str:
        """Give a header's value, or nothing."""
        return self.headers.get(name, b"").decode("latin-1")

    def expect(self, method: str) -> None:
        """Insist on this method; raises ``ApiError`` 405."""
        if self.method != method:
            raise ApiError(
                405,
                f"{self.path} takes {method}, not {self.method}.",
                code="method_not_supported",
                headers={"allow": method},
            )

    def gone(self) -> bool:
        """Say whether the client has hung up, or the server is about to."""
        closing = self._transport is not None and self._transport.is_closing()
        return closing or self._stopping()

    async def body(self) -> bytes:
        """Read the whole body; raises ``ApiError`` 413 when it is over the limit."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError("The client hung up before its request was complete.")
        if not message.get("more_body", False):
            body: bytes = message["body"]
            return self._bounded(body, len(body))
        parts = [message["body"]]
        size = len(message["body"])
        while message.get("more_body", False) and size < _MAX_DISCARDED_BYTES:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError("The client hung up before its request was complete.")
            size += len(message["body"])
            if size <= MAX_BODY_BYTES:
                parts.append(message["body"])
            else:
                # A client that is still writing would not see an early answer, so the rest of a
                # body that is too large is read and dropped, up to a point.
                parts.clear()
        return self._bounded(b"".join(parts), size)

    def _bounded(self, body: bytes, size: int) -> bytes:
        if size > MAX_BODY_BYTES:
            raise ApiError(
                413, f"The request body is over the limit of {MAX_BODY_BYTES} bytes.", close=True
            )
        return body

    async def answer(
        self,
        status: int,
        body: bytes,
        *,
        content_type: bytes = JSON,
        headers: Iterable[Header] = (),
    ) -> None:
        """Answer in one piece."""
        start = [
            (b"content-type", content_type),
            (b"content-length", str(len(body)).encode()),
            *headers,
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": start})
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, content_type: bytes, headers: Iterable[Header]) -> None:
        """Open a streamed answer."""
        start = [(b"content-type", content_type), (b"cache-control", b"no-cache"), *headers]
        await self._send({"type": "http.response.start", "status": 200, "headers": start})

    async def write(self, data: bytes) -> None:
        """Send the next piece."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        """Close a streamed answer."""
        await self._send({"type": "http.response.body", "body": b""})

    async def hang_up(self, *, hard: bool) -> None:
        """Close the connection under the client: with a reset, or as if all had been said."""
        if self._transport is None or self._transport.is_closing():
            return
        if hard:
            # What was written leaves the buffers first: the cut is to come in mid-stream.
            await asyncio.sleep(0.02)
            reset(self._transport)
        else:
            self._transport.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass
