"""The toy decoder: what it writes is valid, what is valid it lets through, the rest it stops."""

import json
import random
import re
from typing import Any

import jsonschema
import pytest

from projects.p02_structured_outputs.automaton import Automaton, UnsupportedSchemaError
from projects.p02_structured_outputs.decoder import (
    SAFE,
    VOCABULARY,
    Grammar,
    accepts,
    allowed,
    expression,
    samples,
)
from projects.p02_structured_outputs.parsing import parse_extraction
from projects.p02_structured_outputs.patterns import pattern
from projects.p02_structured_outputs.schemas import wire_schema

Schema = dict[str, Any]


def closed(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMA = closed(
    sku={"type": "string", "pattern": "^[A-Z]{2}-[0-9]{2,3}(x|yy)?$"},
    counts={
        "type": "array",
        "minItems": 2,
        "maxItems": 3,
        "items": {"type": "integer", "minimum": -3, "maximum": 12},
    },
    state={"enum": ['a "b"', "ação"]},
    day={"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]},
)
VALID = '{"sku":"AB-12yy","counts":[-3,12],"state":"ação","day":"2024-02-29"}'


def test_the_vocabulary_is_small_and_can_write_anything_safe() -> None:
    assert len(VOCABULARY) <= 500
    assert set(VOCABULARY) >= SAFE


def test_samples_keep_the_schema() -> None:
    fits = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

    written = samples(SCHEMA, seed=3, count=300)

    assert all(fits.is_valid(json.loads(text)) for text in written)
    assert len(set(written)) > 270


def test_samples_of_the_contract_are_extractions() -> None:
    for text in samples(wire_schema(), seed=5, count=10):
        parse_extraction(text)


def test_the_same_seed_writes_the_same() -> None:
    assert samples(SCHEMA, seed=8, count=5) == samples(SCHEMA, seed=8, count=5)


def test_a_valid_reply_is_let_through() -> None:
    assert accepts(SCHEMA, VALID)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AB-12yy", "AB-1yy"),
        ("AB-12yy", "AB-12y"),
        ("AB-12yy", "AB-1234"),
        ("[-3,12]", "[-3]"),
        ("[-3,12]", "[-3,1,2,3]"),
        ("[-3,12]", "[-4,12]"),
        ("[-3,12]", "[-3,13]"),
        ("[-3,12]", "[-3,012]"),
        ("[-3,12]", "[-0,12]"),
        ("[-3,12]", "[1.5,12]"),
        ("ação", "aç"),
        ("2024-02-29", "2023-02-29"),
        ("2024-02-29", "1900-02-29"),
        ("2024-02-29", "2024-04-31"),
        (',"day":"2024-02-29"', ""),
        ("}", ',"more":1}'),
        ("}", ""),
        ("}", "} "),
        ('"2024-02-29"', "true"),
    ],
)
def test_an_invalid_reply_is_stopped(old: str, new: str) -> None:
    assert not accepts(SCHEMA, VALID.replace(old, new))


def test_the_mask_offers_only_what_can_be_finished() -> None:
    assert allowed(SCHEMA, '{"sku":"AB-12yy","counts":[-3,12') == [",", "]"]
    assert allowed(SCHEMA, VALID) == []
    assert allowed(SCHEMA, "nonsense") == []


@pytest.mark.parametrize(("low", "high"), [(0, 0), (1, 999), (-5, 5), (37, 1204), (-120, -7)])
def test_a_range_of_integers_is_exact(low: int, high: int) -> None:
    schema: Schema = {"type": "integer", "minimum": low, "maximum": high}

    passed = [n for n in range(-1_300, 1_300) if accepts(schema, str(n))]

    assert passed == list(range(low, high + 1))


@pytest.mark.parametrize(
    "source", ["^a*$", "^(ab|c)+d?$", "^[a-c]{2,3}$", "^[^a-y]$", r"^\d\.\w$", "^$", "^a{2,}$"]
)
def test_patterns_mean_what_they_mean_to_python(source: str) -> None:
    automaton = Automaton()
    goal = pattern(source, SAFE)(automaton, 0)
    draw = random.Random(source)  # noqa: S311 (no secret)

    for _ in range(300):
        text = "".join(draw.choice("abcdz1.") for _ in range(draw.randint(0, 5)))
        position = automaton.closed([0])
        for character in text:
            position = automaton.after(position, character)
        assert (goal in position) == bool(re.fullmatch(source, text)), text


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "a+"},
        {"type": "string", "pattern": "^a(?=b)$"},
        {"type": "string", "pattern": "^a", "maxLength": 3},
        {"type": "string", "format": "email"},
        {"type": "integer", "multipleOf": 3},
        {"type": "array", "items": {"type": "null"}, "uniqueItems": True},
        {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]},
        {"type": "object", "properties": {}, "additionalProperties": False, "minProperties": 1},
        {"oneOf": [{"type": "null"}]},
        {"type": ["string", "null"]},
        {"$ref": "#/$defs/Self", "$defs": {"Self": {"$ref": "#/$defs/Self"}}},
        {"enum": ["😀"]},
        {},
    ],
)
def test_what_cannot_be_enforced_is_refused(schema: Schema) -> None:
    with pytest.raises(UnsupportedSchemaError):
        Grammar(expression(schema))


def test_a_mask_leads_on_from_every_token_it_offers() -> None:
    grammar = Grammar(expression(SCHEMA))

    mask = grammar.mask(grammar.start)

    assert set(mask) == {"{", '{"'}
    assert grammar.mask(mask["{"]).keys() == {'"'}
    assert grammar.mask(grammar.walk(grammar.start, VALID)) == {}
