"""One conversation is one request, whatever dialect it comes in."""

import json
from typing import Any

import pytest

from shared.simulator.app import DIALECTS
from shared.simulator.dice import canonical

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": name, "description": name, "parameters": CITY}}
    for name in ("weather", "map")
]
CONVERSATIONS: dict[str, dict[str, Any]] = {
    "chat/completions": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is the weather?"},
            {
                "role": "assistant",
                "content": "Let me look.",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Faro"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "Sunny."},
        ],
        "tools": TOOLS,
    },
    "responses": {
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "What is the weather?"}]},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Let me look."}],
            },
            {
                "type": "function_call",
                "call_id": "x",
                "name": "weather",
                "arguments": '{"city": "Faro"}',
            },
            {"type": "function_call_output", "call_id": "x", "output": "Sunny."},
        ],
        "tools": [{"type": "function", **tool["function"]} for tool in TOOLS],
    },
    "messages": {
        "system": [{"type": "text", "text": "Be brief."}],
        "max_tokens": 50,
        "messages": [
            {"role": "user", "content": "What is the weather?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "Let me look."},
                    {"type": "tool_use", "id": "y", "name": "weather", "input": {"city": "Faro"}},
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "y", "content": "Sunny."}],
            },
        ],
        "tools": [
            {"name": name, "description": name, "input_schema": CITY} for name in ("weather", "map")
        ],
    },
    "api/chat": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is the weather?"},
            {
                "role": "assistant",
                "content": "Let me look.",
                "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Faro"}}}],
            },
            {"role": "tool", "content": "Sunny."},
        ],
        "tools": TOOLS,
    },
}


@pytest.mark.parametrize("route", CONVERSATIONS)
def test_one_conversation_is_one_request_in_every_dialect(route: str) -> None:
    def read(of: str) -> bytes:
        body = {"model": "sim-fast", **CONVERSATIONS[of]}
        return canonical(DIALECTS[of].read(json.dumps(body).encode()).calls[0])

    assert read(route) == read("chat/completions")
