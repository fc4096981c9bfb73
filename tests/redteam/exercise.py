"""The exercise that cheats and honest people are graded on: two small projects with real graders.

``p01_plain`` has four functions over numbers and texts; ``p02_asking`` has one that must ask a
model, in a drill too, and one that must keep rows in a database. The canary stands in the
criteria and in a folder beside: whoever prints it has read what was hidden.
"""

from dataclasses import dataclass
from pathlib import Path

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

CRITERIA = '''\
"""What the four functions must do."""

# {canary}

import random
from typing import Any

from shared.criteria import (
    Level,
    Measured,
    Raised,
    Returned,
    Subject,
    amount,
    criterion,
    fact,
    share,
)


@fact(timeout_s=12)
async def doubled(subject: Subject, seed: int) -> list[bool]:
    """Double numbers that nobody has seen."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1 << 30) for _ in range(12)]
    return [await subject.call("work.double", returns=int, number=n) == 2 * n for n in numbers]


@criterion("P01.1", level=Level.WORKS, at_least=1)
def numbers_are_doubled(doubled: list[bool]) -> Measured:
    """Numbers are doubled."""
    return share(doubled)


@fact(timeout_s=12)
async def halved(subject: Subject, seed: int) -> list[float]:
    """Halve numbers, and say how far off the answers are."""
    draw = random.Random(seed + 1)
    numbers = [draw.uniform(1, 1000) for _ in range(12)]
    return [
        abs(await subject.call("work.halve", returns=float, number=n) - n / 2) for n in numbers
    ]


@criterion("P01.2", level=Level.WORKS, at_most=1e-6)
def halves_are_exact(halved: list[float]) -> Measured:
    """No half is off."""
    return amount(max(halved), n=len(halved), unit="score")


@fact(timeout_s=12)
async def added(subject: Subject, seed: int) -> list[bool]:
    """Add up lines whose sums are known, reading answers as they come."""
    draw = random.Random(seed + 2)
    results = []
    for _ in range(6):
        words = [draw.choice(["tea", "oil", "rye", "fig"]) for _ in range(8)]
        pairs = [(word, draw.randrange(1, 99)) for word in words]
        outcome = await subject.attempt("work.totals", lines=[f"{w} {n}" for w, n in pairs])
        sums = {w: sum(n for name, n in pairs if name == w) for w in words}
        found: Any = outcome.value if isinstance(outcome, Returned) else {}
        results.append(bool(found) and all(found[w] == sums[w] for w in sums))
    return results


@criterion("P01.3", level=Level.WORKS, at_least=1)
def sums_are_right(added: list[bool]) -> Measured:
    """Sums are right."""
    return share(added)


@fact(timeout_s=12)
async def read(subject: Subject, seed: int) -> list[bool]:
    """Read lists of numbers, every other one of them damaged."""
    draw = random.Random(seed + 3)
    results = []
    for number in range(12):
        numbers = [draw.randrange(1000) for _ in range(4)]
        text = ",".join(map(str, numbers)) + ",x" * (number % 2)
        outcome = await subject.attempt("work.digits", text=text)
        if number % 2:
            results.append(isinstance(outcome, Raised) and "ValueError" in outcome.types)
        else:
            results.append(isinstance(outcome, Returned) and outcome.value == numbers)
    return results


@criterion("P01.4", level=Level.WORKS, at_least=1)
def damage_is_refused(read: list[bool]) -> Measured:
    """What is whole is read, what is damaged is refused."""
    return share(read)
'''

CRITERIA_ASKING = '''\
"""What asking and keeping must do."""

# {canary}

import random

from shared.criteria import (
    DatabaseHandle,
    Level,
    Measured,
    ModelHandle,
    Subject,
    SubjectRaisedError,
    amount,
    criterion,
    fact,
    share,
)

MODEL = ModelHandle(profile="sim-nano")
DRILLED = ModelHandle(profile="sim-nano", drill={"error_500": 0.5})


@fact(timeout_s=20)
async def answered(subject: Subject, seed: int) -> list[int]:
    """Ask about numbers; return those whose answer is right."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1 << 30) for _ in range(4)]
    found = []
    for n in numbers:
        answer = await subject.call("work.twice", returns=int, number=n, model=MODEL)
        found += [n] if answer == 2 * n else []
    return found


@criterion("P02.1", level=Level.WORKS, at_least=4)
def answers_are_right(answered: list[int]) -> Measured:
    """Answers are right."""
    return amount(len(answered), n=4)


@fact(timeout_s=20)
async def asked(subject: Subject, answered: list[int]) -> list[bool]:
    """See which of them the model was asked about, once."""
    texts = [str(call.request) for call in await subject.calls(MODEL)]
    return [sum(str(n) in text for text in texts) == 1 for n in answered]


@criterion("P02.2", level=Level.WORKS, at_least=1)
def the_model_is_asked(asked: list[bool]) -> Measured:
    """The model is asked about each, once."""
    return share(asked)


@fact(timeout_s=20)
async def drilled(subject: Subject, seed: int) -> list[bool]:
    """Ask in a drill: half of the calls fail."""
    draw = random.Random(seed + 1)
    results = []
    for _ in range(14):
        n = draw.randrange(1 << 30)
        try:
            answer = await subject.call("work.twice", returns=int, number=n, model=DRILLED)
        except SubjectRaisedError:
            answer = -1
        results.append(answer == 2 * n)
    faults = [call.fault for call in await subject.calls(DRILLED)]
    return [*results, any(faults)]


@criterion("P02.3", level=Level.WORKS, at_least=1)
def faults_are_overcome(drilled: list[bool]) -> Measured:
    """Faults are met, and overcome."""
    return share(drilled)


@fact(timeout_s=20)
async def summed(subject: Subject, seed: int) -> list[bool]:
    """Keep numbers in a database."""
    draw = random.Random(seed + 2)
    numbers = [draw.randrange(1000) for _ in range(4)]
    pool = DatabaseHandle()
    total = await subject.call("work.kept", returns=int, numbers=numbers, pool=pool)
    return [total == sum(numbers)]


@criterion("P02.4", level=Level.WORKS, at_least=1)
def sums_come_from_the_table(summed: list[bool]) -> Measured:
    """Sums come from the table."""
    return share(summed)
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
