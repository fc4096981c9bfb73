"""One connection, hardened: what a slow or hostile client may hold, and for how long.

uvicorn waits for a request for as long as its bytes keep dripping in. Here a whole request arrives
within a time, or the client is let go. The application finds the connection in its scope, so that
it can drop a client that does not read.
"""

import asyncio
import socket
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

TRANSPORT: Final = "farol.transport"
LATE: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class TimedProtocol(HttpToolsProtocol):
    """A connection on which a whole request must arrive within ``arrives_s``."""

    arrives_s: float = 10.0
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock with the connection: one that says nothing counts too."""
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw.family in {socket.AF_INET, socket.AF_INET6}:
            # asyncio does so only for sockets it opened itself; else the head of an answer and its
            # body wait 40 ms for each other.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Start the clock with each request."""
        super().on_message_begin()
        self._start()

    def on_headers_complete(self) -> None:
        """Hand the connection to the application."""
        extensions: dict[str, Any] = {TRANSPORT: self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock; from here on the deadline of the request counts."""
        self._stop()
        super().on_message_complete()

    def _start(self) -> None:
        self._stop()
        self._clock = self.loop.call_later(self.arrives_s, self._let_go)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _let_go(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(LATE)
        self.transport.close()


def timed(arrives_s: float) -> type[TimedProtocol]:
    """Make the protocol with another time limit."""
    return type("Timed", (TimedProtocol,), {"arrives_s": arrives_s})
