"""What every chat-like dialect is: four functions around one plan."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from shared.simulator.dialects.errors import ApiError
from shared.simulator.plan import Call, Plan

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Ask(NamedTuple):
    """A request as a dialect read it: one call for each answer wanted.

    ``extra`` holds what only the dialect itself needs again to render the answer.
    """

    calls: tuple[Call, ...]
    stream: bool = False
    include_usage: bool = False
    extra: Mapping[str, Any] = _NOTHING


class Context(NamedTuple):
    """What an answer says about its server."""

    created: int
    fingerprint: str


class Frame(NamedTuple):
    """A piece of a stream: when it is due (seconds after the request), and of which token it is."""

    due_s: float
    data: bytes
    piece: int = -1


class Beat(NamedTuple):
    """One token of a plan in time; ``call`` is the tool call it belongs to, or -1 for the text."""

    due_s: float
    number: int
    call: int
    piece: str


def beats(plan: Plan) -> Iterator[Beat]:
    """Walk a plan's tokens in order, each with its time."""
    due = accumulate(chain((plan.timing.ttft_s,), plan.timing.gaps_s))
    number = 0
    for piece in plan.pieces:
        yield Beat(next(due), number, -1, piece)
        number += 1
    for index, call in enumerate(plan.tool_calls):
        for piece in call.pieces:
            yield Beat(next(due), number, index, piece)
            number += 1


def end_s(plan: Plan) -> float:
    """Say when a plan's last token has come."""
    return plan.timing.total_s


Read: TypeAlias = Callable[[bytes], Ask]
Render: TypeAlias = Callable[[Ask, Sequence[Plan], Context], bytes]
Events: TypeAlias = Callable[[Ask, Sequence[Plan], Context], Iterator[Frame]]
RenderError: TypeAlias = Callable[[ApiError], bytes]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A wire format.

    ``read`` raises ``ApiError``; ``render`` and ``events`` say the same answer, whole or streamed;
    ``error`` is a body, ``stream_error`` an event, ``id_header`` the header that names a request.
    """

    name: str
    read: Read
    render: Render
    events: Events
    error: RenderError
    stream_error: RenderError
    stream_type: bytes = b"text/event-stream; charset=utf-8"
    id_header: bytes = b"x-request-id"
