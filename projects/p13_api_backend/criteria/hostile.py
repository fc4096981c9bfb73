"""7: clients that send for ever, send slowly, or do not read."""

import asyncio
from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, amount, criterion, fact, share

from .http import answered, fault_of, new_key, raw, request_head
from .service import Desk
from .streams import ends


@dataclass(frozen=True)
class Endless:
    """What came of a body without an end, and of one that announces too much."""

    status: str
    sent: int
    announced: str


@fact(timeout_s=60)
@answered
async def endless(desk: Desk) -> Endless:
    """Send a body that never ends, and announce one that is too long."""
    key = desk.clients["ana"].key
    options = {"content_type": "application/json", "idempotency_key": new_key()}
    async with raw(desk.path) as connection:
        head = request_head("POST", "/v1/answers", key, transfer_encoding="chunked", **options)
        connection.writer.write(head)
        answer = asyncio.create_task(connection.head())
        sent = await sending(connection.writer, answer)
        status = (await answer).partition("\r\n")[0]
    async with raw(desk.path) as connection:
        announced = request_head("POST", "/v1/answers", key, content_length="99999999", **options)
        connection.writer.write(announced)
        told = (await connection.head()).partition("\r\n")[0]
    return Endless(status, sent, told)


async def sending(writer: asyncio.StreamWriter, answer: "asyncio.Task[str]") -> int:
    """Send until there is an answer; gives how many bytes that took."""
    piece, sent = b"400\r\n" + b"a" * 1024 + b"\r\n", 0
    try:
        while not answer.done() and sent < 64 << 20:
            writer.write(piece)
            await writer.drain()
            sent += 1024
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    return sent


# The limit of 16,384, and 512 KiB that sockets between us and the service may hold.
# The reference on 101 to 105: up to 159,744.
@criterion("P13.7d", level=Level.ROBUST, at_most=540_672)
def endless_bodies_end(endless: Endless) -> Measured:
    """Bytes that an endless body can send before it is answered 413; one announced sends none."""
    right = " 413 " in f"{endless.status} " and " 413 " in f"{endless.announced} "
    failures = (
        () if right else (Failure(case="status", actual=f"{endless.status} {endless.announced}"),)
    )
    return amount(endless.sent if right else 64 << 20, n=2, failures=failures)


@fact(timeout_s=120)
@answered
async def slow(desk: Desk) -> list[tuple[str, bool]]:
    """Write slowly, read slowly, say nothing: on a service with small limits."""
    async with desk.beside(1, arrives_s=0.8, deadline_s=1.5) as small:
        return [
            ("who says nothing is let go", await silent(small)),
            (
                "who drips the head is let go",
                await dripping(small, b"GET /healthz HTTP/1.1\r\nx: "),
            ),
            ("who drips a body is let go", await dripping(small, body_head(small))),
            *await unread(small),
            ("others are served meanwhile", await served(small)),
        ]


def body_head(desk: Desk) -> bytes:
    """Write the head of a request whose body will not come."""
    return request_head(
        "POST",
        "/v1/answers",
        desk.clients["ana"].key,
        content_type="application/json",
        idempotency_key=new_key(),
        content_length="1000",
    )


async def silent(desk: Desk) -> bool:
    """Connect and say nothing."""
    async with raw(desk.path) as connection:
        return await connection.ended()


async def dripping(desk: Desk, start: bytes) -> bool:
    """Send a byte now and then; says whether the service ends that."""
    async with raw(desk.path) as connection:
        connection.writer.write(start)
        ended = asyncio.create_task(connection.ended())
        for _ in range(300):
            if ended.done():
                break
            connection.writer.write(b"a")
            await asyncio.wait({ended}, timeout=0.1)
        ended.cancel()
        return ended.done() and not ended.cancelled()


async def unread(desk: Desk, **headers: str) -> list[tuple[str, bool]]:
    """Ask for a stream that is larger than all buffers, and read none of it."""
    mark = desk.plan(*(("word " * 2_000,) * 4_000))
    body = f'{{"question": "Why? {mark}"}}'.encode()
    async with raw(desk.path, buffer=1024) as connection:
        head = request_head(
            "POST",
            "/v1/answers/stream",
            desk.clients["ana"].key,
            content_type="application/json",
            idempotency_key=new_key(),
            content_length=str(len(body)),
            **headers,
        )
        connection.writer.write(head + body)
        call = await desk.upstream.until_called(mark)
        hung_up = await ends(call)
        return [
            ("who does not read has no model", hung_up and call.pieces < 4_000),
            ("who does not read is let go", await connection.ended()),
        ]


async def served(desk: Desk) -> bool:
    """Be somebody ordinary."""
    answer = await desk.clients["ana"].get("/v1/orders")
    late = await desk.clients["ana"].get("/v1/none")
    return answer.status_code == 200 and not fault_of(late, 404, "/v1/none")


@criterion("P13.7e", level=Level.ROBUST, at_least=1.0)
def slow_clients_hold_nothing(slow: list[tuple[str, bool]]) -> Measured:
    """Slow and silent clients that are let go, with the model's call that they held.

    A whole request has a time to arrive, a whole answer a time to be read.
    """
    failures = [Failure(case=case) for case, held in slow if not held]
    return share((held for _, held in slow), failures=failures)
