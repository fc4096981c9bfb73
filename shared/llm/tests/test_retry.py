import pytest

from shared.errors import (
    DeadlineExceededError,
    ModelError,
    ModelRejectedError,
    ModelUnavailableError,
    RateLimitedError,
    StreamCutError,
)
from shared.llm.messages import Completion, StreamEnd
from shared.llm.model import ChatModel
from shared.llm.retry import RetryBudget, RetryingModel, RetryPolicy
from shared.llm.tests.wire import ASK, Dialect, failing, opened
from shared.testing import Broken, ScriptedModel, raw_server

pytestmark = pytest.mark.anyio

DOWN = ModelUnavailableError("down")


class Clock:
    """Sleeps without time passing, and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def retrying(
    model: ChatModel,
    clock: Clock,
    *,
    policy: RetryPolicy | None = None,
    budget: RetryBudget | None = None,
    jitter: float = 0.5,
) -> RetryingModel:
    return RetryingModel(
        model, policy=policy, budget=budget, sleep=clock.sleep, jitter=lambda: jitter
    )


async def test_an_unavailable_model_is_asked_again() -> None:
    clock = Clock()
    model = retrying(ScriptedModel([DOWN, DOWN, "here"]), clock)

    reply = await model.complete(ASK)

    assert reply.text == "here"
    assert clock.slept == [0.25, 0.5]


async def test_the_wait_doubles_up_to_its_longest() -> None:
    clock = Clock()
    policy = RetryPolicy(attempts=6, first_wait_s=1, longest_wait_s=4)
    model = retrying(ScriptedModel([DOWN] * 6), clock, policy=policy, jitter=0.999)

    with pytest.raises(ModelUnavailableError):
        await model.complete(ASK)

    assert clock.slept == pytest.approx([0.999, 1.998, 3.996, 3.996, 3.996])


async def test_jitter_may_shorten_a_wait_to_nothing() -> None:
    clock = Clock()

    await retrying(ScriptedModel([DOWN, "here"]), clock, jitter=0.0).complete(ASK)

    assert clock.slept == [0]


async def test_the_last_attempt_raises_what_it_met() -> None:
    inner = ScriptedModel([DOWN] * 4)

    with pytest.raises(ModelUnavailableError, match="down"):
        await retrying(inner, Clock()).complete(ASK)

    assert len(inner.requests) == 4


@pytest.mark.parametrize(
    "error", [ModelRejectedError("no"), StreamCutError("cut", partial="half")], ids=repr
)
async def test_what_cannot_help_is_not_repeated(error: ModelError) -> None:
    inner = ScriptedModel([error])

    with pytest.raises(type(error)):
        await retrying(inner, Clock()).complete(ASK)

    assert len(inner.requests) == 1


async def test_the_servers_wish_to_wait_is_honoured(dialect: Dialect) -> None:
    clock = Clock()
    limited = failing(429, dialect.error(429, "rate_limit_error"), retry_after="7")
    async with (
        raw_server(limited, dialect.whole("here")) as server,
        opened(dialect, server.url) as model,
    ):
        reply = await retrying(model, clock).complete(ASK)

    assert reply.text == "here"
    assert clock.slept == [7]
    assert len(server.hits) == 2


async def test_a_server_that_wants_too_long_a_wait_is_not_asked_again() -> None:
    clock = Clock()
    inner = ScriptedModel([RateLimitedError("slow down", retry_after_s=3600)])

    with pytest.raises(RateLimitedError):
        await retrying(inner, clock).complete(ASK)

    assert clock.slept == []


async def test_a_stream_is_begun_again_while_nothing_of_it_was_handed_on(dialect: Dialect) -> None:
    clock = Clock()
    answers = (dialect.failing_stream(), dialect.pieces("he", "re"))
    async with raw_server(*answers) as server, opened(dialect, server.url) as model:
        events = [event async for event in retrying(model, clock).stream(ASK)]

    assert isinstance(events[-1], StreamEnd)
    assert isinstance(events[-1].reply, Completion)
    assert events[-1].reply.text == "here"
    assert len(clock.slept) == 1


async def test_a_stream_that_was_begun_is_not_begun_again(dialect: Dialect) -> None:
    answers = (dialect.failing_stream("he"), dialect.pieces("he", "re"))
    async with raw_server(*answers) as server, opened(dialect, server.url) as model:
        with pytest.raises(StreamCutError):
            _ = [event async for event in retrying(model, Clock()).stream(ASK)]

    assert len(server.hits) == 1


async def test_an_unavailable_model_in_mid_stream_is_not_asked_again() -> None:
    inner = ScriptedModel([Broken("he", DOWN), "here"])

    with pytest.raises(ModelUnavailableError, match="down"):
        _ = [event async for event in retrying(inner, Clock()).stream(ASK)]

    assert len(inner.requests) == 1


async def test_an_empty_budget_ends_retrying_and_says_so() -> None:
    inner = ScriptedModel(lambda _: ModelUnavailableError("down"))
    model = retrying(inner, Clock(), budget=RetryBudget(capacity=2))

    with pytest.raises(ModelUnavailableError) as first:
        await model.complete(ASK)
    with pytest.raises(ModelUnavailableError):
        await model.complete(ASK)

    assert len(inner.requests) == 3 + 1
    assert "retry budget is empty" in first.value.__notes__[0]


async def test_successes_refill_the_budget_up_to_its_capacity() -> None:
    budget = RetryBudget(capacity=1, refund=0.5)
    model = retrying(ScriptedModel([DOWN, *["here"] * 4]), Clock(), budget=budget)

    for _ in range(4):
        await model.complete(ASK)

    assert budget.tokens == 1


async def test_one_budget_serves_several_models() -> None:
    budget = RetryBudget(capacity=3)
    inner = [ScriptedModel([DOWN] * 4), ScriptedModel([DOWN] * 4)]

    for model in inner:
        with pytest.raises(ModelUnavailableError):
            await retrying(model, Clock(), budget=budget).complete(ASK)

    assert [len(model.requests) for model in inner] == [4, 1]


async def test_a_missed_deadline_costs_the_budget_more() -> None:
    budget = RetryBudget(capacity=5)

    await retrying(
        ScriptedModel([DeadlineExceededError("late"), "here"]), Clock(), budget=budget
    ).complete(ASK)

    assert budget.tokens == pytest.approx(5 - 2 + 0.1)
