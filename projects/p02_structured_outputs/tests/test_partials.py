"""Following a reply while it is written."""

import json
from typing import Any

import pytest

from projects.p02_structured_outputs.parsing import (
    AmbiguousReplyError,
    CutShortError,
    UnreadableReplyError,
)
from projects.p02_structured_outputs.partials import Change, PartialReader, apply, follow

DOCUMENT = {"a": 'é\n"x" \\ 😀 \u0007', "b": [1, -2.5e3, {"c": None}, [], {}], "é": True, "s": ""}


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_wherever_it_is_cut_it_ends_as_the_whole(
    ascii_only: bool,  # noqa: FBT001 (a parameter of the test)
    indent: int | None,
) -> None:
    document = json.dumps(DOCUMENT, ensure_ascii=ascii_only, indent=indent)
    size = len(document.encode())

    for cuts in ([[at] for at in range(size + 1)], [list(range(1, size))]):
        for cut in cuts:
            value: Any = None
            for changes in follow(document, cut):
                value = apply(value, changes)
            assert value == DOCUMENT


def test_a_text_grows_and_a_number_waits_until_it_is_whole() -> None:
    reader = PartialReader()

    first, second = reader.feed(b'{"text": "he'), reader.feed(b'llo", "n": 12')
    third = reader.feed(b"9}")

    assert first == [
        Change((), "set", {}),
        Change(("text",), "set", ""),
        Change(("text",), "append", "he"),
    ]
    assert second == [Change(("text",), "append", "llo"), Change(("text",), "close")]
    assert third == [Change(("n",), "set", 129), Change((), "close")]


def test_half_a_character_waits_for_the_other_half() -> None:
    reader = PartialReader()
    whole = '{"a": "é'.encode()

    reader.feed(whole[:-1])

    assert reader.feed(whole[-1:]) == [Change(("a",), "append", "é")]


def test_half_an_escape_waits_for_the_other_half() -> None:
    reader = PartialReader()

    reader.feed(b'{"a": "\\ud83d\\ude')

    assert reader.feed(b"00") == [Change(("a",), "append", "😀")]


@pytest.mark.parametrize(
    "document",
    ['{"a":1,}', "[1]", '{"a":NaN}', '{"a":01}', '{"a" 1}', '{"a":1}x', '{"a":tru}', "{,}",
     '{"a":"\n"}', '{"a":[1 2]}', '{"a":}', '{"a":[1,]}', '{"a":"\\x"  }          '],
)  # fmt: skip
@pytest.mark.parametrize("width", [1, 100])
def test_what_is_no_json_is_refused(document: str, width: int) -> None:
    with pytest.raises(UnreadableReplyError):
        follow(document, list(range(width, len(document), width)))


def test_a_key_given_twice_is_refused_since_it_would_take_a_value_back() -> None:
    with pytest.raises(AmbiguousReplyError):
        follow('{"a": 1, "a": 2}', [])


@pytest.mark.parametrize("document", ["", "{", '{"a": "', '{"a": 1', '{"a": [1]'])
def test_a_document_that_ends_too_early_is_cut_short(document: str) -> None:
    with pytest.raises(CutShortError):
        follow(document, [])


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableReplyError, match="UTF-8"):
        PartialReader().feed(b'{"a": "\xff')


def test_an_error_is_placed_in_the_whole_stream_and_not_in_its_last_chunk() -> None:
    reader = PartialReader()
    for chunk in (b'{"a": 1, ', b'"b": 2, ', b'"c": '):
        reader.feed(chunk)

    with pytest.raises(UnreadableReplyError) as caught:
        reader.feed(b"?")

    assert caught.value.at == len('{"a": 1, "b": 2, "c": ')


def test_the_work_grows_with_the_text_and_not_with_its_square() -> None:
    # Characters looked at, not seconds: a machine's mood must not decide.
    reader = PartialReader()
    reader.feed(b'{"rows": [')

    held = []
    for number in range(2_000):
        reader.feed(f'{{"id": {number}, "text": "some words"}}, '.encode())
        held.append(len(reader.pending))

    assert max(held) < 100
