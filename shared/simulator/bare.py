"""The servers that the simulator is measured beside: an ASGI app, and little else."""

import json
from typing import Any, Final

from shared.simulator.wire import Message, Scope

ANSWER: Final = "The sky over the harbour was blue and clear all day, with a light breeze. " * 2
EVENTS: Final = 41


class Bare:
    """The least that an ASGI app can do: read the body, answer bytes made before."""

    def __init__(self) -> None:
        self._body = json.dumps({"choices": [{"message": {"content": ANSWER}}]}).encode().ljust(750)
        self._event = b"data: " + b"x" * 260 + b"\n\n"

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
            await send({"type": "http.response.start", "status": 200, "headers": [kind]})
            for _ in range(EVENTS):
                event = self.event()
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        answer = self.whole()
        size = (b"content-length", str(len(answer)).encode())
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": 200, "headers": [kind, size]})
        await send({"type": "http.response.body", "body": answer})


class BareJson(Bare):
    """The same, but it parses the body and encodes what it answers, as any server must."""

    def __init__(self) -> None:
        super().__init__()
        self._pad = "x" * 440

    def streams(self, body: bytes) -> bool:
        """Parse the body."""
        return bool(json.loads(body)["stream"])

    def whole(self) -> bytes:
        """Encode an answer of the same size."""
        answer = {"choices": [{"message": {"content": ANSWER}}], "pad": self._pad}
        return json.dumps(answer).encode()

    def event(self) -> bytes:
        """Encode an event of the same size."""
        return b"data: " + json.dumps({"pad": self._pad[:240]}).encode() + b"\n\n"


BARE: Final = {"bare": Bare, "bare, JSON": BareJson}
