"""A client over a Unix socket: whole requests, streams of events, and raw bytes for the rest."""

import asyncio
import functools
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeAlias, TypeVar

import httpx2

from shared.criteria import Raised, SubjectRaisedError

P = ParamSpec("P")
T = TypeVar("T")
Json: TypeAlias = dict[str, Any]
PROBLEM_JSON = "application/problem+json"
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Event:
    """One server-sent event; a comment has no name."""

    name: str
    id: str
    data: Json


@dataclass(frozen=True)
class Client:
    """Somebody who uses the service with one API key."""

    path: str
    key: str = ""

    def headers(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Write the headers of a request."""
        own = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return {**own, **(extra or {})}

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Open connections for many requests."""
        limits = httpx2.Limits(max_connections=200)
        # No TLS is spoken here, and reading certificates is most of what a client costs.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx2.AsyncHTTPTransport(uds=self.path, limits=limits, verify=nobody)
        async with httpx2.AsyncClient(
            transport=transport,
            base_url="http://farol",
            timeout=PATIENCE_S,
            headers=self.headers(),
            trust_env=False,
        ) as client:
            yield client

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Get something."""
        async with self.connected() as client:
            return await client.get(path, headers=headers)

    async def post(
        self, path: str, body: object, *, key: str = "", **headers: str
    ) -> httpx2.Response:
        """Post something under an idempotency key; a new one where none is given."""
        async with self.connected() as client:
            own = {"idempotency-key": key or new_key()}
            return await client.post(path, json=body, headers={**own, **headers})

    @asynccontextmanager
    async def streamed(
        self, body: object, *, key: str = "", seen: str = "", **headers: str
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Ask for a stream of events."""
        own = {"idempotency-key": key or new_key()} | ({"last-event-id": seen} if seen else {})
        async with (
            self.connected() as client,
            client.stream(
                "POST", "/v1/answers/stream", json=body, headers={**own, **headers}
            ) as response,
        ):
            if response.status_code != 200:
                told = (await response.aread()).decode(errors="replace")
                raise ConnectionRefusedError(f"{response.status_code} {told[:300]}")
            yield events_of(response)

    async def events(self, body: object, **options: str) -> list[Event]:
        """Read a stream to its end."""
        async with self.streamed(body, **options) as stream:
            return [event async for event in stream]


async def events_of(response: httpx2.Response) -> AsyncIterator[Event]:
    """Read events from a response; comments come as events without a name."""
    lines: list[str] = []
    async for line in response.aiter_lines():
        if line:
            lines.append(line)
            continue
        fields = dict(entry.split(": ", 1) for entry in lines if not entry.startswith(":"))
        lines.clear()
        yield Event(
            fields.get("event", ""), fields.get("id", ""), json.loads(fields.get("data", "{}"))
        )


def answered(gather: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Take a broken connection, or silence, for the system's doing, and not the grader's."""

    @functools.wraps(gather)
    async def gathered(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await gather(*args, **kwargs)
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            told = f"{type(error).__name__} {error}"[:300]
            raise SubjectRaisedError(
                "serving.serve", Raised(types=("Http",), message=told)
            ) from error

    return gathered


def new_key() -> str:
    """Draw an idempotency key."""
    return secrets.token_hex(8)


def text_of(events: list[Event]) -> str:
    """Put together what a client holds after these events."""
    text = ""
    for event in events:
        if event.name == "reset":
            text = ""
        elif event.name == "delta":
            text += event.data["text"]
    return text


def fault_of(response: httpx2.Response, status: int, path: str) -> str:
    """Say what is wrong with an answer that should be this problem; nothing where all is well."""
    if response.status_code != status:
        return f"{response.status_code}, not {status}"
    if response.headers.get("content-type", "").partition(";")[0] != PROBLEM_JSON:
        return f"content type {response.headers.get('content-type')}"
    told = response.json()
    missing = [n for n in ("type", "title", "status", "instance", "trace_id") if not told.get(n)]
    if missing:
        return f"without {', '.join(missing)}"
    if told["status"] != status or told["instance"] != path:
        return f"says {told['status']} at {told['instance']}"
    if status in {429, 503} and not response.headers.get("retry-after", "").isdigit():
        return "without Retry-After"
    return "" if status != 401 or "www-authenticate" in response.headers else "no challenge"


@dataclass
class Raw:
    """A connection on which anything can be written."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self, patience_s: float = PATIENCE_S) -> str:
        """Read the head of an answer; nothing where the connection ends first."""
        try:
            async with asyncio.timeout(patience_s):
                return (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""
        except TimeoutError:
            return "no answer"

    async def ended(self, patience_s: float = PATIENCE_S) -> bool:
        """Say whether the other side hangs up within the time."""
        try:
            async with asyncio.timeout(patience_s):
                while await self.reader.read(1 << 16):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def raw(path: str, buffer: int = 1 << 16) -> AsyncIterator[Raw]:
    """Open a raw connection."""
    reader, writer = await asyncio.open_unix_connection(path, limit=buffer)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until they end."""
    try:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def request_head(method: str, path: str, key: str, **headers: str) -> bytes:
    """Write the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "host: farol", f"authorization: Bearer {key}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
