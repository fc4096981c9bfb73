"""One HTTP connection, hardened: what a slow or hostile client may hold, and for how long.

Built on uvicorn's httptools protocol, which waits for a request for as long as its bytes keep
dripping in. Here a whole request arrives within a time, its headers within a size, or the client is
let go. The application finds the transport in its scope, to drop a client that does not read.
"""

import asyncio
import socket
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

REQUEST_TIMEOUT_S: Final = 30.0
LINGER_S: Final = 0.5
MAX_HEADER_BYTES: Final = 64 * 1024
TRANSPORT: Final = "capstone.transport"


class TimedProtocol(HttpToolsProtocol):
    """A connection on which a whole request must arrive within ``request_timeout_s``."""

    request_timeout_s: float = REQUEST_TIMEOUT_S
    _due: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _header_bytes: int | None = None
    _turned_away: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock with the connection: one that says nothing counts too."""
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw.family in {socket.AF_INET, socket.AF_INET6}:
            # asyncio does so only for sockets it opened itself; else the head of an answer and its
            # body wait 40 ms for each other.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._limit(self.request_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Refuse endless headers, then parse; one who was turned away is heard no more."""
        if self._turned_away:
            return
        super().data_received(data)
        if self._header_bytes is None:
            return
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self._turn_away(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Start the clock with each request."""
        super().on_message_begin()
        self._begin()

    def on_headers_complete(self) -> None:
        """Hand the request to the application, and the transport with it."""
        self._header_bytes = None
        extensions: dict[str, Any] = {TRANSPORT: self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock; from here on the application says how long things may take."""
        self._due = None
        super().on_message_complete()

    def _begin(self) -> None:
        """Expect a request: so many bytes of headers, so long for all of it."""
        self._header_bytes = 0
        self._limit(self.request_timeout_s)

    def _limit(self, seconds: float) -> None:
        """Set a time limit; one timer, never set for longer than a request's, serves them all."""
        self._due = self.loop.time() + seconds
        if self._timer is None:
            self._timer = self.loop.call_later(min(seconds, self.request_timeout_s), self._check)

    def _check(self) -> None:
        self._timer = None
        if self._due is None:
            return
        left = self._due - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(min(left, self.request_timeout_s), self._check)
        else:
            self._late()

    def _late(self) -> None:
        """Let a client go whose time is over."""
        self._turn_away(b"408 Request Timeout")

    def _turn_away(self, status: bytes) -> None:
        """Answer with a bare status where nothing was answered yet, and hang up.

        The close comes a little later: closing on a client that is still sending is a reset, and a
        reset may overtake the answer.
        """
        if self.transport.is_closing() or self._turned_away:
            return
        self._turned_away = True
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.write_eof()
        self._due = None
        self.loop.call_later(LINGER_S, self.transport.close)


def timed(request_timeout_s: float) -> type[TimedProtocol]:
    """Make the protocol with another time limit."""
    return type("Timed", (TimedProtocol,), {"request_timeout_s": request_timeout_s})
