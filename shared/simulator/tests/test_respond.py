from dataclasses import replace
from statistics import fmean

import pytest

from shared.llm.messages import ChatRequest, Tool, user
from shared.simulator.dice import Dice
from shared.simulator.plan import Call, Draft, DraftCall
from shared.simulator.profiles import PROFILES, Profile
from shared.simulator.respond import Reader, respond

FAST = PROFILES["sim-fast"]
TEXT = "Ana moved to Porto in 2019, then to Faro. STOP She lives by the sea, near the old harbour."


def call(text: str = "Where does Ana live?", **knobs: object) -> Call:
    request = ChatRequest(messages=(user(text),)).model_copy(update=knobs)
    return Call(model="sim-fast", request=request)


def says(draft: Draft) -> Reader:
    def read(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
        del request, profile, dice
        return draft

    return read


def test_the_same_call_gives_the_same_plan() -> None:
    assert respond(call(), FAST, 1, says(Draft(TEXT))) == respond(
        call(), FAST, 1, says(Draft(TEXT))
    )


def test_another_seed_changes_the_time_and_not_what_the_reader_says() -> None:
    one = respond(call(), FAST, 1, says(Draft(TEXT)))
    other = respond(call(), FAST, 2, says(Draft(TEXT)))

    assert one.text == other.text
    assert one.timing != other.timing


def test_an_answer_ends_before_the_first_stop_sequence() -> None:
    plan = respond(call(stop=("sea", " STOP")), FAST, 1, says(Draft(TEXT)))

    assert plan.text == "Ana moved to Porto in 2019, then to Faro."
    assert plan.stop_sequence == " STOP"
    assert plan.finish == "stop"


@pytest.mark.parametrize("limit", [1, 2, 5, 10])
def test_a_smaller_budget_gives_the_beginning_of_the_same_answer(limit: int) -> None:
    whole = respond(call(), FAST, 1, says(Draft(TEXT)))

    cut = respond(call(max_tokens=limit), FAST, 1, says(Draft(TEXT)))

    assert cut.pieces == whole.pieces[:limit]
    assert cut.finish == "length"
    assert cut.usage.output_tokens == limit


def test_hidden_reasoning_is_paid_for_and_waited_for() -> None:
    plain = respond(call(), FAST, 1, says(Draft(TEXT)))

    thought = respond(call(), FAST, 1, says(Draft(TEXT, reasoning_tokens=200)))

    assert thought.usage.output_tokens == plain.usage.output_tokens + 200
    assert thought.usage.reasoning_tokens == 200
    assert thought.timing.ttft_s == pytest.approx(plain.timing.ttft_s + 200 / FAST.tokens_per_s)


def test_reasoning_that_eats_the_budget_leaves_no_answer() -> None:
    plan = respond(call(max_tokens=50), FAST, 1, says(Draft(TEXT, reasoning_tokens=200)))

    assert (plan.text, plan.finish) == ("", "length")
    assert plan.usage.output_tokens == 50


def test_tool_calls_keep_their_order_and_may_be_held_to_one() -> None:
    calls = (DraftCall("find", '{"q": 1}'), DraftCall("book", '{"q": 2}'))
    tools = (Tool(name="find", description="", parameters={}),)
    both = respond(call(tools=tools), FAST, 1, says(Draft(tool_calls=calls)))

    one = respond(
        replace(call(tools=tools), parallel_tool_calls=False),
        FAST,
        1,
        says(Draft(tool_calls=calls)),
    )

    assert [(item.name, item.arguments) for item in both.tool_calls] == [
        ("find", '{"q": 1}'),
        ("book", '{"q": 2}'),
    ]
    assert both.finish == "tool_calls"
    assert both.tool_calls[0].id != both.tool_calls[1].id
    assert [item.name for item in one.tool_calls] == ["find"]


def test_log_probabilities_grow_with_the_evidence() -> None:
    def mean(evidence: float) -> float:
        told = replace(call(), logprobs=True, top_logprobs=3)
        plan = respond(told, FAST, 1, says(Draft(TEXT, evidence=evidence)))
        assert plan.logprobs is not None
        return fmean(entry.logprob for entry in plan.logprobs)

    assert mean(0.1) < mean(0.5) < mean(0.95) < 0.0


def test_top_log_probabilities_are_sorted_and_never_add_to_more_than_one() -> None:
    told = replace(call(), logprobs=True, top_logprobs=4)

    plan = respond(told, FAST, 1, says(Draft(TEXT, evidence=0.4)))

    assert plan.logprobs is not None
    for entry in plan.logprobs:
        values = [logprob for _, logprob in entry.top]
        assert values == sorted(values, reverse=True)
        assert sum(2.718281828**value for value in values) <= 1.0 + 1e-9


def test_waits_follow_the_declared_distribution() -> None:
    plans = [respond(call(f"q {n}"), FAST, 1, says(Draft(TEXT))) for n in range(2_000)]
    firsts = sorted(plan.timing.ttft_s for plan in plans)
    gaps = [gap for plan in plans for gap in plan.timing.gaps_s]

    assert firsts[1_000] == pytest.approx(FAST.ttft_p50_s, rel=0.05)
    assert firsts[1_900] == pytest.approx(FAST.ttft_p95_s, rel=0.08)
    assert fmean(gaps) == pytest.approx(1 / FAST.tokens_per_s, rel=0.03)


def test_a_drill_changes_what_it_names_and_nothing_else() -> None:
    plain = respond(call(), FAST, 1, says(Draft(TEXT)))

    slow = respond(replace(call(), drill={"slow_stream": 1.0}), FAST, 1, says(Draft(TEXT)))

    assert slow.text == plain.text
    assert slow.id == plain.id
    assert slow.timing.total_s > 5 * plain.timing.total_s


def test_asking_again_gives_another_sample_only_where_the_drill_says_so() -> None:
    def read(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
        del request, profile
        return Draft(str(dice.uniform("sample")))

    def texts(rate: float) -> set[str]:
        told = replace(call(), drill={"nondeterminism": rate})
        return {respond(replace(told, attempt=(0, n)), FAST, 1, read).text for n in range(50)}

    assert len(texts(0.0)) == 1
    assert 5 < len(texts(0.5)) < 45
    assert len(texts(1.0)) == 50


def test_an_injection_drill_takes_the_place_of_the_profiles_susceptibility() -> None:
    def read(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
        del request, dice
        return Draft(str(profile.injection_susceptibility))

    plan = respond(replace(call(), drill={"injection": 0.75}), FAST, 1, read)

    assert plan.text == "0.75"
