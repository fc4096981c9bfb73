"""What every chat-like dialect is: four functions around one plan."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Any, NamedTuple, TypeAlias

from shared.simulator.dialects.errors import ApiError
from shared.simulator.plan import Call, Plan


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as a dialect read it: one call for each answer wanted.

    ``extra`` holds what only the dialect itself needs again to render the answer.
    """

    calls: tuple[Call, ...]
    stream: bool = False
    include_usage: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
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
    ``error`` is a body, ``stream_error`` an event.
    """

    name: str
    read: Read
    render: Render
    events: Events
    error: RenderError
    stream_error: RenderError
    stream_type: bytes = b"text/event-stream; charset=utf-8"
