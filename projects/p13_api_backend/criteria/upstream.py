"""A model's server that does what a fact says, and records when each call came and went.

It speaks as much of OpenAI's chat completions as a client needs. What it does with a call is found
by a mark in the question: pieces of text, waiting for an event, failing.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MARK = re.compile(r"Q-[0-9a-f]{8}")


@dataclass(frozen=True)
class Fail:
    """Answer with an error, or, in the middle of a stream, send an error event."""

    status: int = 500
    body: str = "{}"
    headers: tuple[tuple[str, str], ...] = ()


class Cut:
    """Close the connection in mid-answer."""


Step: TypeAlias = str | float | asyncio.Event | Fail | Cut


@dataclass
class Call:
    """One call: whether its client left before the end, and how many pieces it was sent."""

    question: str
    streamed: bool
    pieces: int = 0
    finished: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Upstream:
    """The server: ``plans`` by mark, and what came."""

    url: str = ""
    plans: dict[str, Sequence[Step]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    open: int = 0
    peak: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, mark: str) -> list[Call]:
        """List the calls about a question."""
        return [call for call in self.calls if mark in call.question]

    async def until_open(self, count: int, patience_s: float) -> bool:
        """Wait until so many calls are open at once; say whether that came about."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s), self._changed:
                await self._changed.wait_for(lambda: self.open >= count)
                return True
        return False

    async def until_called(self, mark: str, times: int = 1, patience_s: float = 15.0) -> Call:
        """Wait for a call about a question."""
        async with asyncio.timeout(patience_s), self._changed:
            await self._changed.wait_for(lambda: len(self.of(mark)) >= times)
        return self.of(mark)[times - 1]

    async def _count(self, difference: int) -> None:
        async with self._changed:
            self.open += difference
            self.peak = max(self.peak, self.open)
            self._changed.notify_all()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one call and play its plan."""
        try:
            body = await _read(reader)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            writer.close()
            return
        question = str(body["messages"][-1]["content"])
        call = Call(question, bool(body.get("stream")))
        found = MARK.search(question)
        plan = self.plans.get(found[0] if found else "", (f"Noted {found and found[0]}.",))
        self.calls.append(call)
        await self._count(1)
        playing = asyncio.create_task(_play(call, plan, writer))
        leaving = asyncio.create_task(reader.read())
        await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done() or playing.exception():  # a reset may be met while writing
            call.left.set()
        for task in (playing, leaving):
            task.cancel()
        await asyncio.gather(playing, leaving, return_exceptions=True)
        await self._count(-1)
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Mapping[str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"content-length: *(\d+)", head)
    read: Mapping[str, Any] = json.loads(await reader.readexactly(int(length[1]) if length else 0))
    return read


async def _play(call: Call, plan: Iterable[Step], writer: asyncio.StreamWriter) -> None:
    said = ""
    begun = False
    for step in plan:
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, float):
            await asyncio.sleep(step)
        elif isinstance(step, Cut):
            writer.transport.abort()
            return
        elif isinstance(step, Fail) and not begun:
            writer.write(_head(step.status, len(step.body.encode()), step.headers))
            writer.write(step.body.encode())
            await writer.drain()
            call.finished = True
            return
        elif isinstance(step, Fail):
            writer.write(f"data: {step.body}\n\n".encode())
            await writer.drain()
            return
        elif call.streamed:
            if not begun:
                writer.write(_head(200, None))
                begun = True
            writer.write(_chunk({"content": step}))
            await writer.drain()
            call.pieces += 1
        else:
            said += step
            call.pieces += 1
    await _finish(call, said, writer, begun=begun)


async def _finish(call: Call, said: str, writer: asyncio.StreamWriter, *, begun: bool) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": call.pieces, "total_tokens": 10}
    if call.streamed:
        if not begun:
            writer.write(_head(200, None))
        writer.write(_chunk({}, finish="stop") + _chunk(None, usage=usage) + b"data: [DONE]\n\n")
    else:
        message = {"role": "assistant", "content": said}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        told = {"id": "r", "object": "chat.completion", "created": 1, "model": "recorder"}
        body = json.dumps({**told, "choices": [choice], "usage": usage}).encode()
        writer.write(_head(200, len(body), (("content-type", "application/json"),)) + body)
    await writer.drain()
    call.finished = True


def _chunk(delta: object, *, finish: str | None = None, usage: object = None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    told = {"id": "r", "object": "chat.completion.chunk", "created": 1, "model": "recorder"}
    return f"data: {json.dumps({**told, 'choices': choices, 'usage': usage})}\n\n".encode()


def _head(status: int, length: int | None, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    names = {name.lower() for name, _ in headers}
    lines = [f"HTTP/1.1 {status} Recorded", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if length is not None:
        lines.append(f"content-length: {length}")
    if "content-type" not in names:
        kind = "text/event-stream" if length is None else "application/json"
        lines.append(f"content-type: {kind}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def recording() -> AsyncIterator[Upstream]:
    """Serve on a free loopback port."""
    upstream = Upstream()
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, backlog=512)
    upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield upstream
    finally:
        server.close()
