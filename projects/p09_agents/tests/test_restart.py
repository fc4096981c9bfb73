"""PostgreSQL itself restarted under a run: its real processes end, and others take their place."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from projects.p09_agents.given import agent
from projects.p09_agents.given.contracts import AgentError, Decision, Run, Ticket
from projects.p09_agents.given.farol import Farol, Pool
from projects.p09_agents.tests.conftest import Count, Work, calling
from shared.llm.messages import ChatRequest, Reply, Role
from shared.postgres.database import connect
from shared.postgres.server import restart, server
from shared.settings import Settings
from shared.testing import ScriptedModel, completion
from shared.world.world import World

if TYPE_CHECKING:
    from projects.p09_agents.criteria.drawer import Task

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A server of the test's own, so that it restarts nobody else's."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Settings(home=tmp_path)


class Restarting(ScriptedModel):
    """A model during whose later thoughts PostgreSQL is restarted: with a quote, and once paid."""

    def __init__(self, settings: Settings, refund: "Task") -> None:
        _, order, sku, units, amount, reason, _ = refund.refund
        goods: dict[str, object] = {"order_id": order, "sku": sku, "quantity": int(units)}
        lines = [
            calling("quote_refund", **goods),
            calling("refund", **goods, amount=amount, reason=reason),
            completion("It is paid."),
        ]
        super().__init__(lambda request: lines[results_in(request)])
        self._settings, self._before = settings, {1, 2}

    async def complete(self, request: ChatRequest) -> Reply:
        if (seen := results_in(request)) in self._before:
            self._before.remove(seen)
            await restart(self._settings)
        return await super().complete(request)


def results_in(request: ChatRequest) -> int:
    return sum(message.role is Role.TOOL for message in request.messages)


async def settled(desk: agent.Desk, ticket: Ticket) -> Run:
    """Go on after each clear error, and approve what is asked."""
    for _ in range(4):
        with suppress(AgentError):
            run = await desk.run(ticket, "restarted")
            if run.request:
                approval = Decision(kind="approve", digest=run.request.digest)
                run = await desk.resume("restarted", approval)
            if run.status == "ended":
                return run
    raise AssertionError("It never ended.")


async def started(pool: Pool) -> object:
    async with pool.connection() as connection:
        found = await connection.execute("SELECT pg_postmaster_start_time()")
        return await found.fetchone()


async def test_a_run_outlives_restarts_of_postgres_between_its_steps_and_pays_once(
    settings: Settings, world: World, refund: "Task", work: Work
) -> None:
    from projects.p09_agents.criteria.tasks import farol  # noqa: PLC0415 (as in conftest)

    ticket, plan = work
    model = Restarting(settings, refund)
    options = agent.Options(strategy="loop", plan=plan)
    async with server(settings) as url, connect(url) as pool:
        await agent.prepare(pool, Farol.model_validate(farol(world)))
        async with agent.open_desk(pool, model, options) as desk:
            before = await started(pool)
            run = await settled(desk, ticket)

        after = await started(pool)
        paid = await Count(pool, refund.order)()
    assert before != after
    assert [(seen.tool, seen.status) for seen in run.observations] == [
        ("quote_refund", "ok"),
        ("refund", "ok"),
    ]
    assert run.report
    assert (run.report.outcome, run.report.reply) == ("answered", "It is paid.")
    assert paid == 1
