"""What the tests of this project share: a model that follows a script, and a subject in process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shared.llm.messages import ChatRequest, Completion, FinishReason, Refusal, Reply, StreamEvent
from shared.testing import load_criteria


@dataclass
class ScriptedModel:
    """Gives the replies it was given, in order, and keeps what it was asked."""

    replies: list[Reply]
    asked: list[ChatRequest] = field(default_factory=list)
    name: str = "scripted"

    async def complete(self, request: ChatRequest) -> Reply:
        """Give the next reply."""
        self.asked.append(request)
        return self.replies.pop(0)

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Refuse: nothing here streams."""
        raise NotImplementedError(request)


def said(text: str, reason: FinishReason = FinishReason.STOP) -> Completion:
    """Write a reply."""
    return Completion(text=text, finish_reason=reason, model="scripted")


def cut(text: str) -> Completion:
    """Write a reply that was cut off."""
    return said(text, FinishReason.LENGTH)


@pytest.fixture
def scripted() -> Any:
    """Make a model from texts (said in full) and replies."""

    def make(*replies: str | Reply) -> ScriptedModel:
        return ScriptedModel([said(r) if isinstance(r, str) else r for r in replies])

    return make


@pytest.fixture
def cut_off() -> Any:
    """Make a reply that was cut off."""
    return cut


@pytest.fixture
def refusal() -> Refusal:
    """Decline."""
    return Refusal(text="I can't help with that.", model="scripted")


MAIL = """From: ana@mail.example
Date: 2026-03-20
Subject: Return

Hello,

I want to return 2 x Velmora Brisa 320, item VEL-AB123-XYZ, from order ZX-1234567.
I ordered on 1 March 2026 and it arrived on 9 March. Both came in pieces.
I paid $1,299.90 in all. A refund, please.

Ana Prado

On 2 February 2026 support@farol.example wrote:
> We have closed your ticket about order QQ-7654321.
> The refund of $57.10 for 7 units is on its way.
"""


@pytest.fixture
def mail() -> str:
    """Return a mail."""
    return MAIL


@pytest.fixture
def payload() -> dict[str, Any]:
    """Return what the mail says."""
    return {
        "version": "2",
        "language": "en",
        "customer_name": "Ana Prado",
        "requests": [
            {
                "quote": "I want to return 2 x Velmora Brisa 320",
                "kind": "return",
                "items": [
                    {
                        "product": "Velmora Brisa 320",
                        "sku": "VEL-AB123-XYZ",
                        "quantity": 2,
                        "unit_price": None,
                    }
                ],
                "currency": "USD",
                "total": "1299.90",
                "order_id": "ZX-1234567",
                "ordered_on": "2026-03-01",
                "delivered_on": "2026-03-09",
                "reason": "damaged",
                "resolution": "refund",
            }
        ],
    }


@pytest.fixture(scope="session")
def measured() -> Any:
    """Look at the criteria of this project."""
    return load_criteria(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def truth_of(measured: Any) -> Any:
    """Write the truth of a mail as a payload."""
    return measured.payload_of
