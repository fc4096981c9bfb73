"""The HTTP connection, hardened: time limits, header limits, and a handle on the raw transport.

Built on uvicorn's httptools protocol. A client that is slow on purpose is answered 408 and let go;
the application finds the transport in its scope, to see that a client has gone or to reset it.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

REQUEST_TIMEOUT_S: Final = 30.0
LINGER_S: Final = 0.5
MAX_HEADER_BYTES: Final = 64 * 1024
TRANSPORT: Final = "simulator.transport"
_NO_LINGER: Final = struct.pack("ii", 1, 0)
Direct: TypeAlias = Callable[[bytes, Sequence[tuple[bytes, bytes]], bytes], bytes | None]
"""Answers a request, given its URL, headers and body, with a whole HTTP answer, or not at all."""


def _nothing(_url: bytes, _headers: Sequence[tuple[bytes, bytes]], _body: bytes) -> bytes | None:
    return None


class SimulatorProtocol(HttpToolsProtocol):
    """One connection; a whole request must arrive within ``REQUEST_TIMEOUT_S``.

    A request that arrives in one piece is first offered to ``direct``, which may answer it at once;
    the application gets the others.
    """

    request_timeout_s: float = REQUEST_TIMEOUT_S
    direct: Direct = staticmethod(_nothing)
    _held: bytes | None = None
    _due: float | None = None
    _idle: bool = False
    _timer: asyncio.TimerHandle | None = None
    _header_bytes: int | None = None
    _turned_away: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._arm()

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
        if self._held is not None:
            self._release()
        if self._header_bytes is None:
            return
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self._turn_away(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Start the clock with the request; its scope is made when the application wants it."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._header_bytes = 0
        self._arm()

    def on_headers_complete(self) -> None:
        """Hold a request that may be answered at once, and start the application for others."""
        self._header_bytes = None
        cycle: RequestResponseCycle | None = self.cycle
        idle = cycle is None or cycle.response_complete
        if idle and not self.expect_100_continue and self.parser.get_method() == b"POST":
            self._held = b""
        else:
            self._start()

    def _start(self) -> None:
        """Hand the request to the application, and the transport with it."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        extensions: dict[str, Any] = {TRANSPORT: self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep the body of a request that is held."""
        if self._held is None:
            super().on_body(body)
        else:
            self._held += body

    def on_message_complete(self) -> None:
        """Stop the clock; answer a request that is held, or let it go on to the application."""
        self._due = None
        if self._held is not None:
            if self._answered(self._held):
                self._held = None
                return
            self._release()
        super().on_message_complete()

    def _release(self) -> None:
        body, self._held = self._held, None
        self._start()
        if body:
            super().on_body(body)

    def _answered(self, body: bytes) -> bool:
        """Answer at once, if that can be done on a connection that stays open."""
        ready = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        if not ready or self.flow.write_paused or self.transport.is_closing():
            return False
        answer = self.direct(self.url, self.headers, body)
        if answer is None:
            return False
        self.transport.write(answer)
        self.server_state.total_requests += 1
        self._idle = True
        self._limit(self.timeout_keep_alive)
        return True

    def _arm(self) -> None:
        """Set the time limit of a request."""
        self._idle = False
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
        elif self._idle:
            self.timeout_keep_alive_handler()
        else:
            self._turn_away(b"408 Request Timeout")

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
        self._due = None
        self.loop.call_later(LINGER_S, self.transport.close)


def protocol(request_timeout_s: float, direct: Direct = _nothing) -> type[SimulatorProtocol]:
    """Make the protocol of one server: its time limit, and what it answers at once."""
    made = {"request_timeout_s": request_timeout_s, "direct": staticmethod(direct)}
    return type("Protocol", (SimulatorProtocol,), made)


def reset(transport: asyncio.Transport) -> None:
    """Drop a connection with a TCP reset, as a crashed peer or a middlebox does."""
    raw = transport.get_extra_info("socket")
    with socket.socket(fileno=os.dup(raw.fileno())) as duplicate:
        duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
