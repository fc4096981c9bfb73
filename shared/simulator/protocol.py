"""The simulator's HTTP connection: answers the plain ones at once, and can reset a client.

Time limits, header limits and the handle on the transport are ``shared.connection``'s.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared.connection import TimedProtocol

_NO_LINGER: Final = struct.pack("ii", 1, 0)
Direct: TypeAlias = Callable[[bytes, Sequence[tuple[bytes, bytes]], bytes], bytes | None]
"""Answers a request, given its URL, headers and body, with a whole HTTP answer, or not at all."""


def _nothing(_url: bytes, _headers: Sequence[tuple[bytes, bytes]], _body: bytes) -> bytes | None:
    return None


class SimulatorProtocol(TimedProtocol):
    """One connection; a request that arrives in one piece is first offered to ``direct``.

    That may answer it at once; the application gets the others.
    """

    direct: Direct = staticmethod(_nothing)
    _held: bytes | None = None
    _idle: bool = False

    def data_received(self, data: bytes) -> None:
        """Let go of a request that has not come in one piece."""
        super().data_received(data)
        if self._held is not None:
            self._release()

    def on_message_begin(self) -> None:
        """Start the clock with the request; its scope is made when the application wants it."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._idle = False
        self._begin()

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
        """Hand the request to the application."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        HttpToolsProtocol.on_message_begin(self)  # the clock runs since the request began
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
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

    def _late(self) -> None:
        if self._idle:
            self.timeout_keep_alive_handler()
        else:
            super()._late()


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
