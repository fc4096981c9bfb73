"""What the desk is asked is drawn from one world, and every item holds its own answer."""

from decimal import Decimal

import pytest

from shared.world.desk import QUEUES, SHEET, draw_desk, draw_shots
from shared.world.world import draw


def test_the_same_world_asks_the_same() -> None:
    first, again = (draw_desk(draw(5), routing=5, lookup=5, refund=5) for _ in range(2))

    assert first == again
    assert [item.kind for item in first] == ["routing"] * 5 + ["lookup"] * 5 + ["refund"] * 5


@pytest.mark.parametrize("hops", [(2, 3), (4, 6)])
def test_a_sheet_holds_every_fact_that_the_answer_joins(hops: tuple[int, int]) -> None:
    items = draw_desk(draw(5), routing=0, lookup=20, refund=0, hops=hops)

    assert all(hops[0] <= item.hops <= hops[1] for item in items)
    assert {len(item.facts) for item in items} == {SHEET}
    told = [(item.accepted, "\n".join(item.facts)) for item in items]
    assert all(any(way in text for way in accepted) for accepted, text in told)


def test_a_refund_is_the_sum_that_its_text_names() -> None:
    for item in draw_desk(draw(5), routing=0, lookup=0, refund=20):
        count, price, fee = _operands(item.text)

        assert abs(count * price * (100 - fee) / 100 - Decimal(item.accepted[0])) < Decimal("0.01")


def _operands(text: str) -> tuple[Decimal, Decimal, Decimal]:
    count, _, price, _, _, _, fee, *_ = text.split()[-9:]
    return Decimal(count), Decimal(price), Decimal(fee.rstrip(")"))


def test_routed_examples_are_of_every_queue_and_are_no_items() -> None:
    world = draw(5)

    shots = draw_shots(world, each=2)

    assert {queue for _, queue in shots} <= set(QUEUES)
    assert len({queue for _, queue in shots}) >= 6
    items = draw_desk(world, routing=80, lookup=0, refund=0)
    assert not {text for text, _ in shots} & {item.text for item in items}
