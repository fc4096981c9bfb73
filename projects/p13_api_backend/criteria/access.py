"""7: who may see and do what, keys that cannot be guessed or felt out, and limits that hold."""

import ast
import asyncio
import random
import re
from dataclasses import dataclass

import httpx2

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .cases import modules
from .http import Client, answered, fault_of
from .service import Desk, looking

ACTIONS = ("read", "ask", "refund", "answer")


@dataclass(frozen=True)
class Tried:
    """One cell of the matrix."""

    case: str
    expected: int
    status: int
    leaked: bool


def allowed(who: str, role: str, action: str, *, own: bool) -> int:
    """Say what status an attempt deserves, by the rules in the brief."""
    if who == "nobody":
        return 401
    if role == "customer" and not own:
        return 404
    verbs = {
        "customer": {"read", "ask", "answer"},
        "agent": set(ACTIONS),
        "auditor": {"read", "answer"},
    }
    if action not in verbs[role]:
        return 403
    return 200 if action in {"read", "answer"} else 201


@fact(timeout_s=150)
@answered
async def matrix(desk: Desk, seed: int) -> list[Tried]:
    """Try every action of everybody on everybody's objects, in a drawn order."""
    people = {**desk.clients, "nobody": Client(desk.path, "")}
    roles = {"agent": "agent", "auditor": "auditor"}
    cells, found = [], []
    for owner in ("ana", "bruno"):
        for order in desk.draw.sample(desk.own(owner), 3):
            asked = {"question": f"What is in {order['id']}?", "order_id": order["id"]}
            answer = await desk.clients[owner].post("/v1/answers", asked)
            answer_id = answer.json().get("id", "none")
            cells += [(w, a, owner, order, answer_id) for w in people for a in ACTIONS]
    random.Random(f"{seed}/matrix").shuffle(cells)  # so that counting calls tells nothing
    for who, action, owner, order, answer_id in cells:
        response = await attempt(people[who], action, order["id"], answer_id)
        deserved = allowed(who, roles.get(who, "customer"), action, own=who == owner)
        secret = [line["sku"] for line in order["lines"]]
        leaked = deserved >= 400 and any(sku in response.text for sku in secret)
        case = f"{who} {action} {owner}'s {order['id']}"
        found.append(Tried(case, deserved, response.status_code, leaked))
    return found + await listings(desk)


async def attempt(client: Client, action: str, order_id: str, answer_id: str) -> httpx2.Response:
    """Try one thing."""
    if action == "read":
        return await client.get(f"/v1/orders/{order_id}")
    if action == "answer":
        return await client.get(f"/v1/answers/{answer_id}")
    if action == "ask":
        return await client.post("/v1/answers", {"question": "Where is it?", "order_id": order_id})
    body = {"amount_cents": 1, "reason": "matrix"}
    return await client.post(f"/v1/orders/{order_id}/refunds", body)


async def listings(desk: Desk) -> list[Tried]:
    """Look at everybody's list of orders."""
    found = []
    for who, client in desk.clients.items():
        items = (await client.get("/v1/orders?limit=100")).json().get("items", [])
        owners = {order["customer_id"] for order in items}
        own = owners == {desk.owner(who)} if who in {"ana", "bruno"} else len(owners) > 2
        found.append(Tried(f"{who} lists", 200, 200 if own else 500, leaked=not own))
    return found


@criterion("P13.7a", level=Level.ROBUST, at_least=1.0)
def everybody_gets_their_own(matrix: list[Tried]) -> Measured:
    """Cells of users, roles, objects and actions with the right answer, and nobody's data in it.

    Check the object, not only the route: an order in a body is an object too.
    """
    failures = [
        Failure(case=t.case, expected=str(t.expected), actual=str(t.status), mode="leak" * t.leaked)
        for t in matrix
        if t.status != t.expected or t.leaked
    ]
    return share((t.status == t.expected and not t.leaked for t in matrix), failures=failures)


@fact(timeout_s=60)
@answered
async def credentials(desk: Desk, seed: int) -> list[tuple[str, str]]:
    """Come with keys that are not quite right, and with the right one, in a drawn order.

    Nobody has used these keys before, so whoever believes what came first learns nothing.
    """
    good, other = [await desk.key(desk.owner(who), "customer") for who in ("ana", "bruno")]
    parts, others = good.split("_"), other.split("_")
    wrong = {
        "nothing": "", "a word": "let-me-in", "the id alone": "_".join(parts[:2]),
        "another's secret": "_".join((*parts[:2], others[-1])),
        "another's id": "_".join((*others[:2], parts[-1])),
        "the secret alone": parts[-1], "cut short": good[:-1], "one too long": good + "0",
        "upper case": good.upper(), "one digit off": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "an accent": good[:-1] + "é", "SQL": "farol_' OR '1'='1_x", "very long": good * 200,
        "no such id": f"farol_{'0' * 12}_{parts[-1]}", "zeros": f"farol_{'0' * 12}_{'0' * 48}",
    }  # fmt: skip
    results, tries = [], [*wrong.items(), *[("the right one", good)] * 3]
    random.Random(f"{seed}/credentials").shuffle(tries)
    for name, key in tries:
        head = f"Bearer {key}".strip().encode("latin-1", "replace")
        async with Client(desk.path).connected() as client:
            answer = await client.get("/v1/orders", headers=[(b"authorization", head)])
        fault = fault_of(answer, 401, "/v1/orders")
        if key == good:
            fault = "" if answer.status_code == 200 else "refused"
        results.append((name, fault))
    return [*results, *await guessed(desk)]


async def guessed(desk: Desk) -> list[tuple[str, str]]:
    """Guess at the secret of a key that may ask three times: its owner may still ask as often."""
    client = await with_limit(desk, burst=3, per_s=0.01)
    owner = client.key
    turned = owner[:-6] + owner[-6:].translate(
        str.maketrans("0123456789abcdef", "123456789abcdef0")
    )
    stranger = Client(desk.path, turned)
    guesses = await asyncio.gather(*(stranger.get("/v1/orders?limit=1") for _ in range(8)))
    asked = [await client.get("/v1/orders?limit=1") for _ in range(3)]
    told = {answer.status_code for answer in guesses}
    served = {answer.status_code for answer in asked}
    return [
        ("many guesses at one secret", "" if told == {401} else f"{sorted(told)}"),
        ("its owner, after them", "" if served == {200} else f"{sorted(served)}"),
    ]


@criterion("P13.7b", level=Level.ROBUST, at_least=1.0)
def wrong_keys_all_look_the_same(credentials: list[tuple[str, str]]) -> Measured:
    """Wrong keys that are answered 401, whatever is wrong with them, and secrets compared as such.

    `==` ends at the first byte that differs, which can be timed; `hmac.compare_digest` does not.
    It raises on text that is not ASCII: compare digests. Who guesses costs the key's owner nothing.
    """
    places = loose_comparisons()
    failures = [Failure(case=case, actual=fault) for case, fault in credentials if fault]
    failures += [Failure(case=place, expected="hmac.compare_digest") for place in places]
    return share((*(not fault for _, fault in credentials), not places), failures=failures)


SELECTED = re.compile(r"(digest|secret)\s*=\s*%")
SECRET = re.compile(r"secret|digest|credential|token|api_key|bearer", re.IGNORECASE)


def loose_comparisons() -> list[str]:
    """Find, in the sources, where a secret is compared otherwise than in constant time."""
    found, constant = [], False
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(map(compares, node.ops)):
                told = [ast.unparse(side) for side in (node.left, *node.comparators)]
                if any(SECRET.search(side) for side in told) and "None" not in told:
                    found.append(f"{file.name}:{node.lineno}")
            constant |= isinstance(node, ast.Call) and "compare_digest" in ast.unparse(node.func)
            if isinstance(node, ast.Constant) and SELECTED.search(str(node.value)):
                found.append(f"{file.name}:{node.lineno}")
    return found if constant else [*found, "nowhere compared in constant time"]


def compares(operator: ast.cmpop) -> bool:
    """Say whether an operator compares values."""
    return isinstance(operator, ast.Eq | ast.NotEq | ast.In | ast.NotIn)


@fact(timeout_s=60)
@answered
async def limited(desk: Desk, seed: int) -> list[tuple[str, bool]]:
    """Ask more often than a key may, all at once; how much and how often is drawn."""
    draw = random.Random(f"{seed}/limited")
    burst, more = draw.randint(3, 8), draw.randint(3, 12)
    many = await with_limit(desk, burst=burst, per_s=0.01)
    beside = await with_limit(desk, burst=burst, per_s=0.01)
    answers = await asyncio.gather(*(many.get("/v1/orders?limit=1") for _ in range(burst + more)))
    passed = [a for a in answers if a.status_code == 200]
    refused = [a for a in answers if a.status_code == 429]
    other = await beside.get("/v1/orders?limit=1")
    return [
        ("as many pass as the key may", len(passed) == burst),
        ("the others are told to wait", len(refused) == more),
        ("by a problem", all(not fault_of(a, 429, "/v1/orders") for a in refused)),
        ("another key is not slowed", other.status_code == 200),
        ("what another process took is gone", await taken_elsewhere(desk)),
        ("a bucket holds no more than its burst", await left_alone(desk)),
        *await waited(await with_limit(desk, burst=2, per_s=0.5), draw.randint(6, 12)),
    ]


EMPTIED = """
UPDATE api_key SET level = 0, filled_at = clock_timestamp() WHERE id = %s RETURNING level
"""


LONG_AGO = "UPDATE api_key SET filled_at = filled_at - interval '1 hour' WHERE id = %s"


async def left_alone(desk: Desk) -> bool:
    """Come back after an hour: no more is in the bucket than it holds."""
    client = await with_limit(desk, burst=3, per_s=0.01)
    async with looking(desk.database) as connection:
        await connection.execute(LONG_AGO, [client.key.split("_")[1]])
    answers = await asyncio.gather(*(client.get("/v1/orders?limit=1") for _ in range(7)))
    return sorted(a.status_code for a in answers) == [200] * 3 + [429] * 4


async def taken_elsewhere(desk: Desk) -> bool:
    """Empty a key's bucket as another process would: in the database."""
    client = await with_limit(desk, burst=9, per_s=0.001)
    before = await client.get("/v1/orders?limit=1")
    async with looking(desk.database) as connection:
        found = await connection.execute(EMPTIED, [client.key.split("_")[1]])
        emptied = len(await found.fetchall())
    after = await client.get("/v1/orders?limit=1")
    return (before.status_code, emptied, after.status_code) == (200, 1, 429)


async def with_limit(desk: Desk, **limits: float) -> Client:
    """Make a client whose key has these limits."""
    return Client(desk.path, await desk.key(desk.owner("ana"), "customer", **limits))


async def waited(client: Client, count: int) -> list[tuple[str, bool]]:
    """Wait as long as one is told."""
    answers = await asyncio.gather(*(client.get("/v1/orders?limit=1") for _ in range(count)))
    waits = [a.headers.get("retry-after", "") for a in answers if a.status_code == 429]
    whole = bool(waits) and all(w.isdigit() and 1 <= int(w) <= 2 for w in waits)
    if whole:
        await asyncio.sleep(max(map(int, waits)))
    after = await client.get("/v1/orders?limit=1")
    return [
        ("for whole seconds, as many as it takes", whole),
        ("who waits as told passes", whole and after.status_code == 200),
    ]


@criterion("P13.7c", level=Level.ROBUST, at_least=1.0)
def limits_hold(limited: list[tuple[str, bool]]) -> Measured:
    """What a rate limit promises: no more than it lets through, and a Retry-After that is true.

    Of all processes together. Requests come at the same time: whoever reads the bucket before
    writing it lets too many pass.
    """
    failures = [Failure(case=case) for case, held in limited if not held]
    return share((held for _, held in limited), failures=failures)
