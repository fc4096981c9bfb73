"""Four outcomes, and how many calls each of them takes."""

import copy
import json
from typing import Any

import pytest

from projects.p02_structured_outputs.contracts import Problem
from projects.p02_structured_outputs.extraction import (
    MAX_CALLS,
    Extracted,
    Refused,
    SchemaViolation,
    Truncated,
    extract,
    graft,
)
from shared.errors import ModelUnavailableError
from shared.llm.messages import ChatRequest, Refusal, Reply

pytestmark = pytest.mark.anyio

Payload = dict[str, Any]


def without(payload: Payload, name: str) -> str:
    return json.dumps({key: value for key, value in payload.items() if key != name})


async def test_a_valid_reply_takes_one_call(scripted: Any, payload: Payload, mail: str) -> None:
    model = scripted(json.dumps(payload))

    outcome = await extract(mail, model)

    assert isinstance(outcome, Extracted)
    assert outcome.extraction.model_dump(mode="json") == payload
    assert (outcome.calls, outcome.doubts) == (1, ())


async def test_the_schema_and_the_mail_are_sent(scripted: Any, payload: Payload, mail: str) -> None:
    model = scripted(json.dumps(payload))

    await extract(mail, model)

    (asked,) = model.asked
    assert asked.response_schema.strict
    assert mail in asked.messages[-1].text


async def test_a_violation_is_asked_for_again_by_its_path_only(
    scripted: Any, payload: Payload, mail: str
) -> None:
    model = scripted(without(payload, "language"), json.dumps(payload))

    outcome = await extract(mail, model)

    told = model.asked[1].messages[-1].text
    assert outcome.calls == 2
    assert "- language: Field required" in told
    assert not any(word in told for word in ("Ana", "Velmora", "ZX-1234567", "1299.90"))


async def test_two_replies_with_different_faults_make_one_whole(
    scripted: Any, payload: Payload, mail: str
) -> None:
    model = scripted(without(payload, "language"), without(payload, "version"))

    outcome = await extract(mail, model)

    assert isinstance(outcome, Extracted)
    assert outcome.calls == 2


async def test_an_unreadable_reask_does_not_lose_the_draft(
    scripted: Any, payload: Payload, mail: str
) -> None:
    model = scripted(without(payload, "language"), "Sorry, what?", without(payload, "version"))

    outcome = await extract(mail, model)

    assert isinstance(outcome, Extracted)
    assert "language" in model.asked[2].messages[-1].text


async def test_what_never_keeps_the_contract_ends_after_the_cap(
    scripted: Any, payload: Payload, mail: str
) -> None:
    model = scripted(*[without(payload, "language")] * 9)

    outcome = await extract(mail, model)

    assert isinstance(outcome, SchemaViolation)
    assert [problem.path for problem in outcome.problems] == ["language"]
    assert (outcome.calls, len(model.asked)) == (MAX_CALLS, MAX_CALLS)


async def test_a_refusal_is_never_asked_again(scripted: Any, refusal: Refusal, mail: str) -> None:
    model = scripted(refusal, refusal)

    outcome = await extract(mail, model)

    assert outcome == Refused(text=refusal.text, calls=1)
    assert len(model.asked) == 1


async def test_a_refusal_of_a_reask_is_a_refusal(
    scripted: Any, refusal: Refusal, payload: Payload, mail: str
) -> None:
    model = scripted(without(payload, "language"), refusal)

    assert isinstance(await extract(mail, model), Refused)


async def test_a_cut_reply_is_asked_for_again_with_more_room(
    scripted: Any, cut_off: Any, payload: Payload, mail: str
) -> None:
    model = scripted(cut_off(json.dumps(payload)[:90]), json.dumps(payload))

    outcome = await extract(mail, model, max_tokens=100)

    assert isinstance(outcome, Extracted)
    assert [asked.max_tokens for asked in model.asked] == [100, 200]
    assert model.asked[0].messages == model.asked[1].messages


async def test_a_cut_reply_is_not_read_even_where_it_could_be(
    scripted: Any, cut_off: Any, payload: Payload, mail: str
) -> None:
    model = scripted(*[cut_off(json.dumps(payload))] * 3)

    assert await extract(mail, model, max_tokens=100) == Truncated(max_tokens=400, calls=3)


async def test_a_larger_budget_stays_for_the_reask(
    scripted: Any, cut_off: Any, payload: Payload, mail: str
) -> None:
    model = scripted(cut_off("{"), without(payload, "language"), json.dumps(payload))

    await extract(mail, model, max_tokens=100)

    assert [asked.max_tokens for asked in model.asked] == [100, 200, 200]


async def test_doubts_are_told_and_not_asked_about(
    scripted: Any, payload: Payload, mail: str
) -> None:
    payload["requests"][0]["order_id"] = "QQ-7654321"
    model = scripted(json.dumps(payload))

    outcome = await extract(mail, model)

    assert isinstance(outcome, Extracted)
    assert [problem.path for problem in outcome.doubts] == ["requests.0.order_id"]
    assert outcome.calls == 1


async def test_a_model_that_fails_is_not_hidden(mail: str) -> None:
    class Down:
        name = "down"

        async def complete(self, request: ChatRequest) -> Reply:
            raise ModelUnavailableError(f"Nobody answers {len(request.messages)} messages.")

        def stream(self, request: ChatRequest) -> Any:
            raise NotImplementedError

    with pytest.raises(ModelUnavailableError):
        await extract(mail, Down())


def test_grafting_changes_only_what_was_asked_for(payload: Payload) -> None:
    old, new = copy.deepcopy(payload), copy.deepcopy(payload)
    old["requests"][0]["total"] = 1
    new["requests"][0] |= {"total": "1299.90", "order_id": "another"}
    wrong = [Problem(path="requests.0.total", reason="")]

    assert graft(old, wrong, new) == payload


def test_grafting_drops_a_key_that_the_new_reply_does_not_have(payload: Payload) -> None:
    wrong = [Problem(path="notes", reason="")]

    assert graft({**payload, "notes": "n/a"}, wrong, payload) == payload


def test_grafting_survives_paths_that_lead_nowhere(payload: Payload) -> None:
    wrong = [Problem(path="requests.9.items.x", reason=""), Problem(path="", reason="")]

    assert graft(payload, wrong, {"requests": None}) == payload
