"""A repository to grade whole, and the tools that look at it alone: ``--only whole``.

A repository is generated: seventeen small projects, some 14,000 lines and 800 tests. mypy reads it
without a cache, pytest runs it in one process, each alone; then the scorecard grades it from
nothing, after one project changed, and after nothing did. CPU seconds of all processes below.
"""

import os
import sys
from pathlib import Path

from scorecard.toys import write_project

PROJECTS, MODULES, FUNCTIONS, TESTS = 17, 3, 16, 46

CONFTEST = '''\
"""Async tests run on asyncio."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"
'''

MODULE = '''\
"""Part {number} of a project: sums over lists of numbers."""

from collections.abc import Sequence

'''
FUNCTION = '''
def part_{at}(numbers: Sequence[int]) -> int:
    """Add up what is left after a division."""
    total = 0
    for number in numbers:
        total += number % {divisor}
    return total

'''
TEST = """

def test_part_{at}_of_module_{module}() -> None:
    numbers = list(range({at}, {at} + 9))

    found = sums_{module}.part_{at}(numbers)

    assert found == sum(number % {divisor} for number in numbers)
"""


def write_repository(root: Path) -> None:
    """Generate it."""
    (root / "pyproject.toml").write_text("[project]\nname = 'many'\nversion = '1'\n")
    (root / "conftest.py").write_text(CONFTEST)
    for number in range(1, PROJECTS + 1):
        folder = write_project(root, number)
        for module in range(MODULES):
            text = MODULE.format(number=module)
            text += "".join(FUNCTION.format(at=a, divisor=a + 2) for a in range(FUNCTIONS))
            (folder / f"sums_{module}.py").write_text(text.rstrip() + "\n")
        names = ", ".join(f"sums_{module}" for module in range(MODULES))
        tests = f'"""Tests of sums."""\n\nfrom projects.{folder.name} import {names}\n'
        for test in range(TESTS):
            at, module = test // MODULES, test % MODULES
            tests += TEST.format(at=at, module=module, divisor=at + 2)
        (folder / "tests" / "test_sums.py").write_text(tests)


def lines(root: Path) -> int:
    """Count the lines of Python."""
    return sum(len(file.read_text().splitlines()) for file in root.rglob("*.py"))


def change(root: Path) -> None:
    """Change one project."""
    with (root / "projects" / "p01_toy" / "sums_0.py").open("a") as file:
        file.write(f"\n# changed by {os.getpid()}\n")


def mypy(root: Path) -> tuple[str, ...]:
    """The command that types the whole, cold."""
    cold = ("--strict", "--explicit-package-bases", "--namespace-packages")
    cache = ("--cache-dir", os.devnull)
    return (sys.executable, "-m", "mypy", *cold, *cache, str(root / "projects"))


def pytest() -> tuple[str, ...]:
    """The command that tests the whole, in one process, with no plugin but the one it needs."""
    plugins = ("-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "anyio")
    return (sys.executable, "-m", "pytest", "-q", *plugins, "--import-mode=importlib", "projects")


def grade(root: Path) -> tuple[str, ...]:
    """The command that grades the whole."""
    return (sys.executable, "-m", "scorecard", "--root", str(root), "run")
