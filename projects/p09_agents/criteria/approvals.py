"""5: a person decides, about exact arguments; and whatever breaks, money is paid once."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from functools import partial

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Level,
    Measured,
    ModelHandle,
    ServingSubject,
    amount,
    criterion,
    fact,
)
from shared.criteria.subject import Returned

from .cases import Json, judged, look, prepared
from .drawer import Task
from .farol import draw_world, numbered

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
CALM = ModelHandle(profile="sim-oracle")


def _plan(task: Task) -> Json:
    """Read a task's ticket perfectly: this is not about reading."""
    return {"intent": "refund", "order_id": task.order, "quantity": int(task.refund[3]),
            "reason": task.refund[5]}  # fmt: skip


class Counter:
    """The refund of one task: asked for, decided on, and counted in the database."""

    def __init__(self, subject: ServingSubject, handle: DatabaseHandle, task: Task) -> None:
        self._subject = subject
        self.handle = handle
        self.task = task
        self.digest = ""
        self.arguments: Json = {}

    async def ask(self, thread: str = "") -> Json:
        """Work on the ticket until a person is asked."""
        run = await self._call("given.agent.run", thread, ticket=self.task.ticket)
        self.digest = (run["request"] or {}).get("digest", "")
        self.arguments = (run["request"] or {}).get("arguments", {})
        return run

    async def decide(self, *, thread: str = "", hours: float = 1, **decision: object) -> Json:
        """Go on with a person's decision, or without."""
        return await self._call(
            "given.agent.resume", thread, hours=hours, decision=decision or None
        )

    async def _call(self, function: str, thread: str, *, hours: float = 0, **given: object) -> Json:
        outcome = await self._subject.attempt(
            function,
            pool=self.handle,
            thread=thread or self.task.ticket["id"],
            model=CALM,
            options={"plan": _plan(self.task), "now": (NOW + timedelta(hours=hours)).isoformat()},
            **given,
        )
        if isinstance(outcome, Returned) and isinstance(outcome.value, dict):
            return outcome.value
        return {"raised": getattr(outcome, "types", ()), "status": "raised", "report": None,
                "request": None, "observations": []}  # fmt: skip

    async def refunds(self) -> list[tuple[object, ...]]:
        """Read what was paid for the order."""
        rows = await look(
            self._subject, self.handle, "SELECT order_id, quantity, amount::text FROM refunds"
        )
        return [(units, paid) for order, units, paid in rows if order == self.task.order]


async def counters(subject: ServingSubject, seed: int, label: str) -> list[Counter]:
    """Draw refunds that may be paid, of orders that their tickets name."""
    world = draw_world(seed)
    handle = await prepared(subject, label, world)
    return [Counter(subject, handle, task) for task in numbered(world, seed)]


Cases = list[tuple[str, bool]]


def _reason(run: Json) -> str:
    refusals = [o["data"].get("reason") for o in run["observations"] if o["status"] == "refused"]
    return str(refusals[-1] if refusals else "")


@fact(timeout_s=120)
async def decisions(subject: ServingSubject, seed: int) -> Cases:
    """Approve, edit, reject, come too late, approve something else, and answer nonsense.

    In a drawn order, and with none, one or two old approvals before the new one, so that counting
    calls tells nothing.
    """
    drawn = (await counters(subject, seed, "decisions"))[:7]
    approve, edit, edit_at_once, reject, late, other, spent = drawn
    draw, cases = random.Random(f"{seed}/decisions"), Cases()
    for counter in drawn:
        asked = await counter.ask()
        right = counter.arguments.get("amount") == counter.task.refund[4]
        waits = asked["status"] == "waiting" and not await counter.refunds()
        cases.append(("asks, and has paid nothing", waits and right))
    steps = [
        partial(_approved, approve),
        partial(_edited, edit, draw.randint(1, 2)),
        partial(_edited, edit_at_once, 0),
        partial(_rejected, reject),
        partial(_too_late, late),
        partial(_unapproved, other, reject.digest),
        partial(_unapproved, spent, ""),
    ]
    draw.shuffle(steps)
    for step in steps:
        cases += await step()
    return cases


async def _rejected(reject: Counter) -> Cases:
    run = await reject.decide(kind="reject", digest=reject.digest)
    return [
        ("a rejection pays nothing", not await reject.refunds() and _ended(run)),
        ("a rejection is said", _reason(run) == "rejected"),
    ]


async def _too_late(late: Counter) -> Cases:
    run = await late.decide(hours=25, kind="approve", digest=late.digest)
    return [
        ("a late approval pays nothing", not await late.refunds() and _ended(run)),
        ("a late approval has expired", _reason(run) == "expired"),
    ]


async def _unapproved(counter: Counter, digest: str) -> Cases:
    run = await counter.decide(kind="approve", digest=digest)
    waits = run["status"] == "waiting" or not digest
    name = "another digest" if digest else "no digest"
    return [(f"{name} approves nothing", waits and not await counter.refunds())]


def _ended(run: Json) -> bool:
    return run["status"] == "ended" and bool((run["report"] or {}).get("reply"))


async def _approved(counter: Counter) -> Cases:
    digest = counter.digest
    run = await counter.decide(kind="approve", digest=digest)
    paid = [(int(counter.task.refund[3]), counter.task.refund[4])]
    cases = [("an approval pays", await counter.refunds() == paid and _ended(run))]
    await counter.decide(kind="approve", digest=digest)
    await counter.ask()
    cases.append(("approving again pays nothing more", await counter.refunds() == paid))
    return cases


async def _edited(counter: Counter, stale: int) -> Cases:
    """Pay a little less than asked for: that is another approval, for other arguments."""
    arguments = {**counter.arguments, "amount": "0.01"}
    digest = counter.digest
    run = await counter.decide(kind="edit", digest=digest, arguments=arguments)
    request = run["request"] or {}
    anew = run["status"] == "waiting" and request.get("digest") not in {"", digest, None}
    cases = [("edited arguments are asked about anew", anew and not await counter.refunds())]
    for _ in range(stale):
        await counter.decide(kind="approve", digest=digest)
    cases.append(("the old approval does not hold for them", not await counter.refunds()))
    await counter.decide(kind="approve", digest=request.get("digest", ""))
    paid = [(int(counter.task.refund[3]), "0.01")]
    cases.append(("the new approval pays what was edited", await counter.refunds() == paid))
    return cases


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.5a", level=Level.SENIOR, at_least=1.0)
def approvals_are_for_exact_arguments(decisions: Cases) -> Measured:
    """Approve, edit, reject and expire do what they say, for these arguments and no others."""
    return judged(decisions)


KILL = """
CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {condition} THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cut_off {when} ON {table} FOR EACH ROW EXECUTE FUNCTION cut_off();
"""
CUTS = {
    "before the refund is written": ("refunds", "BEFORE INSERT", "true"),
    "after it is written, before it is saved": ("agent_actions", "AFTER UPDATE", "true"),
    "after it is saved, before the step is": (
        "checkpoint_writes",
        "BEFORE INSERT",
        "(SELECT count(*) FROM refunds WHERE order_id = '{order}') > 0",
    ),
    "after the step, before the checkpoint": (
        "checkpoints",
        "BEFORE INSERT",
        "(SELECT count(*) FROM refunds WHERE order_id = '{order}') > 0",
    ),
}


@fact(timeout_s=120)
async def cuts(subject: ServingSubject, seed: int) -> list[tuple[str, int, bool, bool]]:
    """Cut the connection at the worst moments of a refund; mend it, go on, and count the money."""
    drawn = await counters(subject, seed, "cuts")
    found = []
    for counter, (name, (table, when, condition)) in zip(drawn, CUTS.items(), strict=False):
        await counter.ask()
        digest = counter.digest
        trap = KILL.format(
            table=table, when=when, condition=condition.format(order=counter.task.order)
        )
        await look(subject, counter.handle, trap)
        cut = await counter.decide(kind="approve", digest=digest)
        clear = cut["status"] != "raised" or "AgentError" in cut["raised"]
        await look(subject, counter.handle, f"DROP TRIGGER cut_off ON {table}")
        await look(subject, counter.handle, "DROP FUNCTION cut_off()")
        run = await counter.decide()
        if run["status"] == "waiting":
            run = await counter.decide(kind="approve", digest=digest)
        again = await counter.decide()
        ended = _ended(run) or _ended(again)
        found.append((name, len(await counter.refunds()), ended, clear))
    found.append(await _at_once(drawn[len(CUTS)]))
    return found


async def _at_once(counter: Counter) -> tuple[str, int, bool, bool]:
    """Let two people approve the same thing at the same moment."""
    asked = await counter.ask()
    digest = (asked["request"] or {}).get("digest", "")
    runs = await asyncio.gather(*(counter.decide(kind="approve", digest=digest) for _ in range(3)))
    clear = all(r["status"] != "raised" or "AgentError" in r["raised"] for r in runs)
    return "three approvals at once", len(await counter.refunds()), any(map(_ended, runs)), clear


# Reference, seeds 401 to 405: 0 each time. A guarantee, so no margin.
@criterion("P09.5b", level=Level.SENIOR, at_most=0.0)
def money_is_paid_once(cuts: list[tuple[str, int, bool, bool]]) -> Measured:
    """Refunds paid twice, or lost after they were approved, when the connection is cut.

    A node that was cut off runs again from its start. Write the key of an action in the transaction
    that acts.
    """
    wrong = [(name, paid) for name, paid, _, _ in cuts if paid != 1]
    failures = [Failure(case=name, expected="1", actual=str(paid)) for name, paid in wrong]
    return amount(len(wrong), n=len(cuts), failures=failures)


# Reference, seeds 401 to 405: 1 each time. A guarantee, so no margin.
@criterion("P09.5c", level=Level.SENIOR, at_least=1.0)
def cut_runs_go_on(cuts: list[tuple[str, int, bool, bool]]) -> Measured:
    """A run that was cut off gives a report or a clear error, and goes on to its end afterwards."""
    cases = [(f"{name}: ends", ended) for name, _, ended, _ in cuts]
    return judged(cases + [(f"{name}: is clear", clear) for name, _, _, clear in cuts])
