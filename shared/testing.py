"""What tests share: a model that follows a script, a real server that plays raw bytes.

``ScriptedModel`` stands in wherever a ``ChatModel`` is wanted. ``raw_server`` answers real HTTP on
loopback with exactly the bytes a test names, so clients meet cuts, hangs and nonsense for real.
``load_criteria`` lets a project's tests look at its criteria.
"""

import asyncio
import importlib.util
import json
import re
import socket
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from shared.errors import ModelError
from shared.llm.messages import (
    ChatRequest,
    Completion,
    FinishReason,
    Refusal,
    Reply,
    StreamEnd,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that breaks off: a stream gives its text before the error, a whole answer nothing."""

    text: str
    error: ModelError


Line: TypeAlias = str | Completion | Refusal | ModelError | Broken


def completion(
    text: str = "", *, tool_calls: Sequence[ToolCall] = (), usage: Usage | None = None
) -> Completion:
    """Make a plausible answer of the model ``scripted``."""
    return Completion(
        text=text,
        tool_calls=tuple(tool_calls),
        finish_reason=FinishReason.TOOL_CALLS if tool_calls else FinishReason.STOP,
        usage=usage or Usage(input_tokens=10, output_tokens=max(1, len(text.split()))),
        model="scripted",
    )


class ScriptedModel:
    """A model that says its lines in order, or whatever a function makes of each request.

    A line is a reply, its text alone, an error to raise, or text that breaks off. ``requests``
    holds what was asked. A model asked more often than it has lines fails the test.
    """

    def __init__(
        self, script: Sequence[Line] | Callable[[ChatRequest], Line], *, name: str = "scripted"
    ) -> None:
        self._say = script if callable(script) else _teller(script)
        self._name = name
        self.requests: list[ChatRequest] = []

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    async def complete(self, request: ChatRequest) -> Reply:
        """Say the next line in one piece."""
        line = self._next(request)
        if isinstance(line, Broken):
            raise line.error
        return line

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Say the next line word by word."""
        line = self._next(request)
        if not isinstance(line, Refusal):
            for word in re.findall(r"\s*\S+|\s+$", line.text):
                yield TextDelta(text=word)
        if isinstance(line, Broken):
            raise line.error
        if isinstance(line, Completion):
            for index, call in enumerate(line.tool_calls):
                yield ToolCallDelta(
                    index=index, id=call.id, name=call.name, arguments=call.arguments
                )
        yield StreamEnd(reply=line)

    def _next(self, request: ChatRequest) -> Reply | Broken:
        self.requests.append(request)
        match self._say(request):
            case str(text):
                return completion(text)
            case ModelError() as error:
                return Broken(text="", error=error)
            case line:
                return line


def _teller(script: Sequence[Line]) -> Callable[[ChatRequest], Line]:
    lines = iter(script)

    def say(_: ChatRequest) -> Line:
        line = next(lines, None)
        if line is None:
            raise AssertionError(f"the model was asked more than the {len(script)} times scripted")
        return line

    return say


class Then(Enum):
    """What a raw server does beside sending bytes."""

    RESET = auto()
    """Break the connection at once, as a crashed process does."""
    HANG = auto()
    """Say nothing more until the client leaves."""


Step: TypeAlias = bytes | Then | asyncio.Event
"""Bytes to send, something else to do, or an event to wait for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A request that reached a raw server; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class RawServer:
    """A server under a test's control.

    Each request gets the next of ``answers``, the last one again and again. ``arrived`` is set
    once a request came, ``departed`` once a client left while the server hung; ``peak`` is the most
    requests open at once.
    """

    answers: Sequence[Sequence[Step]]
    url: str = ""
    hits: list[Hit] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    departed: asyncio.Event = field(default_factory=asyncio.Event)
    peak: int = 0
    _open: set[asyncio.Task[Any]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and play its answer."""
        task = asyncio.current_task()
        if task is None:
            return
        self._open.add(task)
        self.peak = max(self.peak, len(self._open))
        try:
            self.hits.append(await _read_hit(reader))
            self.arrived.set()
            await self._play(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.departed.set()
        finally:
            self._open.discard(task)
            writer.close()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for step in self.answers[min(len(self.hits), len(self.answers)) - 1]:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, asyncio.Event):
                await step.wait()
            elif step is Then.HANG:
                await reader.read()
                self.departed.set()
            else:
                _reset(writer)

    async def stop(self) -> None:
        """End all that is still being played."""
        tasks = tuple(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_hit(reader: asyncio.StreamReader) -> Hit:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Hit(method=method, path=path, headers=headers, body=body)


def _reset(writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def raw_server(*answers: Sequence[Step]) -> AsyncIterator[RawServer]:
    """Serve scripted answers on a free loopback port."""
    raw = RawServer(answers=answers)
    server = await asyncio.start_server(raw.serve, host="127.0.0.1", port=0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield raw
    finally:
        server.close()
        await raw.stop()
        await server.wait_closed()


def http_answer(
    body: bytes | str | Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> list[Step]:
    """Answer with a whole body: JSON for a mapping, else as it is."""
    if isinstance(body, Mapping):
        body = json.dumps(body)
        kind = "application/json"
    else:
        kind = "text/html"
    content = body.encode() if isinstance(body, str) else body
    sent = {"content-type": kind, "content-length": str(len(content)), **(headers or {})}
    return [_head(status, sent), content]


def sse_answer(*events: str, ended: bool = True, then: Sequence[Step] = ()) -> list[Step]:
    """Stream server-sent events; not ``ended`` means that the connection closes in mid-body."""
    sent = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    end = (b"0\r\n\r\n",) if ended else ()
    return list(chain([_head(200, sent)], map(sse_chunk, events), then, end))


def sse_event(data: Mapping[str, object] | str, *, event: str = "") -> str:
    """Write one server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"event: {event}\ndata: {text}\n\n" if event else f"data: {text}\n\n"


def sse_chunk(event: str) -> bytes:
    """Frame an event as one chunk of a chunked body."""
    content = event.encode()
    return b"%x\r\n%s\r\n" % (len(content), content)


def load_criteria(project: Path) -> ModuleType:
    """Load a project's criteria the way the grader does: by path, apart from its package.

    Raises ``FileNotFoundError`` where the folder has no ``criteria/__init__.py``.
    """
    folder = project / "criteria"
    spec = importlib.util.spec_from_file_location(
        f"criteria_of_{project.name}_under_test",
        folder / "__init__.py",
        submodule_search_locations=[str(folder)],
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
