"""Ask the reader in one line, for tests and benchmarks."""

import json

from pydantic import JsonValue

from shared.llm.messages import ChatRequest, JsonSchema, Message, ResponseSchema, Tool, system, user
from shared.simulator.dice import Dice
from shared.simulator.plan import Draft
from shared.simulator.profiles import PROFILES
from shared.simulator.reader.read import read


def ask(
    *messages: Message,
    model: str = "sim-oracle",
    schema: JsonSchema | None = None,
    tools: tuple[Tool, ...] = (),
    tool_choice: str = "auto",
    seed: bytes = b"seed",
    json_mode: bool = False,
) -> Draft:
    """Read messages with a profile; ``seed`` makes the dice."""
    wanted = ResponseSchema(name="wanted", json_schema=schema) if schema else None
    request = ChatRequest(
        messages=messages, response_schema=wanted, tools=tools, tool_choice=tool_choice
    )
    return read(request, PROFILES[model], Dice(seed), json_mode=json_mode)


def fill(text: str, properties: JsonSchema, *, model: str = "sim-oracle") -> JsonValue:
    """Fill an object of these properties, all required, from a text."""
    schema: JsonSchema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    draft = ask(
        system("Fill in the form."), user(f"<text>\n{text}\n</text>"), schema=schema, model=model
    )
    value: JsonValue = json.loads(draft.text)
    return value
