"""Equal answers are one, and a vote ends as soon as it is decided."""

from typing import Any

import pytest

from projects.p01_prompting.voting import final_answer, normalised, self_consistent
from shared.llm.messages import ChatRequest, Refusal, user
from shared.testing import ScriptedModel

ASKED = ChatRequest(messages=(user("How much?"),))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1,000", "1000"),
        ("1000.0", "1000"),
        ("$1 000", "1000"),
        ("R$ 1.000,00", "1000"),
        ("US$ 1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("0.125", "0.125"),
        ("12,50", "12.5"),
        ("16 per cent", "16 %"),
        ("16%", "16 %"),
        ("50 horas", "50 h"),
        ("\u22125.00", "-5"),
        ("10 20", "10 20"),
        ("1.2.3", "1.2.3"),
        (" Leah  HAYES. ", "leah hayes"),
        ("São Paulo", "são paulo"),
        ("", ""),
    ],
)
def test_an_answer_has_one_form(text: str, form: str) -> None:
    assert normalised(text) == form


def test_a_huge_answer_is_folded_in_no_time() -> None:
    assert normalised("1" * 100_000 + "x" * 100_000)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1. a\n\nAnswer: 5 days", "5 days"),
        ("Answer: 1\nResposta: 2", "2"),
        ("**Answer:** `x`", "x"),
        ("just this", "just this"),
        ("", ""),
    ],
)
def test_the_answer_is_taken_from_the_last_line_that_gives_one(text: str, answer: str) -> None:
    assert final_answer(text) == answer


@pytest.mark.anyio
async def test_a_lead_of_three_ends_the_vote(said: Any) -> None:
    model = ScriptedModel(said("Answer: $5", "Answer: 6", "Answer: 5.0", "Answer: 5", "Answer: 5"))

    vote = await self_consistent(ASKED, model)

    assert (vote.answer, vote.samples, vote.usage.output_tokens) == ("$5", 5, 5)
    assert vote.share == pytest.approx(0.8)


@pytest.mark.anyio
async def test_a_lead_that_nothing_left_can_close_ends_the_vote(said: Any) -> None:
    model = ScriptedModel(said(*["Answer: a"] * 2))

    vote = await self_consistent(ASKED, model, most=3, margin=9)

    assert (vote.answer, vote.samples) == ("a", 2)


@pytest.mark.anyio
async def test_a_tie_goes_to_the_answer_that_came_first(said: Any) -> None:
    model = ScriptedModel(said("Answer: b", "Answer: a", "Answer: a", "Answer: b"))

    vote = await self_consistent(ASKED, model, most=4)

    assert vote.answer == "b"


@pytest.mark.anyio
async def test_a_refusal_and_silence_are_no_votes(said: Any) -> None:
    refusal = Refusal(text="No.", model="m")
    model = ScriptedModel([refusal, *said("", "Answer: a", "Answer: a", "Answer: a")])

    vote = await self_consistent(ASKED, model)

    assert (vote.answer, vote.samples) == ("a", 5)


@pytest.mark.anyio
async def test_no_votes_give_no_answer(said: Any) -> None:
    vote = await self_consistent(ASKED, ScriptedModel(said("", "")), most=2)

    assert (vote.answer, vote.share) == (None, 0)


@pytest.mark.anyio
async def test_every_sample_has_a_seed_of_its_own(said: Any) -> None:
    model = ScriptedModel(said(*["Answer: a"] * 3))

    await self_consistent(ASKED, model)

    assert [request.seed for request in model.requests] == [1, 2, 3]
    assert all(request.temperature for request in model.requests)
