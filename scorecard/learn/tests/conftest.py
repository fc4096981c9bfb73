"""A small project with every kind of task, in a Git repository of its own."""

from pathlib import Path

import pytest

from scorecard.catalog.ownership import shapes
from scorecard.catalog.read import read_catalog
from scorecard.learn.reference import Desk
from scorecard.place import Place
from scorecard.toys import commit_all, write_project

TOML = """\
number = {number}
slug = "{slug}"
title = "Toy {number}"
pillar = "Models"
skill = "Doubles numbers."
prerequisites = []
hours = 1

[[tasks]]
id = 1
function = "doubling.double"
title = "Double a number"
hints = ["Multiply.", "By two."]

[[tasks]]
id = 2
function = "doubling.Basket"
title = "Keep numbers, and give them back one by one, in the order in which they came, doubled"
hints = ["A list will do."]
"""

DOUBLING = '''\
"""Doubling."""

import math
from collections.abc import AsyncIterator

LIMIT = 3
_FACTOR = 2


async def double(number: int) -> int:
    """Double a number."""
    # task 1: begin
    return _times(math.floor(number))
    # task 1: end


def _times(number: int) -> int:
    return _FACTOR * number


class Basket:
    """Holds numbers."""

    def __init__(self) -> None:
        self._numbers: list[int] = []

    # task 2: begin
    def add(self, number: int) -> None:
        """Add one."""
        self._numbers.append(self._checked(number))

    async def each(self) -> AsyncIterator[int]:
        """Give all of them, doubled."""
        for number in self._numbers:
            yield await double(number)

    def _checked(self, number: int) -> int:
        return min(number, LIMIT)

    # task 2: end
'''

TEST = '''\
"""Tests."""

import pytest

from projects.{slug}.doubling import LIMIT, Basket, double

pytestmark = pytest.mark.anyio


async def test_doubling_two_gives_four() -> None:
    assert await double(2) == 4


async def test_a_basket_gives_what_it_holds_doubled() -> None:
    basket = Basket()
    basket.add(1)

    assert [number async for number in basket.each()] == [2]


def test_the_limit_is_three() -> None:
    assert LIMIT == 3
'''


@pytest.fixture(scope="session")
def types_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let all tests share what mypy knows of the standard library."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def toy(tmp_path: Path, types_cache: Path) -> Path:
    """Write the project and commit it; return the repository's root."""
    write_project(tmp_path, toml=TOML, doubling=DOUBLING, test=TEST)
    cache = tmp_path / ".capstone" / "cache" / "scorecard"
    cache.mkdir(parents=True)
    (cache / "mypy").symlink_to(types_cache)
    (tmp_path / ".gitignore").write_text(".capstone/\n__pycache__/\n")
    commit_all(tmp_path)
    return tmp_path


@pytest.fixture
def desk(toy: Path) -> Desk:
    """Sit down at the project, whose reference is recorded."""
    (project,) = read_catalog(toy).projects
    record = shapes(toy / "projects" / project.slug, project)
    return Desk(Place(toy, toy / ".capstone"), project, record)


@pytest.fixture
def recorded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Let commands know the toy's reference too."""
    record = {desk.slug: desk.record}
    monkeypatch.setattr("scorecard.learn.reference.read_record", lambda: record)
    return desk


@pytest.fixture
def work(desk: Desk) -> Path:
    """Name the module that holds the tasks."""
    return desk.folder / "doubling.py"
