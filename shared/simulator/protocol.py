"""The HTTP connection, hardened: time limits, header limits, and a handle on the raw transport.

Built on uvicorn's httptools protocol. A client that is slow on purpose is answered 408 and let go;
the application finds the transport in its scope, to see that a client has gone or to reset it.
"""

import asyncio
import os
import socket
import struct
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

REQUEST_TIMEOUT_S: Final = 30.0
LINGER_S: Final = 0.5
MAX_HEADER_BYTES: Final = 64 * 1024
TRANSPORT: Final = "simulator.transport"
_NO_LINGER: Final = struct.pack("ii", 1, 0)


class SimulatorProtocol(HttpToolsProtocol):
    """One connection; a whole request must arrive within ``REQUEST_TIMEOUT_S``."""

    request_timeout_s: float = REQUEST_TIMEOUT_S
    _deadline: asyncio.TimerHandle | None = None
    _header_bytes: int | None = None
    _turned_away: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
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
        """Start the clock with the request."""
        super().on_message_begin()
        self._header_bytes = 0
        self._arm()

    def on_headers_complete(self) -> None:
        """Hand the transport to the application."""
        self._header_bytes = None
        extensions: dict[str, Any] = {TRANSPORT: self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock."""
        self._disarm()
        super().on_message_complete()

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(
            self.request_timeout_s, self._turn_away, b"408 Request Timeout"
        )

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _turn_away(self, status: bytes) -> None:
        """Answer with a bare status where nothing was answered yet, and hang up.

        The close comes a little later: closing on a client that is still sending is a reset, and a
        reset may overtake the answer.
        """
        if self.transport.is_closing() or self._turned_away:
            return
        self._turned_away = True
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGER_S, self.transport.close)


def timed(request_timeout_s: float) -> type[SimulatorProtocol]:
    """Make the protocol with another time limit."""
    return type("Timed", (SimulatorProtocol,), {"request_timeout_s": request_timeout_s})


def reset(transport: asyncio.Transport) -> None:
    """Drop a connection with a TCP reset, as a crashed peer or a middlebox does."""
    raw = transport.get_extra_info("socket")
    with socket.socket(fileno=os.dup(raw.fileno())) as duplicate:
        duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
