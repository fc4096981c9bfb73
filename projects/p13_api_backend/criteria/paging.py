"""9: pages that stay in order while orders come in."""

from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .cases import Json, later
from .http import Client, answered
from .service import Desk


@dataclass(frozen=True)
class Walk:
    """One way through all pages."""

    case: str
    before: tuple[str, ...]
    found: tuple[str, ...]
    sizes: tuple[int, ...]
    limit: int


@fact(timeout_s=120)
@answered
async def walks(desk: Desk) -> list[Walk]:
    """Walk through the orders in several steps, while new ones of the same days arrive."""
    ways = (("ana", 1), ("ana", 2), ("bruno", 3), ("agent", 37), ("auditor", 100))
    return [await walk(desk, name, limit) for name, limit in ways]


async def walk(desk: Desk, name: str, limit: int) -> Walk:
    """Walk once."""
    client, found, sizes, cursor = desk.clients[name], list[str](), list[int](), ""
    before = expected(desk, name)
    while True:
        page = await one_page(client, limit, cursor)
        found += [order["id"] for order in page["items"]]
        sizes.append(len(page["items"]))
        if not page["next_cursor"] or len(sizes) > 2_000:
            return Walk(f"{name} by {limit}", before, tuple(found), tuple(sizes), limit)
        cursor = page["next_cursor"]
        if len(sizes) < 6:
            await arrive(desk, name)


async def one_page(client: Client, limit: int, cursor: str) -> Json:
    """Fetch a page."""
    more = f"&cursor={cursor}" if cursor else ""
    page: Json = (await client.get(f"/v1/orders?limit={limit}{more}")).json()
    return page


async def arrive(desk: Desk, name: str) -> None:
    """Have new orders arrive on days that have been and on days to come."""
    mine = desk.own(name) if name in {"ana", "bruno"} else desk.orders
    new = later(mine, desk.draw, 3)
    await desk.subject.call("serving.stock", returns=type(None), database=desk.database, orders=new)
    desk.orders += new


def expected(desk: Desk, name: str) -> tuple[str, ...]:
    """List what there is to see, newest first."""
    mine = desk.own(name) if name in {"ana", "bruno"} else desk.orders
    inorder = sorted(mine, key=lambda o: (o["placed_on"], o["id"]), reverse=True)
    return tuple(order["id"] for order in inorder)


@criterion("P13.9a", level=Level.ROBUST, at_least=1.0)
def pages_are_stable(walks: list[Walk]) -> Measured:
    """Ways through all pages that show each order once, newest first, whatever arrives meanwhile.

    Skipping by number shifts with every insert; a date alone is no order, since many share it.
    """
    faults = [(w.case, fault(w)) for w in walks]
    failures = [Failure(case=case, actual=wrong) for case, wrong in faults if wrong]
    return share((not wrong for _, wrong in faults), failures=failures)


def fault(walk: Walk) -> str:
    """Say what is wrong with a way; nothing where all is well."""
    there = set(walk.before)
    seen = [order_id for order_id in walk.found if order_id in there]
    if len(set(walk.found)) != len(walk.found):
        return "an order came twice"
    if seen != list(walk.before):
        return f"{len(there - set(seen))} orders never came, or came out of order"
    return "" if all(size == walk.limit for size in walk.sizes[:-1]) else "a page was short"
