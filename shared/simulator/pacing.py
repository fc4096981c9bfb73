"""Send an answer at its plan's pace, or the fault in its place."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from shared.simulator.admission import limited
from shared.simulator.dialects.dialect import Ask, Context, Dialect
from shared.simulator.dialects.errors import ApiError
from shared.simulator.drills import TIMEOUT_S
from shared.simulator.ledger import Entry
from shared.simulator.plan import Fault, Plan
from shared.simulator.state import State, Told
from shared.simulator.wire import Exchange, Header

COALESCED_BYTES: Final = 16_384
_HTML: Final = (
    b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "error_500": "The server had an error while processing your request.",
        "overloaded_529": "Overloaded.",
        "timeout": "The upstream model did not answer in time.",
    }
)


class Reply(NamedTuple):
    """Everything that sending an answer needs."""

    state: State
    exchange: Exchange
    dialect: Dialect
    ask: Ask
    plans: Sequence[Plan]
    told: Told
    entry: Entry
    limits: Sequence[Header]
    fault: Fault | None


async def pace(reply: Reply) -> None:
    """Send the answer; raises ``ApiError`` where a drill wants an error."""
    fault = reply.fault
    if fault is not None and fault.status is not None:
        await fail(reply.state, reply.exchange, fault, reply.entry)
    elif reply.ask.stream:
        await _stream(reply, fault)
    else:
        await _whole(reply, fault)


async def fail(state: State, exchange: Exchange, fault: Fault, entry: Entry) -> None:
    """Answer with the error that the drill wants."""
    entry.status = fault.status or 500
    if fault.name == "timeout" and not await state.clock.wait(TIMEOUT_S, exchange.gone):
        entry.outcome = "abandoned"
        return
    if fault.name == "error_502":
        await exchange.answer(502, _HTML, content_type=b"text/html")
        return
    if fault.retry_after_s is not None:
        raise limited(fault.retry_after_s)
    raise ApiError(entry.status, _MESSAGES[fault.name])


async def _whole(reply: Reply, fault: Fault | None) -> None:
    entry, exchange = reply.entry, reply.exchange
    if not await reply.state.clock.wait(entry.total_ms / 1000, exchange.gone):
        entry.outcome = "abandoned"
    elif fault is not None and fault.at is not None:
        entry.outcome = fault.name
        if fault.name == "stream_error":
            raise _broken()
        await exchange.hang_up(hard=fault.name == "tcp_cut")
    else:
        entry.delivered = entry.output_tokens
        body = reply.dialect.render(reply.ask, reply.plans, _context(reply))
        await exchange.answer(200, body, headers=_headers(reply))


async def _stream(reply: Reply, fault: Fault | None) -> None:
    """Stream the answer up to its end or its cut."""
    entry, exchange = reply.entry, reply.exchange
    if not await _frames(reply, fault.at if fault is not None else None):
        entry.outcome = "abandoned"
    elif fault is None or fault.at is None:
        await exchange.finish()
    else:
        entry.outcome = fault.name
        if fault.name == "tcp_cut":
            await exchange.hang_up(hard=True)
            return
        if fault.name == "stream_error":
            await exchange.write(reply.dialect.stream_error(_broken()))
        await exchange.finish()


def _broken() -> ApiError:
    return ApiError(500, _MESSAGES["error_500"])


async def _frames(reply: Reply, cut_at: int | None) -> bool:
    """Send frames when they are due, those due at once together; False if the client has gone."""
    exchange, clock = reply.exchange, reply.state.clock
    waits = clock.name == "wall"
    started = False
    now = 0.0
    batch: list[bytes] = []
    size = 0
    for due, data, piece in reply.dialect.events(reply.ask, reply.plans, _context(reply)):
        if cut_at is not None and piece >= cut_at:
            break
        late = waits and due > now
        if batch and (late or size > COALESCED_BYTES):
            await exchange.write(b"".join(batch))
            batch, size = [], 0
            if exchange.gone():
                return False
        if late and not await clock.wait(due - now, exchange.gone):
            return False
        now = max(now, due)
        if not started:
            await exchange.start(reply.dialect.stream_type, _headers(reply))
            started = True
        batch.append(data)
        size += len(data)
        if piece >= 0:
            reply.entry.delivered += 1
    await exchange.write(b"".join(batch))
    return True


def _context(reply: Reply) -> Context:
    return Context(int(reply.state.clock.date()), reply.told.fingerprint)


def _headers(reply: Reply) -> list[Header]:
    return headers_of(reply.told, reply.entry, reply.dialect.id_header, reply.limits)


def headers_of(
    told: Told, entry: Entry, id_header: bytes, limits: Sequence[Header] = ()
) -> list[Header]:
    """Say that this is a simulator, and how long a model would have taken."""
    request_id = b"sim-req-%b-%d-%d" % (entry.key.encode(), *entry.attempt)
    headers = [
        *told.headers,
        (id_header, request_id),
        (b"openai-processing-ms", b"%d" % entry.total_ms),
        (b"x-sim-ttft-ms", b"%.3f" % entry.ttft_ms),
        (b"x-sim-total-ms", b"%.3f" % entry.total_ms),
        *limits,
    ]
    if entry.queue_ms:
        headers.append((b"x-sim-queue-ms", b"%.3f" % entry.queue_ms))
    return headers
