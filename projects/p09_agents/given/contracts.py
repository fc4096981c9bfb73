"""The values that pass between the parts of the agent: plain data, as a checkpoint holds it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, JsonValue

from shared.errors import CapstoneError
from shared.llm.messages import Frozen

Json: TypeAlias = dict[str, Any]
Intent: TypeAlias = Literal["status", "parcel", "refund", "cancel", "purchases", "rules"]
Reason: TypeAlias = Literal[
    "damaged", "defective", "wrong_item", "missing_parts", "not_as_described", "changed_mind"
]
Strategy: TypeAlias = Literal["plan", "loop"]
Outcome: TypeAlias = Literal["done", "answered", "asked_back", "refused", "stopped"]


class AgentError(CapstoneError):
    """The agent cannot go on: a service is gone, or it was used wrongly."""


class RefusedError(AgentError):
    """Something the agent may not do, with the reason it was refused."""


class Ticket(Frozen):
    """What a customer wrote; ``customer_id`` is who is logged in, whatever the text says."""

    id: str
    customer_id: str
    language: Literal["en", "pt"]
    text: str = Field(max_length=20_000)


class Plan(Frozen):
    """What the customer wants, read from the ticket alone, before any tool has answered."""

    intent: Intent
    order_id: str | None = None
    product: str | None = None
    quantity: int | None = None
    reason: Reason | None = None


class Call(Frozen):
    """A wish to use a tool; ``arguments`` is the text the model wrote, of whatever quality."""

    id: str
    name: str
    arguments: str


class Observation(Frozen):
    """What came of one call: ``data`` is the tool's answer, ``text`` what a model sees of it."""

    call_id: str
    tool: str
    status: Literal["ok", "error", "refused"]
    text: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class Limits(Frozen):
    """What one ticket may cost. They are set by whoever runs the agent and stand in no prompt."""

    steps: int = Field(default=12, ge=1, le=100)
    tokens: int = Field(default=40_000, ge=1)
    usd_micros: int = Field(default=50_000, ge=1)
    repeats: int = Field(default=2, ge=1)
    corrections: int = Field(default=2, ge=0, le=10)


class Decision(Frozen):
    """What a person says to a request for approval; ``digest`` names the exact arguments meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["approve", "edit", "reject"]
    digest: str
    arguments: dict[str, JsonValue] | None = None
    by: str = "somebody"


class ApprovalRequest(Frozen):
    """What a person is asked to approve, until ``expires_at`` (ISO 8601)."""

    tool: str
    arguments: dict[str, JsonValue]
    digest: str
    expires_at: str


class Fact(Frozen):
    """Something told to the customer, and the call whose answer says so."""

    name: str
    value: str
    call_id: str


class Query(Frozen):
    """SQL that was executed for an answer, and how many rows it gave."""

    sql: str
    rows: int


class Report(Frozen):
    """How a ticket ended. ``reason`` is a stable word; ``reply`` is what the customer reads."""

    outcome: Outcome
    reason: str
    reply: str
    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()


class Spend(Frozen):
    """What a ticket has cost so far; whole numbers, so that sums do not depend on their order."""

    steps: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd_micros: int = 0

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.input_tokens + self.output_tokens


class Run(Frozen):
    """Where a ticket stands: ended with a report, or waiting for a person."""

    thread: str
    status: Literal["ended", "waiting"]
    report: Report | None = None
    request: ApprovalRequest | None = None
    plan: Plan | None = None
    observations: tuple[Observation, ...] = ()
    calls: tuple[Call, ...] = ()
    spend: Spend = Spend()


def digest_of(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """Name exact arguments: any other value of any of them has another digest."""
    text = json.dumps([tool, dict(arguments)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
