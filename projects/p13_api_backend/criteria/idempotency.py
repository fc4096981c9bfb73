"""10: nothing is done twice, whoever repeats what; and where retrying alone does not help."""

import asyncio
import random
from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, amount, criterion, fact, share

from .cases import Json
from .http import Client, answered, new_key
from .service import Desk

AT_ONCE = 8
LOST = 20


def payable(desk: Desk, count: int, least_cents: int = 10_000) -> list[Json]:
    """Draw orders with money left."""
    rich = [o for o in desk.orders if o["total_cents"] >= least_cents and o["id"] not in desk.spent]
    return random.Random(desk.draw.random()).sample(rich, count)


async def refunded(client: Client, order_id: str) -> int:
    """Ask how much of an order was given back."""
    found = (await client.get(f"/v1/orders/{order_id}")).json()
    return int(found["refunded_cents"])


@fact(timeout_s=90)
@answered
async def repetitions(desk: Desk) -> list[tuple[str, bool]]:
    """Send refunds again: one after the other, at the same time, changed, and too large.

    And once more when others have come in between: remembering the last one is not enough.
    """
    agent, results, done = desk.clients["agent"], [], []
    for number, order in enumerate(payable(desk, 5)):
        path, key = f"/v1/orders/{order['id']}/refunds", new_key()
        body = {"amount_cents": 100 + number, "reason": "arrived late"}
        before = await refunded(agent, order["id"])
        answers = await asyncio.gather(*(agent.post(path, body, key=key) for _ in range(AT_ONCE)))
        again = await agent.post(path, body, key=key)
        changed = await agent.post(path, {**body, "amount_cents": 99}, key=key)
        other = next(found for found in payable(desk, 2) if found["id"] != order["id"])
        elsewhere = await agent.post(ELSEWHERE.format(other["id"]), body, key=key)
        paid = await refunded(agent, order["id"]) - before
        same = {a.text for a in (*answers, again)}
        done.append((path, body, key, again.text))
        results += [
            ("repeated at once: all answered 201", {a.status_code for a in answers} == {201}),
            ("repeated: the same answer each time", len(same) == 1 and again.status_code == 201),
            ("repeated: paid once", paid == body["amount_cents"]),
            ("another body under the key is refused", changed.status_code in {409, 422}),
            ("another order under the key is refused", elsewhere.status_code in {409, 422}),
        ]
    desk.draw.shuffle(done)
    for path, body, key, text in done:
        late = await agent.post(path, body, key=key)
        results.append(("repeated much later: the same answer", late.text == text))
    results += await more_than_there_is(desk)
    results += await somebody_elses_key(desk)
    return results


ELSEWHERE = "/v1/orders/{}/refunds"


async def more_than_there_is(desk: Desk) -> list[tuple[str, bool]]:
    """Give back an order's money several times at once, under different keys."""
    agent, order = desk.clients["agent"], payable(desk, 1)[0]
    left = order["total_cents"] - await refunded(agent, order["id"])
    desk.spent.add(order["id"])
    body, key = {"amount_cents": left, "reason": "all of it"}, new_key()
    keys = [new_key() for _ in range(4)]
    path = ELSEWHERE.format(order["id"])
    answers = await asyncio.gather(*(agent.post(path, body, key=own) for own in keys))
    first = next((at for at, a in enumerate(answers) if a.status_code == 201), 0)
    again = await agent.post(path, body, key=keys[first])
    refused = await agent.post(path, {**body, "amount_cents": 1}, key=key)
    other = ELSEWHERE.format(payable(desk, 1)[0]["id"])
    freed = await agent.post(other, {**body, "amount_cents": 1}, key=key)
    paid = await refunded(agent, order["id"])
    statuses = sorted(a.status_code for a in answers)
    return [
        ("an order is given back once", statuses == [201, 409, 409, 409]),
        ("never more than was paid", paid == order["total_cents"]),
        ("who gave all back and asks again is told the same", again.text == answers[first].text),
        (
            "what is refused leaves its key free",
            (refused.status_code, freed.status_code) == (409, 201),
        ),
    ]


async def somebody_elses_key(desk: Desk) -> list[tuple[str, bool]]:
    """Use the same key as somebody else."""
    key, question = new_key(), "Is it raining?"
    first = await desk.clients["ana"].post("/v1/answers", {"question": question}, key=key)
    second = await desk.clients["bruno"].post("/v1/answers", {"question": question}, key=key)
    own = first.status_code == second.status_code == 201
    return [("a key is its owner's alone", own and first.json()["id"] != second.json()["id"])]


@criterion("P13.10a", level=Level.ROBUST, at_least=1.0)
def repetitions_change_nothing(repetitions: list[tuple[str, bool]]) -> Measured:
    """Repetitions that give the same answer and do nothing twice, and reuse that is refused.

    Store the key with what it did, in one transaction, and let the database decide who was first.
    """
    failures = [Failure(case=case) for case, held in repetitions if not held]
    return share((held for _, held in repetitions), failures=failures)


@dataclass(frozen=True)
class Retried:
    """How many lost answers were paid for more than once, retried in each way."""

    lost: int
    twice_blindly: int
    twice_with_key: int


@fact(timeout_s=120)
@answered
async def retried(desk: Desk) -> Retried:
    """Lose answers after the work was done, and retry: with a new key, and with the same."""
    agent, orders = desk.clients["agent"], payable(desk, 2 * LOST)
    ways, twice = ["blind", "kept"] * LOST, {"blind": 0, "kept": 0}
    desk.draw.shuffle(ways)  # so that counting calls tells nothing
    for number, (order, way) in enumerate(zip(orders, ways, strict=True)):
        path, first = ELSEWHERE.format(order["id"]), new_key()
        body = {"amount_cents": 50, "reason": f"lost {number}"}
        before = await refunded(agent, order["id"])
        await agent.post(path, body, key=first)  # done, but its answer is lost on the way
        answer = await agent.post(path, body, key=first if way == "kept" else new_key())
        if answer.status_code != 201:
            raise LookupError(f"a refund was answered {answer.status_code}")
        twice[way] += await refunded(agent, order["id"]) - before != body["amount_cents"]
    return Retried(LOST, twice["blind"], twice["kept"])


# 101 to 105: 20 of 20 blindly, none with the key; no margin, since nothing here is by chance.
@criterion("P13.10b", level=Level.ROBUST, at_least=1.0)
def retrying_alone_does_not_help(retried: Retried) -> Measured:
    """Of answers lost on the way, the share that only a kept key keeps from being paid twice.

    Retrying is what every client library does. A retry that draws a new key pays again, each time.
    """
    value = (retried.twice_blindly - retried.twice_with_key) / retried.lost
    return amount(value, n=2 * retried.lost, unit="share")
