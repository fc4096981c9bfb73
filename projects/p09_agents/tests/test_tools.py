import json
from typing import TYPE_CHECKING

import pytest

from projects.p09_agents.given.contracts import Call, RefusedError, Ticket
from projects.p09_agents.given.farol import Pool
from projects.p09_agents.given.probes import use_tools
from projects.p09_agents.given.service import Day
from projects.p09_agents.given.toolset import MOST_TEXT, observed, read_arguments
from projects.p09_agents.tests.conftest import Count

if TYPE_CHECKING:
    from projects.p09_agents.criteria.drawer import Task

pytestmark = pytest.mark.anyio


def call(name: str, arguments: str, number: int = 0) -> Call:
    return Call(id=f"c{number}", name=name, arguments=arguments)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (call("fly", "{}"), "query_orders"),
        (call("query_orders", "{}"), "sql"),
        (call("query_orders", '{"sql": "x", "more": 1}'), "more"),
        (call("refund", "not json"), "arguments"),
        (call("cancel_order", '{"order_id": "7"}'), "order_id"),
    ],
)
def test_wrong_arguments_are_named(wrong: Call, named: str) -> None:
    with pytest.raises(RefusedError, match=named):
        read_arguments(wrong)


def test_a_long_answer_is_cut_and_says_so() -> None:
    seen = observed(
        call("query_orders", "{}"), {"sql": "S", "row_count": 1, "rows": ["x" * 50_000]}
    )

    assert len(seen.text) < MOST_TEXT + 100
    assert "cut" in seen.text
    assert seen.data == {"sql": "S", "row_count": 1}


async def test_observations_come_in_the_order_of_the_calls(pool: Pool, ticket: Ticket) -> None:
    wanted = [
        call("search_policies", '{"query": "returns"}', 0),
        call("nothing", "{}", 1),
        call("query_orders", '{"sql": "SELECT order_id FROM orders"}', 2),
    ]

    seen = await use_tools(pool, ticket, wanted)

    assert [(one.call_id, one.status) for one in seen] == [
        ("c0", "ok"),
        ("c1", "error"),
        ("c2", "ok"),
    ]


async def test_a_service_that_hangs_is_an_observation(pool: Pool, ticket: Ticket) -> None:
    seen = await use_tools(
        pool, ticket, [call("track_parcel", '{"tracking": "ABC123456"}')], day=Day(hang=1.0)
    )

    assert seen[0].status == "error"
    assert "3 times" in seen[0].text


async def test_a_call_that_comes_twice_acts_once_and_answers_twice(
    pool: Pool, ticket: Ticket, refund: "Task", count_refunds: Count
) -> None:
    _, order, sku, units, amount, reason, _ = refund.refund
    goods = {"order_id": order, "sku": sku, "quantity": int(units)}
    wanted = json.dumps({**goods, "amount": amount, "reason": reason})

    seen = await use_tools(pool, ticket, [call("refund", wanted, at) for at in range(2)])

    assert [one.status for one in seen] == ["ok", "ok"]
    assert seen[0].data == seen[1].data
    assert await count_refunds() == 1
