"""A small load generator on raw sockets: cheap enough to measure servers with, keep-alive only."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Answer:
    """One HTTP answer; ``body`` is without its chunk framing."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Connection:
    """One keep-alive connection."""

    host: str
    port: int
    _reader: asyncio.StreamReader | None = field(default=None)
    _writer: asyncio.StreamWriter | None = field(default=None)

    async def post(self, path: str, body: bytes) -> Answer:
        """Post a JSON body and read the whole answer."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        start = time.perf_counter()
        self._writer.write(
            b"POST %s HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n" % (path.encode(), self.host.encode(), len(body)) + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        told = headers.get("content-length")
        if told is not None:
            content = await self._reader.readexactly(int(told))
        else:
            content = await self._chunks(self._reader)
        status = int(first.split(" ")[1])
        return Answer(status, headers, content, time.perf_counter() - start)

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readline()).strip() or b"0", 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()


async def post_all(
    host: str, port: int, path: str, bodies: Sequence[bytes], *, concurrency: int
) -> list[Answer]:
    """Post every body, so many at once; answers come in the order of ``bodies``."""
    answers: dict[int, Answer] = {}
    waiting = iter(range(len(bodies)))

    async def work() -> None:
        connection = Connection(host, port)
        for number in waiting:
            answers[number] = await connection.post(path, bodies[number])
        await connection.close()

    await asyncio.gather(*(work() for _ in range(min(concurrency, len(bodies)))))
    return [answers[number] for number in range(len(bodies))]
