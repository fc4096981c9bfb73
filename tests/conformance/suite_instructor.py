"""instructor: every mode of asking for an object, and a loop of asking again that converges."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import instructor
import openai
import pytest
from instructor.core import IncompleteOutputException, InstructorRetryException
from pydantic import BaseModel, Field, field_validator

from tests.conformance.asked import REPORT, Ticket
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio
MODES = [
    pytest.param(instructor.Mode.TOOLS, marks=pytest.mark.needs("tools")),
    pytest.param(instructor.Mode.JSON),
    pytest.param(instructor.Mode.JSON_SCHEMA, marks=pytest.mark.needs("json_schema")),
    pytest.param(instructor.Mode.MD_JSON),
    pytest.param(instructor.Mode.RESPONSES_TOOLS, marks=pytest.mark.needs("responses", "tools")),
]
IDS = [str(mode.values[0]) for mode in MODES]


class Order(BaseModel):
    """An order whose number a validator insists on."""

    order: str = Field(description="number of the order, such as A-1042")
    quantity: int = Field(description="how many units")

    @field_validator("quantity")
    @classmethod
    def at_most_one(cls, quantity: int) -> int:
        if quantity > 1:
            raise ValueError("quantity must be at most 1; use 1")
        return quantity


def client_of(target: Target, mode: instructor.Mode = instructor.Mode.TOOLS) -> Any:
    plain = openai.AsyncOpenAI(
        base_url=target.base_url, api_key=target.api_key, max_retries=0, timeout=60
    )
    return instructor.from_openai(plain, mode=mode)


async def ask(
    target: Target, mode: instructor.Mode, *, of: type[BaseModel] = Ticket, max_retries: int = 0
) -> Any:
    messages = [{"role": "user", "content": REPORT}]
    return await client_of(target, mode).create(
        model=target.model, response_model=of, messages=messages, max_retries=max_retries
    )


@pytest.mark.parametrize("mode", MODES, ids=IDS)
async def test_every_mode_gives_an_object(target: Target, mode: instructor.Mode) -> None:
    assert isinstance(await ask(target, mode), Ticket)


@pytest.mark.needs("drills")
@pytest.mark.parametrize("mode", MODES, ids=IDS)
async def test_asking_again_converges(target: Target, mode: instructor.Mode) -> None:
    half = target.drilled("schema_violation=0.5")

    tickets = [
        await client_of(half, mode).create(
            model=target.model,
            response_model=Ticket,
            messages=[{"role": "user", "content": f"{REPORT} (case {number})"}],
            max_retries=6,
        )
        for number in range(8)
    ]

    assert all(isinstance(ticket, Ticket) for ticket in tickets)


@pytest.mark.needs("drills", "tools")
async def test_what_never_holds_is_given_up(target: Target) -> None:
    with pytest.raises(InstructorRetryException):
        await ask(target.drilled("malformed_json=1"), instructor.Mode.TOOLS, max_retries=2)


@pytest.mark.parametrize("mode", MODES, ids=IDS)
async def test_a_validators_words_are_read(target: Target, mode: instructor.Mode) -> None:
    """The message says two, the validator says at most one: only its words can settle it."""
    order = await ask(target, mode, of=Order, max_retries=3)

    assert order.quantity == 1


@pytest.mark.needs("drills", "tools")
async def test_a_cut_answer_is_the_clients_own_error(target: Target) -> None:
    with pytest.raises(IncompleteOutputException):
        await ask(target.drilled("truncation=1"), instructor.Mode.TOOLS)


@pytest.mark.needs("tools")
async def test_several_objects_are_streamed(target: Target) -> None:
    client = client_of(target)
    messages = [{"role": "user", "content": REPORT}]

    stream = client.create_partial(model=target.model, response_model=Ticket, messages=messages)
    seen = [partial async for partial in stream]

    assert isinstance(Ticket.model_validate(seen[-1].model_dump()), Ticket)


async def test_an_unknown_model_is_told(target: Target) -> None:
    unknown = replace(target, model="no-such-model")

    with pytest.raises((openai.NotFoundError, InstructorRetryException), match="no-such-model"):
        await ask(unknown, instructor.Mode.TOOLS)


@pytest.mark.needs("drills")
async def test_usage_adds_up_over_attempts(target: Target) -> None:
    messages: list[Mapping[str, str]] = [{"role": "user", "content": REPORT}]

    _, raw = await client_of(target).create_with_completion(
        model=target.model, response_model=Ticket, messages=messages
    )

    assert raw.usage.total_tokens == raw.usage.prompt_tokens + raw.usage.completion_tokens
