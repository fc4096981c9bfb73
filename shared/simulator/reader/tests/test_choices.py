"""Choosing labels and tools."""

import json

import pytest

from shared.llm.messages import JsonSchema, Message, Role, Tool, ToolCall, ToolResult, system, user
from shared.simulator.reader.testing import ask


def tool(name: str, told: str, **fields: str) -> Tool:
    properties: JsonSchema = {key: {"type": kind} for key, kind in fields.items()}
    return Tool(
        name=name,
        description=told,
        parameters={"type": "object", "properties": properties, "required": list(fields)},
    )


TOOLS = (
    tool("find_train", "Find trains between two cities", origin="string", destination="string"),
    tool("get_parcel", "Look up a parcel by its tracking code", tracking_code="string"),
    tool("forecast", "Weather forecast for a city", city="string"),
)


@pytest.mark.parametrize(
    ("asked", "name", "arguments"),
    [
        ("Where is parcel LX-48213?", "get_parcel", {"tracking_code": "LX-48213"}),
        ("Will it rain in Bergen tomorrow? What's the weather?", "forecast", {"city": "Bergen"}),
    ],
)
def test_the_tool_whose_description_fits_is_called(
    asked: str, name: str, arguments: dict[str, str]
) -> None:
    draft = ask(user(asked), tools=TOOLS)

    assert [call.name for call in draft.tool_calls] == [name]
    assert json.loads(draft.tool_calls[0].arguments) == arguments


def test_no_tool_is_called_where_none_fits() -> None:
    assert not ask(user("Write me a short poem on moss."), tools=TOOLS).tool_calls


def test_only_small_models_make_up_what_a_tool_takes() -> None:
    asked = user("What is the tracking code on a parcel made of?")

    eager, careful = (ask(asked, tools=TOOLS, model=m) for m in ("sim-nano", "sim-reasoner"))

    assert [call.name for call in eager.tool_calls] == ["get_parcel"]
    assert not careful.tool_calls


def test_a_tool_that_must_be_called_is_called() -> None:
    forced = ask(user("Hello there."), tools=TOOLS, tool_choice="forecast")
    required = ask(user("Hello there."), tools=TOOLS, tool_choice="required")

    assert forced.tool_calls[0].name == "forecast"
    assert len(required.tool_calls) == 1
    assert not ask(user("Where is parcel LX-48213?"), tools=TOOLS, tool_choice="none").tool_calls


def test_a_tools_result_is_read_and_answered_from() -> None:
    call = ToolCall(id="1", name="get_parcel", arguments='{"tracking_code": "LX-48213"}')
    result = ToolResult(
        call_id="1", text='{"status": "in customs", "expected_delivery": "2026-05-04"}'
    )

    draft = ask(
        user("When is the expected delivery of parcel LX-48213?"),
        Message(role=Role.ASSISTANT, parts=(call,)),
        Message(role=Role.TOOL, parts=(result,)),
        tools=TOOLS,
    )

    assert not draft.tool_calls
    assert "2026-05-04" in draft.text


def test_a_text_is_put_under_the_label_it_fits() -> None:
    orders = system("Classify the message as one of: billing, technical, praise. Only the label.")

    assert ask(orders, user("My card was charged twice for one invoice.")).text == "billing"
    assert ask(orders, user("The app crashes with an error at login.")).text == "technical"


def test_examples_teach_labels_whose_names_say_nothing() -> None:
    shown = (
        "Text: the ducks swim on the pond\nLabel: K1\n\nText: the engine "
        "needs oil\nLabel: K2\n\nText: geese and ducks fly south\nLabel: "
        "K1\n\nText: the gearbox and engine are loud\nLabel: K2\n\n"
    )

    assert ask(user(shown + "Text: a duck swims\nLabel:")).text == "K1"
    assert ask(user(shown + "Text: oil for the gearbox\nLabel:")).text == "K2"
