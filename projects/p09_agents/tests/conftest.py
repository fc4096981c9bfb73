"""A real database that is Farol's, and short ways to what tests need again and again."""

# ruff: noqa: PLC0415 (imported at the head, a task would be loaded before the grader can watch)

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from anyio.from_thread import start_blocking_portal

from shared.llm.messages import Completion, ToolCall
from shared.postgres.database import connect, guest_url
from shared.postgres.server import server
from shared.settings import Settings
from shared.testing import ScriptedModel, completion
from shared.world.world import World, draw

if TYPE_CHECKING:
    from projects.p09_agents.criteria.drawer import Task
    from projects.p09_agents.given.contracts import Plan, Ticket
    from projects.p09_agents.given.farol import Pool

Work: TypeAlias = "tuple[Ticket, Plan]"
# A server that was given, as the scorecard gives one, is nobody's to restart.
collect_ignore = ["test_restart.py"] if "DATABASE_URL" in os.environ else []


@pytest.fixture(scope="session")
def world() -> World:
    return draw(7)


@pytest.fixture(scope="session")
def refund(world: World) -> "Task":
    from projects.p09_agents.criteria.tasks import draw_tasks

    return next(task for task in draw_tasks(world, 7) if task.refund and task.order)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[str]:
    """One database that is Farol's for all tests: to make one takes longer than most of them."""
    home: Path = tmp_path_factory.getbasetemp() / "postgres"
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(prepared(home, world)) as url,
    ):
        yield url


@asynccontextmanager
async def prepared(home: Path, world: World) -> AsyncIterator[str]:
    from projects.p09_agents.criteria.tasks import farol
    from projects.p09_agents.given import agent
    from projects.p09_agents.given.farol import Farol

    async with (
        server(Settings(home=home)) as url,
        guest_url(url, may_create_roles=True) as own,
    ):
        async with connect(own) as pool:
            await agent.prepare(pool, Farol.model_validate(farol(world)))
        yield own


UNDO = """
TRUNCATE agent_actions, checkpoints, checkpoint_blobs, checkpoint_writes;
DELETE FROM refunds WHERE order_id = '{order}';
UPDATE orders SET status = 'delivered' WHERE id = '{order}';
"""


@pytest.fixture
async def pool(database_url: str, refund: "Task") -> "AsyncIterator[Pool]":
    """A pool on that database, as nobody has touched it."""
    async with connect(database_url) as pool:
        yield pool
        async with pool.connection() as connection:
            await connection.execute(UNDO.format(order=refund.order).encode())


@pytest.fixture
def ticket(refund: "Task") -> "Ticket":
    from projects.p09_agents.given.contracts import Ticket

    return Ticket.model_validate(refund.ticket)


@pytest.fixture
def plan(refund: "Task") -> "Plan":
    from projects.p09_agents.given.contracts import Plan

    return Plan.model_validate(
        {"intent": "refund", "order_id": refund.order, "quantity": int(refund.refund[3]),
         "reason": refund.refund[5]}
    )  # fmt: skip


@pytest.fixture
def work(ticket: "Ticket", plan: "Plan") -> "Work":
    return ticket, plan


def calling(name: str, **arguments: object) -> Completion:
    """Script a reply that calls one tool."""
    call = ToolCall(id=f"id-{name}", name=name, arguments=json.dumps(arguments))
    return completion(tool_calls=(call,))


@pytest.fixture
def silent() -> ScriptedModel:
    """A model that nobody should ask."""
    return ScriptedModel([])


@pytest.fixture
def count_refunds(pool: "Pool", refund: "Task") -> "Count":
    return Count(pool, refund.order)


class Count:
    """Counts what was paid for one order."""

    def __init__(self, pool: "Pool", order: str) -> None:
        self._pool = pool
        self._order = order

    async def __call__(self) -> int:
        async with self._pool.connection() as connection:
            found = await connection.execute(
                "SELECT count(*) FROM refunds WHERE order_id = %s", [self._order]
            )
            row = await found.fetchone()
        return int(row[0]) if row else -1
