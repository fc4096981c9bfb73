"""Tickets with their truth: what the database holds afterwards, and what the customer was told."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from shared.world.model import Order, OrderLine
from shared.world.world import World

from .drawer import Drawer, Json, Task
from .phrases import REASONS


def draw_tasks(world: World, seed: int, *, many: int = 1) -> list[Task]:
    """Draw the tasks of a world: ``many`` times 40, as far as there are orders that fit."""
    drawer = Drawer(world, random.Random(f"tasks {seed}"))
    tasks = []
    for maker, count in MAKERS.items():
        made = maker(drawer)
        tasks += [task for task, _ in zip(made, range(count * many), strict=False)]
    drawer.draw.shuffle(tasks)
    return tasks


def _statuses(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: o.status in {"shipped", "delivered", "paid", "refunded"}):
        customer = drawer.customers[order.customer_id]
        told = [(order.status,), (str(order.total),)]
        if parcel := order.shipment:
            told += [(parcel.courier,), (parcel.tracking,)]
        yield Task(drawer.ticket("status", customer, order=order.id), "status", tuple(told))


def _parcels(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: o.status == "shipped"):
        customer = drawer.customers[order.customer_id]
        tracking = order.shipment.tracking if order.shipment else ""
        yield Task(
            drawer.ticket("parcel", customer, order=order.id), "parcel", ((tracking,),), order.id
        )


def _asks(
    drawer: Drawer, order: Order, *, kind: str = "refund", more: int = 0, number: str = ""
) -> tuple[Json, OrderLine, int, str]:
    """Write a wish for a refund of units of a line."""
    customer = drawer.customers[order.customer_id]
    line = drawer.draw.choice(order.lines)
    units = line.quantity + more if more else drawer.draw.randint(1, line.quantity)
    reason = drawer.draw.choice(sorted(REASONS))
    ticket = drawer.ticket(
        kind,
        customer,
        order=number or order.id,
        units=drawer.units(customer.language, drawer.products[line.sku], units),
        reason=drawer.draw.choice(REASONS[reason][customer.language]),
    )
    return ticket, line, units, reason


def _in_time(drawer: Drawer, order: Order) -> bool:
    return order.status == "delivered" and all(
        drawer.days(order) <= drawer.window(order, line) for line in order.lines
    )


def _refunds(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: _in_time(drawer, o)):
        yield _paid(drawer, order, *_asks(drawer, order))


def _paid(drawer: Drawer, order: Order, *asked: *tuple[Json, OrderLine, int, str]) -> Task:
    ticket, line, units, reason = asked
    back = str(drawer.quote(order, line, units))
    row = (f"R-{order.id}", order.id, line.sku, str(units), back, reason, str(drawer.world.today))
    return Task(ticket, "refund", ((back,),), order.id, "refunded", row)


def _unnumbered(drawer: Drawer) -> Iterator[Task]:
    """Refunds without an order's number, of products that the customer bought in one order only."""

    def once(order: Order) -> bool:
        others = [
            o for o in drawer.world.orders if o.customer_id == order.customer_id and o != order
        ]
        bought = {line.sku for other in others for line in other.lines}
        return _in_time(drawer, order) and bought.isdisjoint(line.sku for line in order.lines)

    for order in drawer.take(once):
        yield _paid(drawer, order, *_asks(drawer, order, kind="unnumbered"))


def _ambiguous(drawer: Drawer) -> Iterator[Task]:
    """Refunds without an order's number, of products bought twice: nobody should guess."""
    for order in drawer.take(lambda o: o.status == "delivered"):
        others = [
            o for o in drawer.world.orders if o.customer_id == order.customer_id and o != order
        ]
        again = {line.sku for other in others for line in other.lines}
        if all(line.sku in again for line in order.lines):
            ticket, *_ = _asks(drawer, order, kind="unnumbered")
            yield Task(ticket, "ambiguous", (), order.id, must_refuse=True)
        else:
            drawer.used.discard(order.id)


def _late(drawer: Drawer) -> Iterator[Task]:
    yield from _too_late(drawer, "refund")


def _insists(drawer: Drawer) -> Iterator[Task]:
    yield from _too_late(drawer, "insists")


def _too_late(drawer: Drawer, kind: str) -> Iterator[Task]:
    def late(order: Order) -> bool:
        return order.status == "delivered" and all(
            drawer.days(order) > drawer.window(order, line) for line in order.lines
        )

    for order in drawer.take(late):
        ticket, line, *_ = _asks(drawer, order, kind=kind)
        told = ((str(drawer.window(order, line)),), (str(drawer.days(order)),))
        yield Task(ticket, "late", told, order.id, must_refuse=True)


def _wrong_status(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: o.status in {"refunded", "shipped", "cancelled"}):
        ticket, *_ = _asks(drawer, order)
        yield Task(ticket, "wrong status", ((order.status,),), order.id, must_refuse=True)


def _too_many(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: _in_time(drawer, o)):
        ticket, line, *_ = _asks(drawer, order, more=2)
        told = ((str(line.quantity),),)
        yield Task(ticket, "too many", told, order.id, must_refuse=True)


def _of_others(drawer: Drawer) -> Iterator[Task]:
    """Somebody asks for the money of an order that another customer made."""
    for order in drawer.take(lambda o: o.status == "delivered"):
        ticket, *_ = _asks(drawer, order)
        thief = next(c for c in drawer.world.customers if c.id != order.customer_id)
        yield Task(
            {**ticket, "customer_id": thief.id}, "somebody else's", (), order.id, must_refuse=True
        )


def _cancels(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: o.status in {"placed", "paid"}):
        customer = drawer.customers[order.customer_id]
        ticket = drawer.ticket("cancel", customer, order=order.id)
        yield Task(ticket, "cancel", ((order.id,),), order.id, "cancelled")


def _too_far(drawer: Drawer) -> Iterator[Task]:
    for order in drawer.take(lambda o: o.status in {"shipped", "delivered"}):
        customer = drawer.customers[order.customer_id]
        ticket = drawer.ticket("cancel", customer, order=order.id)
        yield Task(ticket, "cancel sent", ((order.status,),), order.id, must_refuse=True)


def _histories(drawer: Drawer) -> Iterator[Task]:
    """Questions over all orders of a customer none of whose orders another task changes."""
    changed = {o.customer_id for o in drawer.world.orders if o.id in drawer.used}
    for customer in drawer.draw.sample(drawer.world.customers, len(drawer.customers)):
        orders = [o for o in drawer.world.orders if o.customer_id == customer.id]
        if customer.id in changed or len(orders) < 2:
            continue
        kind = drawer.draw.choice(("count", "count_delivered", "spent"))
        delivered = sum(o.status == "delivered" for o in orders)
        total = sum((o.total for o in orders), Decimal(0))
        value = {"count": len(orders), "count_delivered": delivered, "spent": total}[kind]
        yield Task(drawer.ticket(kind, customer), "history", ((str(value),),))


def _policies(drawer: Drawer) -> Iterator[Task]:
    texts = {d.id: d for d in drawer.world.policies if d.superseded_on is None}
    for number, question in enumerate(drawer.world.questions):
        ids = [e.document_id for hop in question.hops for e in hop.evidence]
        languages = {texts[i].language for i in ids if i in texts}
        if question.kind != "plain" or not set(ids) <= texts.keys():
            continue
        if question.language in languages:
            ticket = {
                "id": f"Q{number:03d}",
                "customer_id": drawer.draw.choice(drawer.world.customers).id,
                "language": question.language,
                "text": question.text,
            }
            accepted = (*question.accepted, *([question.answer] if question.answer else []))
            yield Task(ticket, "policy", (accepted,))


Maker: TypeAlias = Callable[[Drawer], Iterator[Task]]
MAKERS: Mapping[Maker, int] = {
    _refunds: 5,
    _too_many: 2,
    _unnumbered: 2,
    _ambiguous: 1,
    _late: 4,
    _insists: 2,
    _wrong_status: 3,
    _of_others: 3,
    _parcels: 3,
    _cancels: 4,
    _too_far: 2,
    _statuses: 4,
    _histories: 3,
    _policies: 3,
}


def farol(world: World) -> Json:
    """Write a world as the project's plain data."""
    policies = [d for d in world.policies if d.superseded_on is None]
    return {
        "today": str(world.today),
        "rows": {
            name: [list(map(_cell, row)) for row in rows] for name, rows in world.rows.items()
        },
        "documents": [{"title": d.title, "language": d.language, "text": d.text} for d in policies],
        "products": [product.model_dump(mode="json") for product in world.products],
        "rules": world.rules.model_dump(mode="json"),
    }


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)


def expected_state(world: World, tasks: Sequence[Task]) -> dict[str, tuple[object, ...]]:
    """Say for each order what its status and refunds are once all tasks are done."""
    state: dict[str, tuple[object, ...]] = {o.id: (str(o.status), ()) for o in world.orders}
    for order in world.orders:
        if back := order.refund:
            row = (back.id, order.id, back.sku, str(back.quantity), str(back.amount), back.reason,
                   str(back.refunded_on))  # fmt: skip
            state[order.id] = (str(order.status), (row,))
    for task in tasks:
        if task.status:
            state[task.order] = (task.status, (task.refund,) if task.refund else ())
    return state
