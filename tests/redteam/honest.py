"""Honest people: the same work written in many ways, none of which may be reported as failing."""

import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scorecard.ledger import Kind
from tests.redteam.arena import SEED_BITS, Arena
from tests.redteam.exercise import ASKING, EXERCISES, HONEST, HONEST_ASKING, PLAIN, write_exercise
from tests.redteam.honest_work import (
    ASYNCHRONOUS,
    BUSY,
    CHATTY,
    ERRORS,
    FILES,
    FORKED,
    HANDLERS,
    HUNGRY,
    LAZY,
    MODELS,
    PROCESSES,
    STREAMED,
    THREADED,
)

ADDED = {
    "chatty": CHATTY, "threads": THREADED, "processes": PROCESSES, "children": FORKED,
    "files": FILES, "asyncio": ASYNCHRONOUS, "errors": ERRORS, "generator": LAZY,
    "async generator": STREAMED, "other types": MODELS, "slow": BUSY, "handlers": HANDLERS,
    "much memory": HUNGRY,
}  # fmt: skip
LOOPING = HONEST_ASKING.replace(
    "    for left in reversed(range(TRIES)):\n",
    "    print('asking', number)\n    for left in reversed(range(TRIES)):\n",
)
BATCHED = HONEST_ASKING.replace(
    '        for number in numbers:\n            await connection.execute("INSERT INTO kept VALUES'
    ' (%s)", [number])\n',
    "        async with connection.cursor() as cursor:\n"
    "            rows = [(n,) for n in numbers]\n"
    '            await cursor.executemany("INSERT INTO kept VALUES (%s)", rows)\n',
)


@dataclass(frozen=True)
class Submission:
    """One honest way to write the work."""

    name: str
    slug: str
    work: str


def reformatted(work: str, draw: random.Random) -> str:
    """Write the same with other blank lines, comments and spaces."""
    lines = []
    for line in work.splitlines():
        lines.append(line.replace(" + ", "  +  ") if draw.random() < 0.5 else line)
        if draw.random() < 0.2 and line.endswith(":") and not line.lstrip().startswith("class"):
            continue
        if draw.random() < 0.1 and not line.strip():
            lines.append("# a remark")
    return "\n".join(lines) + "\n"


def submissions() -> tuple[Submission, ...]:
    """List them."""
    found = [Submission("as handed out", PLAIN, HONEST)]
    found += [Submission(name, PLAIN, f"{HONEST}\n{more}") for name, more in ADDED.items()]
    found.append(
        Submission("all at once", PLAIN, HONEST + CHATTY + THREADED + FILES + ERRORS + BUSY)
    )
    return (
        *found,
        Submission("asking", ASKING, HONEST_ASKING),
        Submission("asking aloud", ASKING, LOOPING),
        Submission("keeping at once", ASKING, BATCHED),
    )


@dataclass(frozen=True)
class Graded:
    """One honest run: its seed, and what was reported as not holding though it does."""

    submission: Submission
    seed: int
    seconds: float
    failed: tuple[str, ...]


def order(count: int, draw: random.Random) -> Iterator[Submission]:
    """Draw ``count`` runs in random order; one in ten asks a model and a database."""
    every = submissions()
    plain = [s for s in every if s.slug == PLAIN]
    asking = [s for s in every if s.slug == ASKING]
    for _ in range(count):
        chosen = draw.choice(asking if draw.random() < 0.1 else plain)
        work = reformatted(chosen.work, draw) if draw.random() < 0.5 else chosen.work
        yield Submission(chosen.name, chosen.slug, work)


async def grade(place: Arena, submission: Submission) -> Graded:
    """Grade one run the way cheats are graded."""
    seed, started = secrets.randbits(SEED_BITS), time.monotonic()
    with tempfile.TemporaryDirectory(dir=place.root, ignore_cleanup_errors=True) as folder:
        tree = Path(folder, "theirs")
        project = write_exercise(tree, submission.slug)
        (project / "work.py").write_text(submission.work)
        kinds = frozenset({Kind.CRITERION})
        card = await place.bench(tree).grade([submission.slug], seed, kinds)
    checks = {check.code: check for check in card.checks}
    failed = tuple(
        f"{code}: {check.state} {check.cause} {check.detail}"[:200]
        for code in EXERCISES[submission.slug].codes
        if not (check := checks[code]).passed
    )
    return Graded(submission, seed, time.monotonic() - started, failed)
