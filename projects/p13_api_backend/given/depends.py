"""What a route asks for by its parameters: who asks, until when, and what everything stands on.

Routes see protocols. The lifespan puts the real ones in place, a test others, by
``app.dependency_overrides``.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from projects.p13_api_backend.access import authenticate
from projects.p13_api_backend.edge import GRACE_S
from projects.p13_api_backend.given.contract import (
    Answers,
    Deadline,
    Keys,
    Once,
    Options,
    Orders,
    Principal,
    Pulse,
    Question,
    RefundIn,
)
from shared.llm.model import ChatModel

Milliseconds = Annotated[int, Field(ge=50, le=600_000)]
Cursor = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}\.[A-Za-z0-9-]{1,40}$")]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running service stands on."""

    keys: Keys
    orders: Orders
    answers: Answers
    pulse: Pulse
    model: ChatModel


Opening = Callable[[], AbstractAsyncContextManager[Parts]]
"""Opens the parts when the service starts; they are closed when it ends."""


async def parts_of(request: Request) -> Parts:
    """Give the parts that the lifespan opened.

    Dependencies are ``async`` even where they await nothing: others run in a thread each.
    """
    parts: Parts = request.app.state.parts
    return parts


TheParts = Annotated[Parts, Depends(parts_of)]


async def keys_of(parts: TheParts) -> Keys:
    """Give what knows the keys."""
    return parts.keys


async def orders_of(parts: TheParts) -> Orders:
    """Give what knows the orders."""
    return parts.orders


async def answers_of(parts: TheParts) -> Answers:
    """Give what keeps the answers."""
    return parts.answers


async def model_of(parts: TheParts) -> ChatModel:
    """Give the model."""
    return parts.model


async def pulse_of(parts: TheParts) -> Pulse:
    """Give what says whether the database answers."""
    return parts.pulse


async def deadline_of(
    request: Request,
    x_deadline_ms: Annotated[Milliseconds | SkipJsonSchema[None], Header()] = None,
) -> Deadline:
    """Read how long the caller will wait; it never waits longer than the service allows."""
    options: Options = request.app.state.options
    asked_s = options.deadline_s if x_deadline_ms is None else x_deadline_ms / 1000
    deadline = Deadline.after(min(asked_s, options.deadline_s))
    clock = getattr(request.state, "clock", None)
    if clock is not None:
        clock.reschedule(min(clock.when() or deadline.at, deadline.at + GRACE_S))
    return deadline


TheDeadline = Annotated[Deadline, Depends(deadline_of)]
TheKeys = Annotated[Keys, Depends(keys_of)]
TheOrders = Annotated[Orders, Depends(orders_of)]
TheAnswers = Annotated[Answers, Depends(answers_of)]
TheModel = Annotated[ChatModel, Depends(model_of)]
ThePulse = Annotated[Pulse, Depends(pulse_of)]
bearer = HTTPBearer(auto_error=False, description="An API key: `farol_…`.")


async def principal_of(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    keys: TheKeys,
    deadline: TheDeadline,
) -> Principal:
    """Find out who is asking."""
    return await authenticate(credentials.credentials if credentials else None, keys, deadline)


ThePrincipal = Annotated[Principal, Depends(principal_of)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9._:-]{1,80}$",
        description="Drawn once for a request and kept for every repetition of it.",
    ),
]
LastEventId = Annotated[
    int,
    Header(alias="Last-Event-ID", ge=0, le=10**6, description="How many characters were received."),
]


def once_of(request: Request, principal: Principal, key: str, body: Question | RefundIn) -> Once:
    """Tell a repetition from another request under the same key."""
    told = json.dumps([request.url.path.removesuffix("/stream"), body.model_dump(mode="json")])
    return Once(principal.owner, key, hashlib.sha256(told.encode()).digest())
