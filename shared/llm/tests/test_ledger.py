from collections.abc import Callable
from contextlib import aclosing, suppress
from decimal import Decimal
from itertools import count

import pytest

from shared.errors import ModelError, ModelUnavailableError
from shared.llm.ledger import Entry, Ledger, LedgerModel, Outcome
from shared.llm.messages import Completion, FinishReason, Refusal, Usage
from shared.llm.prices import Price, PriceList
from shared.llm.tests.wire import ASK, Dialect, opened
from shared.testing import Line, ScriptedModel, completion, raw_server

pytestmark = pytest.mark.anyio

OPENAI = "https://api.openai.com/v1"
THOUSANDS = Usage(input_tokens=1000, output_tokens=500, cached_tokens=100)


def ticking() -> Callable[[], float]:
    """Make a clock that moves on a second whenever it is read."""
    return map(float, count()).__next__


def answer_of(model: str, usage: Usage = THOUSANDS) -> Completion:
    return Completion(text="here", finish_reason=FinishReason.STOP, usage=usage, model=model)


async def entered(line: Line, prices: PriceList | None = None) -> Entry:
    ledger = Ledger()
    model = LedgerModel(ScriptedModel([line]), ledger, prices=prices, clock=ticking())
    with suppress(ModelError):
        await model.complete(ASK)
    return ledger.entries[0]


async def test_a_published_price_is_charged() -> None:
    # gpt-4o-mini: 0.15 for a million in, 0.075 cached, 0.60 out.
    entry = await entered(answer_of("gpt-4o-mini"), PriceList(base_url=OPENAI))

    assert entry.outcome is Outcome.COMPLETED
    assert entry.cost == Decimal("0.0004425")
    assert entry.latency_s == 1


async def test_an_unknown_model_has_no_cost() -> None:
    entry = await entered(answer_of("nobody-1"), PriceList(base_url=OPENAI))

    assert entry.cost is None


async def test_a_vendors_model_hosted_elsewhere_has_no_cost() -> None:
    entry = await entered(answer_of("gpt-4o-mini"), PriceList(base_url="http://127.0.0.1:11434/v1"))

    assert entry.cost is None


async def test_uncounted_tokens_have_no_cost() -> None:
    entry = await entered(answer_of("gpt-4o-mini", Usage()), PriceList(base_url=OPENAI))

    assert entry.cost is None


async def test_a_price_of_our_own_goes_first() -> None:
    own = {"sim-fast": Price(input=Decimal(1), output=Decimal(4), cached=Decimal("0.5"))}

    entry = await entered(answer_of("sim-fast"), PriceList(own=own))

    assert entry.cost == Decimal("0.00295")


def test_cached_tokens_without_a_price_cost_as_input() -> None:
    price = Price(input=Decimal(1), output=Decimal(0))

    assert price.cost(THOUSANDS) == Decimal("0.001")


async def test_a_refusal_is_entered_with_its_tokens() -> None:
    entry = await entered(Refusal(text="no", usage=THOUSANDS, model="m-1"))

    assert entry.outcome is Outcome.REFUSED
    assert entry.usage == THOUSANDS


async def test_a_failure_is_entered_by_name() -> None:
    entry = await entered(ModelUnavailableError("down"))

    assert (entry.outcome, entry.error, entry.cost) == (
        Outcome.FAILED,
        "ModelUnavailableError",
        None,
    )


async def test_a_stream_is_entered_before_its_end_is_handed_on(dialect: Dialect) -> None:
    ledger = Ledger()
    async with (
        raw_server(dialect.pieces("he", "re")) as server,
        opened(dialect, server.url) as bare,
    ):
        model = LedgerModel(bare, ledger, clock=ticking())
        events = model.stream(ASK)
        for _ in range(3):
            await anext(events)

        [entry] = ledger.entries
        await events.aclose()

    assert (entry.outcome, entry.usage.input_tokens, entry.first_s) == (Outcome.COMPLETED, 20, 1)
    assert entry.model == "m-1-served"
    assert len(ledger.entries) == 1


async def test_a_cut_stream_is_entered_as_cut(dialect: Dialect) -> None:
    ledger = Ledger()
    answer = dialect.pieces("Half", finish=None)
    async with raw_server(answer) as server, opened(dialect, server.url) as bare:
        with pytest.raises(ModelError):
            _ = [event async for event in LedgerModel(bare, ledger).stream(ASK)]

    assert [entry.outcome for entry in ledger.entries] == [Outcome.CUT]
    assert ledger.totals().cost is None


async def test_a_stream_left_early_is_entered_as_abandoned(dialect: Dialect) -> None:
    ledger = Ledger()
    async with (
        raw_server(dialect.pieces("he", "re")) as server,
        opened(dialect, server.url) as bare,
        aclosing(LedgerModel(bare, ledger).stream(ASK)) as events,
    ):
        await anext(events)

    assert [entry.outcome for entry in ledger.entries] == [Outcome.ABANDONED]


async def test_totals_add_up_what_is_known_and_say_what_is_not() -> None:
    ledger = Ledger()
    script: list[Line] = [
        answer_of("gpt-4o-mini"),
        ModelUnavailableError("down"),
        answer_of("gpt-4o-mini"),
    ]
    model = LedgerModel(ScriptedModel(script), ledger, prices=PriceList(base_url=OPENAI))
    await model.complete(ASK)
    with pytest.raises(ModelUnavailableError):
        await model.complete(ASK)
    await model.complete(ASK)

    priced = ledger.totals()
    ledger.entries.append(await entered(completion("here")))
    mixed = ledger.totals()

    assert (priced.calls, priced.cost, priced.usage.output_tokens) == (3, Decimal("0.000885"), 1000)
    assert (mixed.cost, mixed.known_cost, mixed.unpriced) == (None, Decimal("0.000885"), 1)
