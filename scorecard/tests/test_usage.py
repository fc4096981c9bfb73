"""Which tasks the tests call is noticed while they run."""

import ast

import pytest

from scorecard.checks.usage import HOOK, by_module, mark

SOURCE = '''
"""A module."""
from __future__ import annotations

async def split(text: str) -> str:
    """Split."""
    return text

class Grammar:
    """A grammar."""

    def mask(self) -> int:
        return 1

    def other(self) -> int:
        """Other."""
'''


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("split", ["split"]),
        ("Grammar.mask", ["mask"]),
        ("Grammar", ["mask", "other"]),
        ("gone", []),
    ],
)
def test_a_task_is_marked_at_the_head_of_its_body(path: str, marked: list[str]) -> None:
    tree = ast.parse(SOURCE)

    mark(tree, path.split("."), "p01_toy:1")

    compile(tree, "module", "exec")
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {node.name for node in functions if HOOK in ast.unparse(node)}
    assert found == set(marked)
    assert all(ast.get_docstring(node) for node in functions if node.name in {"split", "other"})


def test_every_place_where_a_module_may_end_is_tried() -> None:
    found = by_module({"p01_toy": {"1": "readers.pdf.read"}})

    assert found["projects.p01_toy.readers"] == {"pdf.read": "p01_toy:1"}
    assert found["projects.p01_toy.readers.pdf"] == {"read": "p01_toy:1"}
