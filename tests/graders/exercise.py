"""One exercise, written for each grader: double a number, tried with the same twenty numbers."""

import json
from collections.abc import Iterable
from pathlib import Path

from scorecard.toys import commit_all, doubling, only_criteria, write_project

BODY = "    return number + number"
"""What every submission does: right, and not the reference."""

CHECK50 = '''\
import asyncio
import random

import check50
import check50.py


@check50.check()
def exists():
    """doubling.py exists"""
    check50.exists("doubling.py")


@check50.check(exists)
def doubles():
    """numbers are doubled"""
    module = check50.py.import_("doubling.py")
    draw = random.Random(7)
    for number in [draw.randrange(1000) for _ in range(20)]:
        if asyncio.run(module.double(number)) != 2 * number:
            raise check50.Failure(f"{number} is not doubled")
'''
SOLUTION = """\
async def double(number: int) -> int:
    ### BEGIN SOLUTION
    return {}
    ### END SOLUTION"""
TESTS = """\
import random
draw = random.Random(7)
for number in [draw.randrange(1000) for _ in range(20)]:
    assert await double(number) == 2 * number"""


def for_scorecard(folder: Path, count: int) -> Path:
    """Write our project, ``count`` repositories and their list; return the list."""
    only_criteria(write_project(folder / "ours"))
    lines = ["id,repository"]
    for name in _names(count):
        only_criteria(write_project(folder / name, doubling=doubling(BODY)))
        commit_all(folder / name)
        lines.append(f"{name},{name}")
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder / "list.csv"


def for_check50(folder: Path, count: int) -> Iterable[Path]:
    """Write the checks and ``count`` folders with a submission; yield those."""
    checks = folder / "checks"
    checks.mkdir(parents=True)
    (checks / "__init__.py").write_text(CHECK50)
    (checks / ".cs50.yml").write_text("check50: true\n")
    for name in _names(count):
        (folder / name).mkdir()
        (folder / name / "doubling.py").write_text(doubling(BODY) + "\n")
        yield folder / name


def for_nbgrader(folder: Path, count: int) -> None:
    """Write a course with one assignment, and ``count`` students who handed it in."""
    _notebook(folder / "source" / "ps1", "2 * number")
    for name in _names(count):
        _notebook(folder / "submitted" / name / "ps1", "number + number")


def _names(count: int) -> Iterable[str]:
    return (f"s{index:03}" for index in range(count))


def _notebook(folder: Path, body: str) -> None:
    cells = (
        _cell(SOLUTION.format(body), grade_id="double", solution=True),
        _cell(TESTS, grade_id="test_double", grade=True, locked=True, points=1),
    )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    folder.mkdir(parents=True)
    (folder / "exercise.ipynb").write_text(json.dumps(book))


def _cell(source: str, **told: object) -> dict[str, object]:
    common = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
    return {
        "cell_type": "code",
        "id": told["grade_id"],
        "source": source,
        "metadata": {"nbgrader": {**common, "task": False, **told}},
        "outputs": [],
        "execution_count": None,
    }
