import decimal
import json
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import WorldError
from shared.world import World, draw
from shared.world.dump import canonical

GOLDEN = {
    7: "627ad7ef308c382aa9ff4b21e34e318770e0efe71d11007c0bf32933639c6b9f",
    -(10**40): "6ae77e7db6cd04fb282e56e104920b4958bfbc3db1c86996dbb253768debcf37",
}


@pytest.mark.parametrize("seed", GOLDEN)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    assert sha256(canonical(draw(seed))).hexdigest() == GOLDEN[seed]


def test_the_order_in_which_parts_are_looked_at_changes_nothing() -> None:
    forwards, backwards = draw(3), draw(3)
    _ = forwards.products, forwards.orders, forwards.emails, forwards.documents
    _ = backwards.poisoned, backwards.documents, backwards.emails, backwards.orders

    assert canonical(forwards) == canonical(backwards)


def test_fewer_mails_are_the_first_of_more() -> None:
    assert draw(5).draw_emails(10) == draw(5).draw_emails(40)[:10]


def test_a_different_decimal_context_changes_nothing() -> None:
    usual = canonical(draw(9), ["products", "orders", "emails", "refund_tasks"])
    with decimal.localcontext(decimal.Context(prec=4, rounding=decimal.ROUND_UP)):
        meddled = canonical(draw(9), ["products", "orders", "emails", "refund_tasks"])

    assert usual == meddled


def facts(world: World) -> set[tuple[str, str, str]]:
    return {(fact.subject, fact.attribute, fact.value) for fact in world.facts}


def test_no_two_of_many_seeds_share_a_fact() -> None:
    worlds = [facts(draw(seed)) for seed in range(40)]

    assert all(one.isdisjoint(other) for one, other in combinations(worlds, 2))


@settings(max_examples=15, deadline=None)
@given(st.integers(), st.integers())
def test_two_seeds_never_give_the_same_facts(one: int, other: int) -> None:
    if one != other:
        assert facts(draw(one)).isdisjoint(facts(draw(other)))


@pytest.mark.parametrize(
    "seed",
    [0, -1, 1 << 64, -(1 << 64), pytest.param(10**5000, id="too long to write in decimal")],
)
def test_any_integer_is_a_seed(seed: int) -> None:
    assert json.loads(canonical(draw(seed), ["products", "emails"]))["emails"]


@pytest.mark.parametrize("seed", [True, 1.0, "7", None])
def test_anything_else_is_refused(seed: object) -> None:
    with pytest.raises(WorldError, match="integer"):
        draw(seed)  # type: ignore[arg-type]  # the point: callers without types
