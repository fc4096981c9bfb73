"""Try every known cheat on the grader, and many honest runs: ``python -m tests.redteam``.

A table of both is printed; the exit code is 1 where a cheat won or an honest run failed.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from scorecard.evals.court import judging
from tests.redteam import attempts
from tests.redteam.arena import Fought, arena
from tests.redteam.attempts import Attempt
from tests.redteam.cheat import CLASSES, Cheat
from tests.redteam.corpus import CHEATS, QUICK
from tests.redteam.honest import Graded, grade, order
from tests.redteam.real import Tried, attempt

T = TypeVar("T")
R = TypeVar("R")
HONEST_RUNS = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both parts; returns 0 if nobody won and nobody failed, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.redteam", description=__doc__)
    parser.add_argument("--only", nargs="+", default=(), metavar="WORD", help="letters, or names")
    parser.add_argument(
        "--honest", type=int, default=HONEST_RUNS, metavar="N", help="how many runs"
    )
    parser.add_argument("--quick", action="store_true", help="a part of the cheats, few runs")
    parser.add_argument("--jobs", type=int, default=3, help="how many at a time (default: 3)")
    parser.add_argument("--seed", type=int, default=None, help="of the honest runs' order")
    asked = parser.parse_args(arguments)
    cheats = [c for c in CHEATS if not asked.only or any(_means(w, c) for w in asked.only)]
    runs = asked.honest
    if asked.quick:
        cheats, runs = [c for c in QUICK if c in cheats], min(runs, 20)
    seed = random.SystemRandom().randrange(1 << 32) if asked.seed is None else asked.seed
    real = [] if asked.quick else [*attempts.CHEATS, *attempts.HONEST]
    tried = [a for a in real if not asked.only or any(_means(w, a) for w in asked.only)]
    with judging():
        return asyncio.run(_run(cheats, runs, tried, asked.jobs, seed))


def _means(word: str, cheat: Cheat | Attempt) -> bool:
    return word == cheat.letter if len(word) == 1 else word in cheat.name


async def _run(
    cheats: Sequence[Cheat], runs: int, real: Sequence[Attempt], jobs: int, seed: int
) -> int:
    console = Console()
    draw, started = random.Random(seed), time.monotonic()  # noqa: S311 (an order, no secret)
    async with arena() as place:
        fought = await _all(draw.sample(cheats, len(cheats)), place.fight, jobs)
        graded = await _all(list(order(runs, draw)), partial(grade, place), jobs)
        tried = await _all(real, lambda one: attempt(one, place.sandbox, place.home), jobs)
        _show_cheats(console, fought)
        _show_honest(console, graded)
        _show_real(console, tried)
    won, failed = [f for f in fought if f.won], [g for g in graded if g.failed]
    wrong = [t for t in tried if t.wrong]
    console.print(
        f"{len(fought)} cheats, {len(won)} won; {len(graded)} honest runs, {len(failed)} failed; "
        f"of {len(tried)} attempts at p02 {len(wrong)} told wrong; "
        f"sandbox {place.sandbox}, {jobs} at a time, order {seed}, "
        f"{time.monotonic() - started:.0f} s",
        highlight=False,
    )
    return 1 if won or failed or wrong else 0


async def _all(items: Sequence[T], work: Callable[[T], Awaitable[R]], jobs: int) -> list[R]:
    """Do ``work`` for each, a few at a time, with a line now and then."""
    seats, done = asyncio.Semaphore(jobs), 0

    async def one(item: T) -> R:
        nonlocal done
        async with seats:
            result = await work(item)
        done += 1
        if done % 25 == 0 or done == len(items):
            print(f"{done} of {len(items)}", file=sys.stderr, flush=True)
        return result

    return await asyncio.gather(*map(one, items))


def _show_cheats(console: Console, fought: Iterable[Fought]) -> None:
    fought = list(fought)
    table = Table("class", "cheats", "won", "mean s", "what they try", box=None)
    for letter, what in CLASSES.items():
        own = [f for f in fought if f.cheat.letter == letter]
        if own:
            mean = sum(f.seconds for f in own) / len(own)
            won = sum(bool(f.won) for f in own)
            table.add_row(letter, str(len(own)), str(won), f"{mean:.1f}", what)
    console.print(table)
    for found in fought:
        if found.won:
            console.print(
                f"WON  {found.cheat.letter} {found.cheat.name}: {found.won}", markup=False
            )


def _show_honest(console: Console, graded: Iterable[Graded]) -> None:
    graded = list(graded)
    table = Table("honest work", "runs", "failed", "mean s", "worst s", box=None)
    for name in dict.fromkeys(g.submission.name for g in graded):
        own = [g for g in graded if g.submission.name == name]
        times = [g.seconds for g in own]
        failed = sum(bool(g.failed) for g in own)
        mean, worst = f"{sum(times) / len(own):.1f}", f"{max(times):.1f}"
        table.add_row(name, str(len(own)), str(failed), mean, worst)
    if graded:
        console.print(table)
    for found in graded:
        if found.failed:
            told = f"{found.submission.name}, seed {found.seed}: {'; '.join(found.failed)}"
            console.print(f"FAILED  {told}", markup=False)


def _show_real(console: Console, tried: Sequence[Tried]) -> None:
    table = Table("at p02", "class", "seconds", "it", "verdict", box=None)
    for found in tried:
        one = found.attempt
        verdict = "wrong" if found.wrong else "rejected" if one.letter else "passed"
        table.add_row(one.name, one.letter, f"{found.seconds:.0f}", one.tries, verdict)
    if tried:
        console.print(table)
    for found in tried:
        if found.wrong:
            told = f"{found.attempt.name}, seed {found.seed}: {found.wrong}"
            console.print(f"{'WON' if found.attempt.letter else 'FAILED'}  {told}", markup=False)


if __name__ == "__main__":
    raise SystemExit(main())
