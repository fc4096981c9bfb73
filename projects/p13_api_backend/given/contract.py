"""What crosses the wire (it is the OpenAPI document), and the protocols that routes stand on."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Protocol, TypeAlias

from pydantic import ConfigDict, Field

from projects.p13_api_backend.given.problems import Kind, Problem, RefusedError
from shared.llm.messages import Frozen

Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["ZX-1234567"])]
Cents: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
# No control characters: PostgreSQL stores no NUL, and a model gains nothing from the others.
Text: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")
]
Count: TypeAlias = Annotated[int, Field(ge=0)]


class Role(StrEnum):
    """What somebody is to Farol."""

    CUSTOMER = "customer"
    AGENT = "agent"
    AUDITOR = "auditor"


class Told(Frozen):
    """What the service says: fields that have a default are there all the same."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Line(Frozen):
    """Some units of one product."""

    sku: str
    name: str
    quantity: Annotated[int, Field(ge=1)]
    total_cents: Cents


class Order(Told):
    """A purchase; ``refunded_cents`` never exceeds ``total_cents``."""

    id: Id
    customer_id: Id
    placed_on: date
    status: str
    currency: str
    total_cents: Cents
    refunded_cents: Cents = 0
    lines: tuple[Line, ...]


class OrderPage(Frozen):
    """Some orders, newest first; ask again with ``next_cursor`` until there is none."""

    items: tuple[Order, ...]
    next_cursor: str | None


class RefundIn(Frozen):
    """Money to give back."""

    amount_cents: Annotated[int, Field(ge=1, le=10**12)]
    reason: Text


class Refund(Frozen):
    """Money given back."""

    id: Id
    order_id: Id
    amount_cents: Cents
    reason: str
    paid_at: datetime


class Question(Frozen):
    """Something to ask the assistant, about one order or about none."""

    question: Text
    order_id: Id | None = None


class AnswerState(StrEnum):
    """How far an answer has come; ``stopped`` means that asking again goes on with it."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class Answer(Told):
    """What the assistant said, and what it took."""

    id: Id
    order_id: Id | None
    question: str
    text: str
    state: AnswerState
    model: str = ""
    input_tokens: Count = 0
    output_tokens: Count = 0
    asked_at: datetime


class Health(Told):
    """The process is alive."""

    status: Literal["alive"] = "alive"


class Readiness(Told):
    """The service may be sent work."""

    status: Literal["ready"] = "ready"


class Started(Told):
    """The first event of a stream: which answer this is."""

    event: Literal["started"] = "started"
    answer_id: Id


class Delta(Told):
    """The next piece of text; the event's id is the number of characters up to its end."""

    event: Literal["delta"] = "delta"
    text: str


class Reset(Told):
    """Drop the text so far: the model, asked again, did not repeat it."""

    event: Literal["reset"] = "reset"


class Done(Told):
    """The last event of an answer that is complete."""

    event: Literal["done"] = "done"
    answer: Answer


class Failed(Told):
    """The last event of a stream that broke; ask again under the same key to go on."""

    event: Literal["error"] = "error"
    problem: Problem


class Closing(Told):
    """The last event of a stream whose server stops; ask again under the same key to go on."""

    event: Literal["closing"] = "closing"
    retry_after_ms: Count = 1_000


Event: TypeAlias = Annotated[
    Started | Delta | Reset | Done | Failed | Closing, Field(discriminator="event")
]


class Options(Frozen):
    """The limits of one running service, in bytes and seconds."""

    body_bytes: int = 16_384
    arrives_s: float = 10.0
    deadline_s: float = 30.0
    heartbeat_s: float = 15.0
    notice_s: float = 1.0
    drain_s: float = 20.0
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is stored: its digest, never itself."""

    id: str
    digest: bytes
    owner: str
    role: Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking."""

    key_id: str
    owner: str
    role: Role


@dataclass(frozen=True, slots=True)
class Once:
    """A request that may come again: whose it is, its key, and a digest of what it asks."""

    owner: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the event loop's clock after which nobody waits for the answer."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Set it that far ahead."""
        return cls(asyncio.get_running_loop().time() + seconds)

    def left(self) -> float:
        """Say how many seconds are left; raises ``RefusedError`` where there are none."""
        seconds = self.at - asyncio.get_running_loop().time()
        if seconds <= 0:
            raise RefusedError(Kind.TOO_LATE)
        return seconds


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer that is ours to write, or one that stands already (``answer.state`` is done)."""

    answer: Answer
    attempt: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of orders ends."""

    placed_on: date
    id: str


class Keys(Protocol):
    """Knows the API keys, and how much each may still ask."""

    async def find_key(self, key_id: str, deadline: Deadline) -> Key | None:
        """Find a key by the part of it that is no secret."""
        ...

    async def charge(self, key_id: str, deadline: Deadline) -> float:
        """Take one request from the key's bucket; give the seconds to wait where it is empty."""
        ...


class Orders(Protocol):
    """Farol's orders, and the money given back for them."""

    async def find_order(self, order_id: str, deadline: Deadline) -> Order | None:
        """Find an order."""
        ...

    async def page(
        self, owner: str | None, after: Position | None, limit: int, deadline: Deadline
    ) -> tuple[Order, ...]:
        """List ``limit`` orders that follow ``after``, newest first; of one owner, or of all."""
        ...

    async def refund(
        self, order_id: str, asked: RefundIn, once: Once, deadline: Deadline
    ) -> Refund:
        """Give money back, once for each key."""
        ...


class Answers(Protocol):
    """What the assistant said."""

    async def claim(self, asked: Question, once: Once, deadline: Deadline) -> Claim:
        """Begin an answer, take up one that stopped, or find the one that stands."""
        ...

    async def settle(self, claim: Claim, answer: Answer, deadline: Deadline) -> None:
        """Store how far an answer has come, unless somebody else has taken it up since."""
        ...

    async def find_answer(self, answer_id: str, deadline: Deadline) -> tuple[str, Answer] | None:
        """Find an answer and whose it is."""
        ...


class Pulse(Protocol):
    """Says whether the database answers."""

    async def ping(self, deadline: Deadline) -> None:
        """Come back, or raise."""
        ...
