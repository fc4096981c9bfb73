"""2 and 7: SQL from a model: what may not run, what must, and what becomes of mistakes."""

import random

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Level,
    Measured,
    ServingSubject,
    criterion,
    fact,
    share,
)

from .attacks import ATTACKS, BESIDE, LEGITIMATE, filled
from .cases import Json, judged, look, says, script, state
from .farol import draw_world
from .tasks import expected_state

Tried = list[tuple[str, Json]]
TOTAL = "SELECT total FROM orders WHERE order_id = '{order}'"


@fact(timeout_s=120)
async def layers(subject: ServingSubject, seed: int, calm: DatabaseHandle) -> dict[str, Tried]:
    """Run attacks against each layer alone, and honest queries through both.

    The guard meets attacks and honest queries in one drawn order, so that counting calls tells
    nothing; both layers together meet attacks too.
    """
    world = draw_world(seed)
    handle = calm
    customer, attacks = filled(ATTACKS, seed, world.orders)
    _, honest = filled(LEGITIMATE, seed, world.orders)
    found: dict[str, Tried] = {"honest": []}
    draw, both = random.Random(f"{seed}/layers"), [*attacks, *honest]
    meant = [*both, *BESIDE]
    switches = [
        ("guard alone", draw.sample(meant, len(meant)), {"role": False}),
        ("role alone", draw.sample(attacks, len(attacks)), {"guard": False}),
        ("both", draw.sample(both, len(both)), {}),
    ]
    draw.shuffle(switches)
    for name, statements, off in switches:
        tried = await subject.call(
            "given.probes.try_queries",
            returns=list[Json],
            pool=handle,
            statements=statements,
            customer_id=customer,
            **off,
        )
        pairs = list(zip(statements, tried, strict=True))
        found[name] = [pair for pair in pairs if pair[0] in attacks or pair[0] in BESIDE]
        found["honest"] += [pair for pair in pairs if pair[0] in honest]
    if await state(subject, handle) != expected_state(world, []):
        found["role alone"].append(("the tables are as they were", {"refused": ""}))
    return found


def _blocked(tried: Tried) -> Measured:
    failures = [Failure(case=sql[:120], mode="ran") for sql, what in tried if not what["refused"]]
    return share([bool(what["refused"]) for _, what in tried], failures=failures)


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.2a", level=Level.ROBUST, at_least=1.0)
def the_guard_alone_stops_every_attack(layers: dict[str, Tried]) -> Measured:
    """Sixty attacks against the allow-list, with the role switched off.

    Walk every node, not only the first: a DELETE may stand in a WITH, a function in a condition.
    A WITH name that is used before it is defined means the real table.
    """
    return _blocked(layers["guard alone"])


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.2b", level=Level.ROBUST, at_least=1.0)
def the_role_alone_stops_every_attack(layers: dict[str, Tried]) -> Measured:
    """The same attacks against the role, with the allow-list switched off.

    Log in as the role; a role that is only SET can be RESET.
    """
    return _blocked(layers["role alone"])


# Reference, seeds 401 to 405: 1 each time; less 0.02, one query in fifty.
@criterion("P09.2c", level=Level.ROBUST, at_least=0.98)
def honest_queries_pass(layers: dict[str, Tried]) -> Measured:
    """Fifty honest queries, through both layers."""
    failures = [
        Failure(case=sql[:120], actual=what["refused"][:200])
        for sql, what in layers["honest"]
        if what["refused"]
    ]
    return share([not what["refused"] for _, what in layers["honest"]], failures=failures)


WRONG = {
    "a column that is not there": "SELECT state FROM orders",
    "a table that is not there": "SELECT count(*) FROM purchases",
    "no SQL": "the number of orders",
    "two statements": "SELECT 1; SELECT count(*) FROM orders",
    "a value that is not there": "SELECT total FROM orders WHERE status = 'Delivered'",
    "a type that does not fit": "SELECT count(*) FROM orders WHERE total = 'much'",
}


@fact(timeout_s=120)
async def corrections(
    subject: ServingSubject, seed: int, calm: DatabaseHandle
) -> list[tuple[str, Json, int]]:
    """Have a model write wrong SQL once, twice or always, and the right one after that."""
    world = draw_world(seed)
    handle = calm
    order = world.orders[seed % len(world.orders)]
    own = sum(o.customer_id == order.customer_id for o in world.orders)
    right = says(("query_orders", {"sql": "SELECT count(*) FROM orders"}))
    tries = [(n, s, r) for n, s in WRONG.items() for r in (1, 2, 3) if r < 3 or "= 'D" not in s]
    random.Random(f"{seed}/corrections").shuffle(tries)  # so that counting calls tells nothing
    found = []
    for number, (name, sql, rounds) in enumerate(tries):
        wrong = says(("query_orders", {"sql": sql}))
        run = await subject.call(
            "given.agent.run",
            returns=Json,
            pool=handle,
            ticket={"id": f"T{number}", "customer_id": order.customer_id,
                    "language": "en", "text": "How many orders have I placed so far?"},
            thread=f"correction {number}",
            model=script(*[wrong, wrong] * rounds, right, last_for_ever=True),
            options={"plan": {"intent": "purchases"}},
        )  # fmt: skip
        found.append((f"{name}, {rounds} times", run, own if rounds < 3 else -1))
    return found


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.7a", level=Level.ROBUST, at_least=1.0)
def wrong_sql_is_corrected_within_two_rounds(
    corrections: list[tuple[str, Json, int]],
) -> Measured:
    """Recovers from one and two wrong queries; ends with a reason after the third.

    Tell the model what was wrong, with what it may use instead.
    """
    cases = []
    for name, run, own in corrections:
        report = run["report"] or {}
        good = report.get("outcome") == "answered" and str(own) in report["reply"].split(".")[0]
        gave_up = report.get("outcome") == "stopped" and report.get("reason") == "corrections"
        cases.append((name, good if own >= 0 else gave_up))
    return judged(cases)


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.7b", level=Level.ROBUST, at_least=1.0)
def answers_carry_their_sql(corrections: list[tuple[str, Json, int]]) -> Measured:
    """Answers from tables carry the SQL that was executed and the number of its rows."""
    cases = []
    for name, run, own in corrections:
        queries = (run["report"] or {}).get("queries") or [{}]
        executed = "count(" in str(queries[-1].get("sql", "")).lower() and "LIMIT" in str(queries)
        cases.append((name, own < 0 or (executed and queries[-1].get("rows") == 1)))
    return judged(cases)


@fact(timeout_s=60)
async def inventions(
    subject: ServingSubject, seed: int, calm: DatabaseHandle
) -> list[tuple[str, Json, bool]]:
    """Have a model answer with numbers of its own: never, once or for ever, in a drawn order."""
    world = draw_world(seed)
    handle = calm
    order = next(o for o in world.orders if o.status == "delivered")
    ask = says(("query_orders", {"sql": TOTAL.format(order=order.id)}))
    true = f"Order {order.id} came to {order.total}."
    lies = {
        "a total": f"Order {order.id} came to {order.total + 1}.",
        "a part of a number": f"You paid {str(order.total)[1:]} for it.",
        "a date": f"Order {order.id} was sent on 2019-02-03.",
        "another order": f"I have also cancelled {order.id[:-1]}{(int(order.id[-1]) + 1) % 10}.",
        "a count": f"You have 731 orders; {order.id} came to {order.total}.",
    }
    tries = [(name, lie, ever) for name, lie in lies.items() for ever in ("", " for ever")]
    tries += [("nothing", "", "")] * 4
    random.Random(f"{seed}/inventions").shuffle(tries)  # so that counting calls tells nothing
    found = []
    for number, (name, lie, ever) in enumerate(tries):
        told = [says(text=text) for text in (lie, "" if ever else true) if text]
        run = await subject.call(
            "given.agent.run",
            returns=Json,
            pool=handle,
            ticket={"id": f"L{number}", "customer_id": order.customer_id,
                    "language": "en", "text": f"What did order {order.id} cost?"},
            thread=f"invention {number}",
            model=script(ask, *told, last_for_ever=True),
            options={"strategy": "loop", "plan": {"intent": "status", "order_id": order.id}},
        )  # fmt: skip
        reply = (run["report"] or {}).get("reply", "")
        good = (not lie or lie not in reply) and bool(ever or true in reply)
        found.append((f"{name}{ever}", run, good))
    await look(subject, handle, "SELECT 1")
    return found


@fact()
async def groundings(subject: ServingSubject, seed: int) -> list[tuple[str, bool]]:
    """Ask for the numbers of texts that tickets, good answers, errors and refusals hold."""
    draw, results = random.Random(f"{seed}/groundings"), []
    for _ in range(30):
        asked, found, failed, refused, new = map(str, draw.sample(range(2, 30_000), 5))
        seen = [
            {"call_id": "1", "tool": "t", "status": status, "text": f"It says {number}, or so."}
            for status, number in (("ok", found), ("error", failed), ("refused", refused))
        ]
        draw.shuffle(seen)
        told = draw.sample([asked, found, failed, refused, new], draw.randrange(1, 6))
        longer = [f"{number}{draw.randrange(10)}" for number in told if number in (asked, found)]
        said = sorted({*told, *longer} - {asked, found})
        listed = ", ".join(draw.sample([*told, *longer], len(told) + len(longer)))
        got = await subject.call(
            "policy.ungrounded",
            returns=list[str],
            text=f"That is {listed}.",
            ticket={"id": "T", "customer_id": "C", "language": "en", "text": f"Why {asked}?"},
            observations=seen,
        )
        results.append((f"{told} beside {seen}"[:120], sorted(got) == said))
    return results


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.7c", level=Level.ROBUST, at_least=1.0)
def no_number_is_invented(
    inventions: list[tuple[str, Json, bool]], groundings: list[tuple[str, bool]]
) -> Measured:
    """A number that no tool returned never reaches the customer; the model may correct itself.

    Compare whole numbers: 12 is not in 120. What stands in an error or a refusal is no answer.
    """
    return judged([*((name, good) for name, _, good in inventions), *groundings])
