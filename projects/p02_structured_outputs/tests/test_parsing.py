"""Reading replies: what is forgiven, what is refused, and that nothing is guessed."""

import copy
import json
from typing import Any

import pytest

from projects.p02_structured_outputs.contracts import ContractError
from projects.p02_structured_outputs.parsing import (
    AmbiguousReplyError,
    CutShortError,
    UnreadableReplyError,
    normalised,
    parse_extraction,
)

Payload = dict[str, Any]


def read(reply: str) -> Payload:
    found: Payload = parse_extraction(reply).model_dump(mode="json")
    return found


@pytest.mark.parametrize(
    "reply",
    ["{}", "```json\n{}\n```", "\ufeff{}", "Sure, here it is:\n{}\nAnything else?"],
)
def test_what_stands_around_the_object_is_left_out(payload: Payload, reply: str) -> None:
    assert read(reply.replace("{}", json.dumps(payload))) == payload


@pytest.mark.parametrize(
    ("reply", "standard"),
    [
        ("{'a': 'x', 'b': None, 'c': [True, False]}", '{"a":"x","b":null,"c":[true,false]}'),
        ('{"a": [1, 2,], "b": {"c": 1 , } ,}', '{"a":[1,2],"b":{"c":1}}'),
        ("{'a': 'it\\'s \"here\"'}", '{"a":"it\'s \\"here\\""}'),
        ('{"a": "two\nlines\tand tabs"}', '{"a":"two\\nlines\\tand tabs"}'),
        ('{"a": 1.10, "b": -2e+3}', '{"a":1.10,"b":-2e+3}'),
        ("{}", "{}"),
    ],
)
def test_slips_of_syntax_are_undone(reply: str, standard: str) -> None:
    assert normalised(reply) == standard


@pytest.mark.parametrize(
    "text", [", ]", ",}", "'a': None,", "```", '{"a": 1}', "// no comment", "NaN", "\\", "é “x” 😀"]
)
def test_what_looks_like_syntax_in_a_text_is_left_alone(payload: Payload, text: str) -> None:
    payload["requests"][0]["quote"] = text

    assert read(json.dumps(payload)) == payload
    assert read(json.dumps(payload, ensure_ascii=False)) == payload


@pytest.mark.parametrize(
    "reply",
    [
        '{"a": 1, "a": 1}',
        '{"a": 1, "\\u0061": 2}',
        '{"a": 1} {"a": 1}',
        '{"a": 1}\nor rather\n{"a": 2}',
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(reply: str) -> None:
    with pytest.raises(AmbiguousReplyError):
        normalised(reply)


def test_wherever_a_reply_is_cut_it_is_refused(payload: Payload) -> None:
    reply = json.dumps(payload)

    for end in range(len(reply)):
        with pytest.raises(UnreadableReplyError):
            normalised(reply[:end])


@pytest.mark.parametrize("reply", ['{"a": [1, 2', '{"a": {"b": 1}', '{"a', '{"a":', "{"])
def test_a_reply_that_was_cut_is_told_from_a_broken_one(reply: str) -> None:
    with pytest.raises(CutShortError):
        normalised(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "", "no", "[1]", '[{"a": 1}]', '{"a": NaN}', '{"a": -Infinity}', '{"a": 01}', '{"a": 1 2}',
        '{"a": "\\x"}', '{"a" 1}', "{a: 1}", "{,}", '{"a": [,]}', '{"a": nul}', '{"a": 1_000}',
        '{"a": ' + "[" * 100_000, '{"a": ' + "1" * 5_000 + "}",
    ],
)  # fmt: skip
def test_what_is_no_object_is_refused(reply: str) -> None:
    with pytest.raises(UnreadableReplyError):
        normalised(reply)


def test_an_integer_written_as_text_is_read(payload: Payload) -> None:
    damaged = copy.deepcopy(payload)
    damaged["requests"][0]["items"][0]["quantity"] = "2"

    assert read(json.dumps(damaged)) == payload


@pytest.mark.parametrize("quantity", ["2.0", "02", " 2", "two", "2x", "", 2.0, True])
def test_what_is_nearly_an_integer_is_refused(payload: Payload, quantity: object) -> None:
    payload["requests"][0]["items"][0]["quantity"] = quantity

    with pytest.raises(ContractError, match=r"requests\.0\.items\.0\.quantity"):
        read(json.dumps(payload))


def test_members_in_another_case_are_read_even_several_at_once(payload: Payload) -> None:
    damaged = copy.deepcopy(payload)
    damaged["requests"][0] |= {"kind": "Return", "reason": "DAMAGED", "currency": "usd"}

    assert read(json.dumps(damaged)) == payload


def test_a_text_alone_in_a_list_is_read(payload: Payload) -> None:
    assert read(json.dumps(payload | {"language": ["en"]})) == payload


@pytest.mark.parametrize("language", [["en", "pt"], [], ["xx"], "english", "en?"])
def test_a_value_that_fits_no_member_is_refused(payload: Payload, language: object) -> None:
    with pytest.raises(ContractError, match="language"):
        read(json.dumps(payload | {"language": language}))


def test_problems_name_the_place_without_the_branch_and_without_the_value(payload: Payload) -> None:
    del payload["requests"][0]["total"]
    payload["requests"][0]["reason"] = "secret-reason"

    with pytest.raises(ContractError) as caught:
        read(json.dumps(payload))

    assert {p.path for p in caught.value.problems} == {"requests.0.total", "requests.0.reason"}
    assert "secret-reason" not in str(caught.value)


def test_half_a_character_is_refused(payload: Payload) -> None:
    payload["customer_name"] = "\ud83d"

    with pytest.raises(ContractError):
        read(json.dumps(payload))
