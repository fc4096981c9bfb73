"""One real conversation, for owners of a key or a local server: ``pytest -m live``."""

import pytest

from shared.llm.connect import connect
from shared.llm.ledger import Ledger
from shared.llm.messages import ChatRequest, Completion, StreamEnd, user
from shared.settings import read_settings

pytestmark = [pytest.mark.anyio, pytest.mark.live]

ASK = ChatRequest(messages=(user("Reply with the single word: blue"),), max_tokens=200)


async def test_a_live_model_answers_whole_and_streamed() -> None:
    settings = read_settings()
    if settings.base_url is None:
        pytest.skip("CAPSTONE_BASE_URL is not set")
    ledger = Ledger()

    async with connect(settings, ledger=ledger) as model:
        reply = await model.complete(ASK)
        events = [event async for event in model.stream(ASK)]

    assert isinstance(reply, Completion)
    assert "blue" in reply.text.lower()
    assert isinstance(events[-1], StreamEnd)
    assert ledger.totals().usage.output_tokens > 0
