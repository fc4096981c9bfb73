"""A model's server that says what a script says, and keeps what it was shown each time."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.llm.messages import Completion

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Server:
    """Where it is, the conversation that each call showed it, and the calls as they arrived."""

    url: str = ""
    shown: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tools_said(self) -> list[str]:
        """List what the last call showed of tools' results; nothing where no call came."""
        told = self.asked[-1]["messages"] if self.asked else ()
        return [str(message["content"]) for message in told if message["role"] == "tool"]


@asynccontextmanager
async def overheard(script: Sequence[Completion]) -> AsyncIterator[Server]:
    """Serve a script on loopback, in OpenAI's protocol; asked for more, it answers with an error.

    Each entry of ``shown`` holds the texts and calls of all messages but the tools on offer.
    """
    server, replies = Server(), iter(script)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            asked = json.loads(await reader.readexactly(int(found[1]) if found else 0))
            server.shown.append(json.dumps(asked["messages"], ensure_ascii=False))
            server.asked.append(asked)
            writer.write(_answer(replies))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, KeyError):
            server.shown.append("")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()[:2]
        server.url = f"http://{host}:{port}/v1"
        yield server


def _answer(replies: Iterator[Completion]) -> bytes:
    reply = next(replies, None)
    status, body = (200, _completion(reply)) if reply else (400, {"error": {"message": "Done."}})
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + raw


def _completion(reply: Completion) -> Mapping[str, Any]:
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
        for c in reply.tool_calls
    ]
    message = {
        "role": "assistant",
        "content": reply.text,
        **({"tool_calls": calls} if calls else {}),
    }
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason.value}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    named = {"id": "c", "object": "chat.completion", "created": 0, "model": "scripted"}
    return {**named, "choices": [choice], "usage": usage}
