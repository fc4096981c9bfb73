"""3: every error is a problem, and none tells what nobody outside should know."""

import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import httpx2

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .http import Client, Event, answered, fault_of, new_key
from .service import Desk, looking
from .upstream import Cut, Fail, Step

ASK = "/v1/answers"


@fact(timeout_s=60)
@answered
async def problems(desk: Desk, seed: int) -> list[tuple[str, str]]:
    """Err in every way that a client can, in a drawn order."""
    ana, agent, nobody = desk.clients["ana"], desk.clients["agent"], Client(desk.path)
    own, other = desk.own("ana")[0], desk.own("bruno")[0]["id"]
    refund = f"/v1/orders/{own['id']}/refunds"
    paid, key = {"amount_cents": 1, "reason": "late"}, new_key()
    await agent.post(refund, paid, key=key)
    much = {**paid, "amount_cents": own["total_cents"] + 1}
    cases: list[tuple[str, int, str, Callable[[], Awaitable[httpx2.Response]]]] = [
        ("no key", 401, "/v1/orders", partial(nobody.get, "/v1/orders")),
        ("no such route", 404, "/v2/none", partial(ana.get, "/v2/none")),
        ("wrong method", 405, "/healthz", partial(ana.post, "/healthz", {})),
        ("no such order", 404, "/v1/orders/XX-1", partial(ana.get, "/v1/orders/XX-1")),
        ("somebody's order", 404, f"/v1/orders/{other}", partial(ana.get, f"/v1/orders/{other}")),
        ("a customer pays", 403, refund, partial(ana.post, refund, paid)),
        ("bad cursor", 422, "/v1/orders", partial(ana.get, "/v1/orders?cursor=AAAA")),
        ("bad limit", 422, "/v1/orders", partial(ana.get, "/v1/orders?limit=0")),
        ("no body", 422, ASK, partial(ana.post, ASK, None)),
        ("unknown field", 422, ASK, partial(ana.post, ASK, {"question": "a", "admin": True})),
        ("empty question", 422, ASK, partial(ana.post, ASK, {"question": ""})),
        ("too much money", 409, refund, partial(agent.post, refund, much)),
        (
            "another body",
            409,
            refund,
            partial(agent.post, refund, {**paid, "reason": "x"}, key=key),
        ),
        (
            "bad deadline",
            422,
            "/v1/orders",
            partial(ana.get, "/v1/orders", **{"x-deadline-ms": "0"}),
        ),
        ("a large body", 413, ASK, partial(ana.post, ASK, {"question": "a" * 50_000})),
    ]
    random.Random(f"{seed}/problems").shuffle(cases)  # so that counting calls tells nothing
    return [(name, fault_of(await send(), status, path)) for name, status, path, send in cases]


@criterion("P13.3a", level=Level.WORKS, at_least=1.0)
def errors_are_problems(problems: list[tuple[str, str]]) -> Measured:
    """Errors that have the right status and are RFC 9457 problems with a trace id.

    The framework has error pages of its own: 404, 405 and validation errors go through yours too.
    """
    failures = [Failure(case=case, actual=fault) for case, fault in problems if fault]
    return share((not fault for _, fault in problems), failures=failures)


def upstream_failures(canary: str) -> list[tuple[str, Sequence[Step]]]:
    """List ways for a model's server to fail that carry something it must not pass on."""
    error = f'{{"error": {{"message": "{canary}", "type": "{canary}", "code": "{canary}"}}}}'
    statuses = (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529)
    plans: list[tuple[str, Sequence[Step]]] = [
        (f"upstream {status}", (Fail(status, error),)) for status in statuses
    ]
    html = (("content-type", "text/html"),)
    plans.append(("upstream html", (Fail(502, f"<html>{canary}</html>", html),)))
    plans.append(("upstream nonsense", (Fail(200, f'{{"{canary}": 1}}'),)))
    plans.append(("upstream cut", (Cut(),)))
    return plans


DATABASE_FAILURES = (
    "P0001", "23505", "23514", "22P02", "40001", "40P01", "42P01", "42501", "53100", "53300",
    "55000", "57014", "58030", "XX000", "XX001",
)  # fmt: skip
TRIGGER = """
CREATE OR REPLACE FUNCTION break_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE code text := split_part(NEW.reason, ' ', 2); told text := split_part(NEW.reason, ' ', 3);
BEGIN
    IF NEW.reason LIKE 'break %' THEN
        RAISE EXCEPTION '%', told USING ERRCODE = code, DETAIL = told, HINT = told;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS break_refund ON refund;
CREATE TRIGGER break_refund BEFORE INSERT ON refund FOR EACH ROW EXECUTE FUNCTION break_refund();
"""


@dataclass(frozen=True)
class Injected:
    """What a client saw of one exception inside."""

    case: str
    status: int
    kind: str
    told: str
    canary: str


@fact(timeout_s=120)
@answered
async def injected(desk: Desk) -> list[Injected]:
    """Break what the service stands on in thirty ways, each with a word that must not come out."""
    found = []
    for case, plan in upstream_failures("{canary}"):
        canary = secrets.token_hex(8)
        told = [
            Fail(s.status, s.body.replace("{canary}", canary), s.headers)
            if isinstance(s, Fail)
            else s
            for s in plan
        ]
        answer = await desk.clients["ana"].post(ASK, {"question": f"Why? {desk.plan(*told)}"})
        found.append(seen(case, answer, canary))
    order = desk.own("ana")[0]["id"]
    async with looking(desk.database) as connection:
        await connection.execute(TRIGGER)
        try:
            for code in DATABASE_FAILURES:
                canary = secrets.token_hex(8)
                body = {"amount_cents": 1, "reason": f"break {code} {canary}"}
                answer = await desk.clients["agent"].post(f"/v1/orders/{order}/refunds", body)
                found.append(seen(f"database {code}", answer, canary))
        finally:
            await connection.execute("DROP TRIGGER break_refund ON refund")
    canary = secrets.token_hex(8)
    plan_: Sequence[Step] = ("Well, ", Fail(500, f'{{"error": {{"message": "{canary}"}}}}'))
    events = await desk.clients["ana"].events({"question": f"Why? {desk.plan(*plan_)}"})
    found.append(streamed("stream", events, canary))
    return found


def seen(case: str, answer: httpx2.Response, canary: str) -> Injected:
    """Note what came back."""
    told = f"{dict(answer.headers)} {answer.text}"
    return Injected(case, answer.status_code, answer.headers.get("content-type", ""), told, canary)


def streamed(case: str, events: list[Event], canary: str) -> Injected:
    """Note what came back as a stream."""
    last = events[-1] if events else Event("", "", {})
    status = int(last.data.get("problem", {}).get("status", 0))
    return Injected(case, status, "application/problem+json", str(events), canary)


@criterion("P13.3b", level=Level.WORKS, at_least=1.0)
def nothing_inside_comes_out(injected: list[Injected]) -> Measured:
    """Exceptions inside that reach the client as a problem without a word of theirs.

    A driver's message holds table names and values, a provider's holds prompts and parts of keys.
    Log them under the trace id; tell the client the kind of problem.
    """
    faults = [(i.case, leak_of(i)) for i in injected]
    failures = [Failure(case=case, actual=fault) for case, fault in faults if fault]
    return share((not fault for _, fault in faults), failures=failures)


def leak_of(one: Injected) -> str:
    """Say what is wrong with how an exception came out."""
    if one.canary in one.told or "Traceback" in one.told or "psycopg" in one.told:
        return f"leaks: {one.told[:200]}"
    if one.status < 500:
        return f"status {one.status}"
    return "" if one.kind.startswith("application/problem+json") else one.kind
