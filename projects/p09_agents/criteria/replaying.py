"""8: a run can be taken up at any checkpoint, and goes on as it did."""

import random
from typing import Any

from shared.criteria import Failure, Level, Measured, ServingSubject, criterion, fact, share

from .cases import Json, judged, look, prepared
from .farol import draw_world
from .reliability import NOISY
from .tasks import draw_tasks

KINDS = ("refund", "parcel", "policy", "history", "late", "cancel")


@fact(timeout_s=120)
async def replays(subject: ServingSubject, seed: int) -> dict[str, tuple[list[Json], bool]]:
    """Run tickets of each kind, then replay each from every checkpoint."""
    world = draw_world(seed)
    handle = await prepared(subject, "replays", world)
    tasks = draw_tasks(world, seed)
    chosen = [next(t for t in tasks if t.kind == kind) for kind in KINDS]
    await subject.call(
        "given.agent.run_all",
        returns=list[Json],
        pool=handle,
        tickets=[task.ticket for task in chosen],
        model=NOISY,
        options={},
    )
    found = {}
    for task in chosen:
        before = await look(subject, handle, "SELECT count(*) FROM checkpoints")
        again = await subject.call(
            "given.replay.replay",
            returns=list[Json],
            pool=handle,
            thread=f"{task.ticket['id']}-0",
            options={},
        )
        after = await look(subject, handle, "SELECT count(*) FROM checkpoints")
        found[task.kind] = (again, before == after)
    return found


LEAST = {"refund": 8, "parcel": 6, "policy": 4, "history": 4, "late": 6, "cancel": 6}


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.8a", level=Level.ROBUST, at_least=1.0)
def replays_go_the_same_way(replays: dict[str, tuple[list[Json], bool]]) -> Measured:
    """From every checkpoint, with the recorded replies, the next action is the one it was."""
    steps = [
        (f"{kind} at {step['node']} {at}", step["recorded"] == step["replayed"])
        for kind, (again, _) in replays.items()
        for at, step in enumerate(again)
    ]
    whole = [
        (f"{kind}: all is there", len(again) >= LEAST[kind] and traceless)
        for kind, (again, traceless) in replays.items()
    ]
    failures = [Failure(case=case) for case, held in steps + whole if not held]
    return share([held for _, held in steps + whole], failures=failures)


@fact(timeout_s=60)
async def reduced(subject: ServingSubject, seed: int) -> list[tuple[str, bool]]:
    """Reduce drawn values in both groupings, and look whether they were left as they were."""
    draw = random.Random(seed)
    given: list[tuple[str, list[Any]]] = []
    for _ in range(60):
        lists = [[{"n": draw.randrange(4)} for _ in range(draw.randrange(3))] for _ in range(3)]
        sums = [
            {k: draw.randrange(9) for k in draw.sample("abc", draw.randrange(4))} for _ in range(3)
        ]
        given += [("joined", lists), ("added", sums)]
    made = await subject.call("given.probes.reductions", returns=list[Json], cases=given)
    return [
        (f"{name} {values}", one["left_first"] == one["right_first"] == _meant(values)
         and one["untouched"])
        for (name, values), one in zip(given, made, strict=True)
    ]  # fmt: skip


def _meant(values: list[Any]) -> object:
    """Say what joining and adding mean."""
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    keys = {key for value in values for key in value}
    return {key: sum(value.get(key, 0) for value in values) for key in keys}


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.8b", level=Level.ROBUST, at_least=1.0)
def reducers_are_pure_and_associative(reduced: list[tuple[str, bool]]) -> Measured:
    """Joining and adding give the same in every grouping, and change nothing they are given."""
    return judged(reduced)
