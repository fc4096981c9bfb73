"""Tasks 5, 6 and 7, on a real database."""

import asyncio
from collections.abc import Callable

import pytest

from projects.p13_api_backend.access import new_key
from projects.p13_api_backend.given.contract import (
    Answer,
    AnswerState,
    Deadline,
    Once,
    Order,
    Position,
    Question,
    RefundIn,
    Role,
)
from projects.p13_api_backend.given.problems import Kind, RefusedError
from projects.p13_api_backend.store import Store
from shared.postgres.database import Pool

pytestmark = pytest.mark.anyio
TEN = RefundIn(amount_cents=10, reason="late")
ONCE = Once("A-1", "k", b"print")


def soon() -> Deadline:
    return Deadline.after(10)


async def bucket(store: Store, burst: float, per_s: float) -> str:
    _, key = new_key("C-1", Role.CUSTOMER)
    await store.add_key(key, burst, per_s, soon())
    return key.id


async def test_no_more_pass_at_once_than_a_bucket_holds(store: Store) -> None:
    key = await bucket(store, burst=3, per_s=0.001)

    waits = await asyncio.gather(*(store.charge(key, soon()) for _ in range(8)))

    assert sorted(waits)[:3] == [0, 0, 0]
    assert all(900 < wait <= 1000 for wait in sorted(waits)[3:])


async def test_a_bucket_fills_again_and_no_further_than_it_holds(store: Store, pool: Pool) -> None:
    key = await bucket(store, burst=2, per_s=0.5)
    for _ in range(3):
        await store.charge(key, soon())
    async with pool.connection() as connection:
        await connection.execute("UPDATE api_key SET filled_at = filled_at - interval '1 hour'")

    waits = [await store.charge(key, soon()) for _ in range(3)]

    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 2


async def test_pages_follow_each_other_whatever_arrives(
    store: Store, make_order: Callable[..., Order]
) -> None:
    first = await store.page(None, None, 2, soon())
    after = Position(first[-1].placed_on, first[-1].id)
    await store.add_orders([make_order(9, day=2), make_order(10, day=3)], soon())

    second = await store.page(None, after, 5, soon())

    assert [o.id for o in first] == ["ZX-0004", "ZX-0002"]
    assert [o.id for o in second] == ["ZX-0003", "ZX-0001"]


async def test_a_page_shows_one_owners_orders_only(store: Store) -> None:
    own = await store.page("C-2", None, 10, soon())

    assert [o.id for o in own] == ["ZX-0004", "ZX-0003"]


async def test_the_same_refund_at_once_is_paid_once(store: Store) -> None:
    refunds = await asyncio.gather(*(store.refund("ZX-0001", TEN, ONCE, soon()) for _ in range(6)))

    order = await store.find_order("ZX-0001", soon())
    assert len(set(refunds)) == 1
    assert order is not None
    assert order.refunded_cents == 10


async def test_another_request_under_the_key_is_refused(store: Store) -> None:
    await store.refund("ZX-0001", TEN, ONCE, soon())

    with pytest.raises(RefusedError) as refused:
        await store.refund("ZX-0002", TEN, Once("A-1", "k", b"other"), soon())

    assert refused.value.kind is Kind.KEY_REUSED


async def test_more_than_is_left_is_refused_and_leaves_the_key_free(store: Store) -> None:
    with pytest.raises(RefusedError) as refused:
        await store.refund("ZX-0001", RefundIn(amount_cents=5_001, reason="x"), ONCE, soon())

    paid = await store.refund("ZX-0001", TEN, ONCE, soon())

    assert refused.value.kind is Kind.TOO_MUCH
    assert paid.amount_cents == 10


async def test_all_that_is_left_may_be_given_back(store: Store) -> None:
    await store.refund("ZX-0001", TEN, ONCE, soon())

    rest = RefundIn(amount_cents=4_990, reason="all of it")
    paid = await store.refund("ZX-0001", rest, Once("A-1", "rest", b"rest"), soon())

    assert paid.amount_cents == 4_990


async def test_every_statement_has_the_deadline(store: Store) -> None:
    async with store.transaction(Deadline.after(3)) as cursor:
        await cursor.execute("SHOW statement_timeout")
        row = await cursor.fetchone()

    assert row is not None
    assert row["statement_timeout"].endswith("ms")
    assert int(row["statement_timeout"].removesuffix("ms")) <= 3_000


async def test_a_statement_that_takes_too_long_is_ended_by_the_database(store: Store) -> None:
    with pytest.raises(RefusedError) as refused:
        async with store.transaction(Deadline.after(0.2)) as cursor:
            await cursor.execute("SELECT pg_sleep(20)")

    assert refused.value.kind is Kind.TOO_LATE


async def test_an_answer_is_claimed_by_one_and_taken_up_by_the_next(store: Store) -> None:
    asked = Question(question="Why?")
    first = await store.claim(asked, ONCE, soon())

    with pytest.raises(RefusedError) as refused:
        await store.claim(asked, ONCE, soon())
    part = first.answer.model_copy(update={"text": "Bec", "state": AnswerState.STOPPED})
    await store.settle(first, part, soon())
    second = await store.claim(asked, ONCE, soon())
    await store.settle(first, part.model_copy(update={"text": "late"}), soon())

    found = await store.find_answer(first.answer.id, soon())
    assert refused.value.kind is Kind.IN_PROGRESS
    assert (second.answer.text, second.attempt) == ("Bec", 2)
    assert found is not None
    assert isinstance(found[1], Answer)
    assert found[1].text == "Bec"  # who was overtaken changes nothing any more
