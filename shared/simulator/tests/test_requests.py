"""What is wrong with a request is said, with the parameter's name."""

from typing import Any

import httpx
import pytest

from shared.simulator.respond import Reader
from shared.simulator.server import make_state, serving

pytestmark = pytest.mark.anyio

ASKED = {"model": "sim-fast", "messages": [{"role": "user", "content": "Hello."}]}
CALLED = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}


def schema(body: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": body, "strict": strict}}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"temperature": 9}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": -1}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 1_000}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 99_999}, "max_tokens"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"temprature": 0.5}, "temprature"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "assistant", "tool_calls": [CALLED]}]}, "messages"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "messages"),
        ({"response_format": schema(OPEN)}, "response_format.json_schema.schema"),
        (
            {"response_format": schema({"$ref": "#/nowhere"}, strict=False)},
            "response_format.json_schema.schema",
        ),
    ],
)
async def test_a_wrong_parameter_is_named(
    base_url: str, http: httpx.AsyncClient, change: dict[str, Any], param: str
) -> None:
    answer = await http.post(f"{base_url}/chat/completions", json={**ASKED, **change})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("responses", {"input": []}),
        ("responses", {"input": [{"type": "reasoning", "summary": []}]}),
        ("messages", {"messages": [{"role": "user", "content": []}], "max_tokens": 9}),
    ],
)
async def test_a_request_without_a_word_is_refused(
    base_url: str, http: httpx.AsyncClient, route: str, body: dict[str, Any]
) -> None:
    answer = await http.post(f"{base_url}/{route}", json={"model": "sim-fast", **body})

    assert answer.status_code == 400
    assert "no message" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("previous_response_id", "resp_1"), ("conversation", "conv_1"), ("background", True)],
)
async def test_what_needs_kept_responses_is_refused_by_name(
    base_url: str, http: httpx.AsyncClient, name: str, value: object
) -> None:
    body = {"model": "sim-fast", "input": "Hello", name: value}

    answer = await http.post(f"{base_url}/responses", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == name
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_strict_mode_says_which_keyword_it_does_not_take(
    base_url: str, http: httpx.AsyncClient
) -> None:
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["a"],
        "properties": {"a": {"type": "array", "uniqueItems": True}},
    }

    answer = await http.post(
        f"{base_url}/chat/completions", json={**ASKED, "response_format": schema(body)}
    )

    assert answer.status_code == 400
    assert "'uniqueItems' is not permitted" in answer.json()["error"]["message"]
    assert "properties.a" in answer.json()["error"]["message"]


async def test_the_same_schema_is_taken_without_strict(
    base_url: str, http: httpx.AsyncClient
) -> None:
    wanted = schema({"type": "object", "properties": {"a": {"type": "string"}}}, strict=False)

    answer = await http.post(
        f"{base_url}/chat/completions", json={**ASKED, "response_format": wanted}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/completions", 405),
        ("POST", "/chat/completion", 404),
        ("GET", "/models/sim-huge", 404),
        ("GET", "/../drill/gremlins=1/v1/models", 400),
    ],
)
async def test_a_wrong_address_is_explained(
    base_url: str, http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await http.request(method, base_url + path)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_a_server_with_a_key_takes_no_other(reader: Reader, http: httpx.AsyncClient) -> None:
    async with serving(make_state(read=reader, api_key="right")) as url:
        wrong = await http.post(
            f"{url}/chat/completions", json=ASKED, headers={"authorization": "Bearer wrong"}
        )
        right = await http.post(
            f"{url}/chat/completions", json=ASKED, headers={"authorization": "Bearer right"}
        )

    assert (wrong.status_code, right.status_code) == (401, 200)
    assert wrong.json()["error"]["code"] == "invalid_api_key"


async def test_a_reader_that_breaks_is_a_defect_and_the_server_lives(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("inside")

    async with serving(make_state(read=broken)) as url:
        answer = await http.post(f"{url}/chat/completions", json=ASKED)
        health = await http.get(f"{url}/models")

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "defect"
    assert "inside" not in answer.text
    assert "inside" in caplog.text
    assert health.status_code == 200
