"""Criteria may be one module or a package of several; both are found, in order of their codes."""

from pathlib import Path

import pytest

from scorecard.evals.declared import load_criteria
from scorecard.evals.expected import CriteriaError, criteria_file, expected_criteria

FACTS = """
from shared.criteria import fact

@fact()
async def seeds(seed: int) -> list[int]:
    return [seed]
"""
JUDGED = """
from shared.criteria import Level, Measured, amount, criterion

from .shown import ONE

@criterion("{code}", level=Level.WORKS, at_least=1)
def holds(seeds: list[int]) -> Measured:
    "It holds."
    return amount(ONE, n=len(seeds))
"""


def write_package(root: Path, *codes: str, facts: str = FACTS) -> Path:
    folder = root / "p01_toy" / "criteria"
    folder.mkdir(parents=True)
    for at, code in enumerate(codes):
        (folder / f"judged{at}.py").write_text(JUDGED.format(code=code))
    (folder / "facts.py").write_text(facts)
    (folder / "shown.py").write_text("ONE = 1\n")
    names = ", ".join([*(f"judged{at}" for at in range(len(codes))), "facts"])
    (folder / "__init__.py").write_text(f"from . import {names}\n")
    return folder.parent


def test_what_a_package_declares_is_found_in_order_of_codes(tmp_path: Path) -> None:
    file = criteria_file(write_package(tmp_path, "P01.10", "P01.2b", "P01.2a"))

    expected, declared = expected_criteria(file), load_criteria(file)

    assert [check.code for check in expected] == ["P01.2a", "P01.2b", "P01.10"]
    assert [criterion.code for criterion in declared.criteria] == ["P01.2a", "P01.2b", "P01.10"]
    assert set(declared.facts) == {"seeds"}


def test_a_project_without_a_package_has_one_module(tmp_path: Path) -> None:
    assert criteria_file(tmp_path) == tmp_path / "criteria.py"


def test_a_code_declared_in_two_modules_is_refused(tmp_path: Path) -> None:
    file = criteria_file(write_package(tmp_path, "P01.1", "P01.1"))

    with pytest.raises(CriteriaError, match="twice"):
        expected_criteria(file)


def test_a_package_loaded_again_forgets_the_modules_of_the_last(tmp_path: Path) -> None:
    load_criteria(criteria_file(write_package(tmp_path / "one", "P01.1", "P01.2")))
    other = write_package(tmp_path / "two", "P01.3", facts=FACTS.replace("seeds(", "others("))

    with pytest.raises(CriteriaError, match="seeds"):
        load_criteria(criteria_file(other))
