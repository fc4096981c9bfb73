import json
from collections import Counter
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError
from shared.llm.messages import ChatRequest, JsonSchema, ResponseSchema, user
from shared.simulator.address import drill_url, read_address, server_url, tag_url
from shared.simulator.damage import violate
from shared.simulator.dice import Dice
from shared.simulator.drills import VIOLATIONS, check_drill, parse_drill, strike, write_drill
from shared.simulator.plan import Call, Draft
from shared.simulator.profiles import PROFILES
from shared.simulator.respond import respond

ORDER: JsonSchema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "lines"],
    "properties": {
        "kind": {"enum": ["order", "return"], "type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {
        "line": {
            "type": "object",
            "additionalProperties": False,
            "required": ["sku", "quantity"],
            "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
        }
    },
}
VALID = '{"kind": "order", "lines": [{"sku": "A: \\"1\\"", "quantity": 2}]}'


@pytest.mark.parametrize("name", [*VIOLATIONS, "schema_violation"])
@given(st.binary(min_size=1, max_size=8))
def test_a_violation_always_breaks_the_schema(name: str, key: bytes) -> None:
    done = violate(name, VALID, ORDER, Dice(key))

    assert done is not None
    try:
        value = json.loads(done[1])
    except ValueError:
        return
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, ORDER)


def test_what_the_schema_lets_pass_is_no_violation() -> None:
    anything: JsonSchema = {"type": "object"}

    assert violate("wrong_enum", "{}", anything, Dice(b"k")) is None
    assert violate("extra_key", "{}", anything, Dice(b"k")) is None
    assert violate("missing_key", "{}", anything, Dice(b"k")) is None


@pytest.mark.parametrize("text", ['"word"', "12", "true", "{}", "[]", '{"a": 1}'])
@given(st.binary(min_size=1, max_size=8))
def test_malformed_json_never_parses(text: str, key: bytes) -> None:
    done = violate("malformed_json", text, {}, Dice(key))

    assert done is not None
    with pytest.raises(ValueError, match=r"."):
        json.loads(done[1])


def test_faults_that_exclude_each_other_come_at_exactly_their_rates() -> None:
    drill = {"refusal": 0.3, "error_500": 0.1, "truncation": 0.05}

    faults = [strike(drill, Dice(str(number).encode())) for number in range(20_000)]

    counts = Counter(fault.name if fault else "" for fault in faults)
    assert counts["refusal"] / 20_000 == pytest.approx(0.3, abs=0.012)
    assert counts["error_500"] / 20_000 == pytest.approx(0.1, abs=0.008)
    assert counts["truncation"] / 20_000 == pytest.approx(0.05, abs=0.006)


def test_thirty_percent_violations_are_thirty_percent() -> None:
    schema = ResponseSchema(name="order", json_schema=ORDER)

    def broken(number: int) -> bool:
        request = ChatRequest(messages=(user(f"case {number}"),), response_schema=schema)
        call = Call(model="sim-fast", request=request, drill={"schema_violation": 0.3})
        plan = respond(call, PROFILES["sim-fast"], 1, lambda *_: Draft(VALID))
        return plan.text != VALID

    assert sum(map(broken, range(4_000))) / 4_000 == pytest.approx(0.3, abs=0.025)


def test_a_retry_draws_its_fault_anew_and_its_text_not() -> None:
    def plan(attempt: int) -> tuple[bool, str]:
        request = ChatRequest(messages=(user("x"),))
        call = Call(model="sim-fast", request=request, drill={"error_500": 0.5})
        made = respond(
            replace(call, attempt=(attempt, 0)), PROFILES["sim-fast"], 1, lambda *_: Draft("Yes.")
        )
        return made.fault is not None, made.text

    failed = [plan(attempt) for attempt in range(200)]

    assert 60 < sum(fault for fault, _ in failed) < 140
    assert {text for fault, text in failed if not fault} == {"Yes."}


def test_what_is_invented_takes_the_place_of_the_answer() -> None:
    request = ChatRequest(messages=(user("x"),))
    call = Call(model="sim-fast", request=request, drill={"hallucination": 1.0})
    draft = Draft("I don't know.", abstained=True, invented="In 1987.")

    plan = respond(call, PROFILES["sim-fast"], 1, lambda *_: draft)

    assert plan.text == "In 1987."
    assert plan.fault is not None


@pytest.mark.parametrize(
    "drill",
    [
        {"gremlins": 0.1},
        {"refusal": 1.5},
        {"refusal": float("nan")},
        {"refusal": 0.7, "error_500": 0.7},
        {"load": 1.0},
    ],
)
def test_a_drill_that_cannot_be_run_is_named(drill: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        check_drill(drill)


@pytest.mark.parametrize("text", ["refusal", "refusal=", "refusal=many", "=0.1", ","])
def test_a_drill_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_drill(text)


def test_a_drill_written_is_the_drill_read() -> None:
    drill = {"refusal": 0.3, "rate_limit": 5.0, "malformed_json": 0.125}

    assert parse_drill(write_drill(drill)) == drill


def test_tag_and_drill_are_part_of_the_base_url() -> None:
    base = "http://127.0.0.1:8400/v1"

    url = drill_url(tag_url(drill_url(base, {"refusal": 0.9}), "case 7"), {"refusal": 0.25})
    address = read_address(
        url.removeprefix("http://127.0.0.1:8400").replace("%20", " ") + "/models"
    )

    assert url.endswith("/v1")
    assert (address.tag, dict(address.drill), address.route) == (
        "case 7",
        {"refusal": 0.25},
        "models",
    )
    assert server_url(url) == "http://127.0.0.1:8400"
