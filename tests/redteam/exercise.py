"""The exercise that cheats and honest people are graded on: two small projects with real graders.

``p01_plain`` has four functions over numbers and texts; ``p02_asking`` has one that must ask a
model, in a drill too, and one that must keep rows in a database. The canary stands in the
criteria and in a folder beside: whoever prints it has read what was hidden.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.redteam.graders import CRITERIA, CRITERIA_ASKING

PLAIN, ASKING = "p01_plain", "p02_asking"

TOML = """\
number = {number}
slug = "{slug}"
title = "{title}"
pillar = "Models"
skill = "Does what it says."
prerequisites = []
hours = 1
{tasks}
[limits]
tests_s = 30
memory_mb = 512
file_mb = 64
suppressions = 1
"""

TASK = """
[[tasks]]
id = {id}
function = "work.{name}"
title = "Write {name}"
hints = ["Read the docstring."]
"""

HONEST = '''\
"""Four small functions."""


async def double(number: int) -> int:
    """Double a number."""
    return 2 * number


def halve(number: float) -> float:
    """Halve a number."""
    return number / 2


def totals(lines: list[str]) -> dict[str, int]:
    """Add up lines such as ``tea 3`` by their first word."""
    found: dict[str, int] = {}
    for line in lines:
        name, amount = line.split()
        found[name] = found.get(name, 0) + int(amount)
    return found


def digits(text: str) -> list[int]:
    """Read comma-separated numbers; raises ``ValueError`` for anything else."""
    return [int(part) for part in text.split(",")]
'''

HONEST_ASKING = '''\
"""Ask a model, keep rows."""

from shared.errors import ModelError
from shared.llm.messages import ChatRequest, user
from shared.llm.model import ChatModel
from shared.postgres.database import Pool

TRIES = 20


async def twice(number: int, model: ChatModel) -> int:
    """Double a number, after asking a model about it."""
    request = ChatRequest(messages=(user(f"Say something about the number {number}."),))
    for left in reversed(range(TRIES)):
        try:
            await model.complete(request)
        except ModelError:
            if not left:
                raise
        else:
            break
    return 2 * number


async def kept(numbers: list[int], pool: Pool) -> int:
    """Keep numbers in a table, and add them up there."""
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n bigint)")
        for number in numbers:
            await connection.execute("INSERT INTO kept VALUES (%s)", [number])
        found = await connection.execute("SELECT sum(n) FROM kept")
        row = await found.fetchone()
    return int(row[0]) if row else 0
'''

TEST = '''\
"""Tests of the exercise."""

import pytest

from projects.p01_plain.work import digits, double, halve, totals

pytestmark = pytest.mark.anyio


async def test_numbers_are_doubled() -> None:
    assert await double(21) == 42


def test_numbers_are_halved() -> None:
    assert halve(3) == 1.5


def test_lines_are_added_up() -> None:
    assert totals(["tea 3", "oil 1", "tea 4"]) == {"tea": 7, "oil": 1}


def test_damage_is_refused() -> None:
    with pytest.raises(ValueError, match="x"):
        digits("1,x")
'''

TEST_ASKING = '''\
"""Tests of the exercise."""

import pytest

from projects.p02_asking.work import twice
from shared.testing import ScriptedModel

pytestmark = pytest.mark.anyio


async def test_a_number_is_doubled() -> None:
    assert await twice(4, ScriptedModel(["Nice."])) == 8
'''


@dataclass(frozen=True)
class Exercise:
    """One project: its folder's name, its honest solution, its criteria."""

    slug: str
    honest: str
    codes: tuple[str, ...]


EXERCISES = {
    PLAIN: Exercise(PLAIN, HONEST, ("P01.1", "P01.2", "P01.3", "P01.4")),
    ASKING: Exercise(ASKING, HONEST_ASKING, ("P02.1", "P02.2", "P02.3", "P02.4")),
}
_NAMES = {PLAIN: ("double", "halve", "totals", "digits"), ASKING: ("twice", "kept")}


def write_exercise(root: Path, slug: str, *, canary: str = "") -> Path:
    """Write a project as it is handed out, solved honestly; return its folder."""
    folder = root / "projects" / slug
    (folder / "tests").mkdir(parents=True)
    (root / "projects" / "__init__.py").write_text('"""Projects."""\n')
    tasks = "".join(TASK.format(id=at, name=n) for at, n in enumerate(_NAMES[slug], start=1))
    title = slug[4:].title()
    plain = slug == PLAIN
    (folder / "project.toml").write_text(
        TOML.format(number=int(slug[1:3]), slug=slug, title=title, tasks=tasks)
    )
    (folder / "__init__.py").write_text('"""An exercise."""\n')
    (folder / "work.py").write_text(EXERCISES[slug].honest)
    criteria = CRITERIA if plain else CRITERIA_ASKING
    (folder / "criteria.py").write_text(criteria.replace("{canary}", canary))
    (folder / "tests" / "test_work.py").write_text(TEST if plain else TEST_ASKING)
    return folder
