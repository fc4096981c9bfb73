"""The fakes that others build their tests on."""

import pytest

from shared.errors import ModelUnavailableError
from shared.llm.messages import StreamEnd, TextDelta, ToolCall, ToolCallDelta
from shared.llm.tests.wire import ASK
from shared.testing import Broken, ScriptedModel, completion

pytestmark = pytest.mark.anyio

CALL = ToolCall(id="c1", name="w", arguments="{}")


async def test_a_scripted_model_says_its_lines_in_order() -> None:
    model = ScriptedModel(["one", completion("two"), ModelUnavailableError("down")])

    said = [(await model.complete(ASK)).text for _ in range(2)]

    assert said == ["one", "two"]
    with pytest.raises(ModelUnavailableError, match="down"):
        await model.complete(ASK)
    assert model.requests == [ASK] * 3


async def test_a_scripted_model_streams_word_by_word() -> None:
    reply = completion("one  two\n", tool_calls=[CALL])

    events = [event async for event in ScriptedModel([reply]).stream(ASK)]

    assert events == [
        TextDelta(text="one"),
        TextDelta(text="  two"),
        TextDelta(text="\n"),
        ToolCallDelta(index=0, id="c1", name="w", arguments="{}"),
        StreamEnd(reply=reply),
    ]


async def test_a_line_may_break_off() -> None:
    broken = Broken("half an", ModelUnavailableError("down"))
    events = ScriptedModel([broken]).stream(ASK)

    pieces = [await anext(events) for _ in range(2)]

    assert pieces == [TextDelta(text="half"), TextDelta(text=" an")]
    with pytest.raises(ModelUnavailableError, match="down"):
        await anext(events)


async def test_a_scripted_model_may_answer_by_a_function() -> None:
    model = ScriptedModel(lambda request: request.messages[-1].text.upper())

    reply = await model.complete(ASK)

    assert reply.text == "SAY HELLO."


async def test_a_scripted_model_asked_too_often_fails_the_test() -> None:
    model = ScriptedModel([])

    with pytest.raises(AssertionError, match="more than the 0 times"):
        await model.complete(ASK)
