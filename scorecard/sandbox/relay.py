"""Carry connections between a TCP port and a Unix socket.

A sandbox without a network still reaches the one server it may talk to: outside, a socket file
leads to the server; inside, a port of the same number leads to the socket file.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PIECE = 1 << 16


@asynccontextmanager
async def socket_to_port(socket: Path, port: int) -> AsyncIterator[None]:
    """Outside: whoever connects to ``socket`` reaches 127.0.0.1 at ``port``."""

    async def open_port() -> Streams:
        return await asyncio.open_connection("127.0.0.1", port)

    server = await asyncio.start_unix_server(_relay(open_port), socket)
    try:
        yield
    finally:
        server.close()  # not waiting: from 3.12 on that would be for every connection's end


@asynccontextmanager
async def port_to_socket(port: int, socket: Path) -> AsyncIterator[None]:
    """Inside: whoever connects to 127.0.0.1 at ``port`` reaches ``socket``."""

    async def open_socket() -> Streams:
        return await asyncio.open_unix_connection(socket)

    server = await asyncio.start_server(_relay(open_socket), "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


def _relay(
    connect: Callable[[], Awaitable[Streams]],
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await connect()
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            writer.close()
            far_writer.close()

    return carry


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until one side ends, then end the other that way; an abrupt end stays abrupt."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.transport.abort()
