"""The servers that the simulator is measured beside: an ASGI app, and little else.

They answer valid JSON of the same size as the simulator's, with as many headers.
"""

import json
from typing import Any, Final

from shared.simulator.wire import Message, Scope

ANSWER: Final = "The sky over the harbour was blue and clear all day, with a light breeze. " * 2
EVENTS: Final = 38
HEADERS: Final = (
    (b"x-request-id", b"bare-0123456789abcdef0123456789abcdef"),
    (b"x-bare-version", b"1"),
    (b"x-bare-profile", b"bare-app"),
    (b"x-bare-run", b"0123456789abcdef"),
    (b"x-bare-clock", b"virtual"),
    (b"openai-processing-ms", b"1000"),
    (b"x-bare-ttft-ms", b"1000.000"),
    (b"x-bare-total-ms", b"1000.000"),
)
PAD: Final = "x" * 524


class Bare:
    """The least that an ASGI app can do: read the body, answer bytes made before."""

    def __init__(self) -> None:
        self._body = json.dumps(_answer()).encode()
        self._event = b"data: " + json.dumps(_event()).encode() + b"\n\n"

    def streams(self, body: bytes) -> bool:
        """Say whether a stream is asked for."""
        return b'"stream": true' in body

    def whole(self) -> bytes:
        """Write an answer."""
        return self._body

    def event(self) -> bytes:
        """Write an event."""
        return self._event

    async def __call__(self, _scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        message: Message = await receive()
        body = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        if self.streams(body):
            kind = (b"content-type", b"text/event-stream")
            headers = [kind, (b"cache-control", b"no-cache"), *HEADERS]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for _ in range(EVENTS):
                event = self.event()
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        answer = self.whole()
        size = (b"content-length", str(len(answer)).encode())
        kind = (b"content-type", b"application/json")
        headers = [kind, size, *HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class BareJson(Bare):
    """The same, but it parses the body and encodes what it answers, as any server must."""

    def streams(self, body: bytes) -> bool:
        """Parse the body."""
        return bool(json.loads(body)["stream"])

    def whole(self) -> bytes:
        """Encode an answer of the same size."""
        return json.dumps(_answer()).encode()

    def event(self) -> bytes:
        """Encode an event of the same size."""
        return b"data: " + json.dumps(_event()).encode() + b"\n\n"


def _answer() -> dict[str, Any]:
    return {"choices": [{"message": {"content": ANSWER}}], "pad": PAD}


def _event() -> dict[str, Any]:
    return {"pad": PAD[:255]}


BARE: Final = {"bare": Bare, "bare, JSON": BareJson}
