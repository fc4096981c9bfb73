"""What the type checker must see: mypy reads this file, and running it is the lesser part."""

import ast
import json
from pathlib import Path
from typing import assert_type

from pydantic import TypeAdapter

from projects.p02_structured_outputs import parsing
from projects.p02_structured_outputs.contracts import Extraction, Item
from projects.p02_structured_outputs.parsing import parse, parse_extraction

FOLDER = Path(parsing.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))


def test_the_parser_returns_exactly_the_type_asked_for() -> None:
    reply = '{"product": null, "sku": "A-1", "quantity": 1, "unit_price": "1.00"}'

    item = parse(reply, TypeAdapter(Item))

    assert_type(item, Item)
    assert item.quantity == 1


def test_an_extraction_is_an_extraction(payload: dict[str, object]) -> None:
    extraction = parse_extraction(json.dumps(payload))

    assert_type(extraction, Extraction)
    assert type(extraction) is Extraction


def test_no_any_and_no_cast_in_the_code() -> None:
    names = {
        f"{file.name}: {node.id}"
        for file in MODULES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in {"Any", "cast"}
    }

    assert names == set()
