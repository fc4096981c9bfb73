"""No cheat of the quick part wins, and honest work passes in the same arena."""

import asyncio
import random
from collections.abc import Sequence
from typing import TypeAlias

import anyio
import pytest

from scorecard.evals.court import judging
from scorecard.sandbox.confine import choose_sandbox
from tests.redteam.arena import Fought, arena
from tests.redteam.cheat import CLASSES, Cheat, wrong
from tests.redteam.corpus import CHEATS, QUICK
from tests.redteam.honest import Graded, grade, submissions

Competed: TypeAlias = tuple[Sequence[Fought], Sequence[Graded], Fought]
TRUE = Cheat("says what is so", "G", "an honest claim", work=wrong(), change=lambda _: None)


async def _compete() -> Competed:
    seats = asyncio.Semaphore(2)
    async with arena() as place:

        async def fight(cheat: Cheat) -> Fought:
            async with seats:
                return await place.fight(cheat)

        fought = await asyncio.gather(*map(fight, QUICK))
        chosen = random.SystemRandom().sample(submissions(), 3)
        graded = [await grade(place, submission) for submission in chosen]
        return fought, graded, await place.fight(TRUE)


@pytest.fixture(scope="module")
def competed() -> Competed:
    if choose_sandbox("auto").name == "processes":
        pytest.skip("bubblewrap does not work here, and without it some cheats must win")
    with judging():
        return anyio.run(_compete)


def test_no_cheat_wins(competed: Competed) -> None:
    fought, _, _ = competed

    assert [f"{f.cheat.name}: {f.won}" for f in fought if f.won] == []


def test_honest_work_passes(competed: Competed) -> None:
    _, graded, _ = competed

    assert [(g.submission.name, g.seed, g.failed) for g in graded if g.failed] == []


def test_a_claim_that_nobody_changed_holds(competed: Competed) -> None:
    _, _, told = competed

    assert "The claim holds" in told.won


def test_every_class_of_cheat_is_tried() -> None:
    assert {cheat.letter for cheat in CHEATS} == set(CLASSES)
    assert {cheat.letter for cheat in QUICK} == set(CLASSES)


def test_every_honest_submission_is_another() -> None:
    assert len({(s.slug, s.work) for s in submissions()}) == len(submissions())


def test_every_cheat_has_a_name_of_its_own() -> None:
    assert len({cheat.name for cheat in CHEATS}) == len(CHEATS)
