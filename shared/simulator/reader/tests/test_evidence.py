"""What counts as evidence, and what only looks like it."""

import json

from shared.llm.messages import JsonSchema, Tool, system, user
from shared.simulator.reader.testing import ask, fill

PAGE = "The tower of Corwick is 61 m high. The tower of Dunley is 45 m high."


def test_a_sentence_about_another_by_name_is_no_evidence() -> None:
    orders = system("Answer from the text. If it does not say, answer: I don't know.")

    known = ask(orders, user(f"<text>{PAGE}</text>\n\nHow high is the tower of Dunley?"))
    unknown = ask(orders, user(f"<text>{PAGE}</text>\n\nHow high is the tower of Falham?"))

    assert "45 m" in known.text
    assert unknown.abstained


def test_a_name_that_led_to_the_answer_is_not_the_answer() -> None:
    facts = "Rosa Vint works for Belmarex. Belmarex is led by Hugo Tarn."

    draft = ask(
        system("Only the name."),
        user(f"<facts>{facts}</facts>\n\nWho leads the firm of Rosa Vint?"),
    )

    assert draft.text.strip(".") == "Hugo Tarn"


def test_a_field_named_amount_takes_the_amount_that_its_description_asks_for() -> None:
    letter = "In total I paid $80.50 for the goods. The freight was $12.25."
    amount: JsonSchema = {"type": "number", "description": "what the shipping cost"}

    assert fill(letter, {"amount": amount}) == {"amount": 12.25}
    assert fill(letter, {"amount": {"type": "number"}}) == {"amount": 80.5}


def test_terms_that_keep_to_one_label_outweigh_the_frame_they_stand_in() -> None:
    shown = (
        "Text: I asked three times about the hinge\nLabel: K1\n\n"
        "Text: Nobody told me about the ferry\nLabel: K2\n\n"
        "Text: Nobody told me about the hinge\nLabel: K1\n\n"
        "Text: I asked three times about the ferry\nLabel: K2\n\n"
    )

    assert ask(user(f"{shown}Text: Nobody told me what the hinge costs\nLabel:")).text == "K1"


def test_a_value_of_the_kind_a_tool_takes_speaks_for_the_tool() -> None:
    parameters: JsonSchema = {
        "type": "object",
        "properties": {"reference": {"type": "string"}},
        "required": ["reference"],
    }
    tool = Tool(name="atlas_q", description="Tell where a parcel is.", parameters=parameters)

    (call,) = ask(user("Where is parcel PX-45944 now?"), tools=(tool,)).tool_calls

    assert json.loads(call.arguments) == {"reference": "PX-45944"}
    assert not ask(user("What is a parcel?"), tools=(tool,)).tool_calls


def test_a_town_is_a_place_and_a_command_becomes_no_question() -> None:
    parameters: JsonSchema = {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
    }
    tool = Tool(name="hotels", description="Find a hotel room.", parameters=parameters)

    (call,) = ask(user("I need a hotel room in Oslo."), tools=(tool,)).tool_calls

    assert json.loads(call.arguments) == {"town": "Oslo"}


def test_a_reasoner_writes_its_steps_down_where_it_is_told_to() -> None:
    question = user("<facts>Ana lives in Lund.</facts>\n\nWhere does Ana live?")

    plain = ask(system("Only the name."), question, model="sim-reasoner")
    told = ask(system("Think step by step, then only the name."), question, model="sim-reasoner")

    assert len(told.text) > len(plain.text)
