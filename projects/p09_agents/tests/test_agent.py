"""Whole runs: a process killed while a person is asked, models that misbehave, replays."""

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from projects.p09_agents.given import agent
from projects.p09_agents.given.contracts import AgentError, Decision, Limits, Plan, Ticket
from projects.p09_agents.given.farol import Pool
from projects.p09_agents.given.replay import replay
from projects.p09_agents.tests.conftest import Count, Work, calling
from shared.testing import ScriptedModel, completion

if TYPE_CHECKING:
    from projects.p09_agents.criteria.drawer import Task

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 1, tzinfo=UTC)

CHILD = """
import asyncio, sys
from projects.p09_agents.given import agent
from projects.p09_agents.given.contracts import Plan, Ticket
from shared.postgres.database import connect
from shared.testing import ScriptedModel

async def main():
    ticket, plan = Ticket.model_validate_json(sys.argv[2]), Plan.model_validate_json(sys.argv[3])
    async with connect(sys.argv[1]) as pool:
        options = agent.Options(plan=plan)
        run = await agent.run(pool, ticket, "killed", model=ScriptedModel([]), options=options)
        print(run.request.digest, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def options(plan: Plan, hours: float = 0) -> agent.Options:
    return agent.Options(plan=plan, now=NOW + timedelta(hours=hours))


async def test_a_killed_process_leaves_a_question_that_another_one_answers_once(
    pool: Pool, database_url: str, work: Work, silent: ScriptedModel, count_refunds: Count
) -> None:
    ticket, plan = work
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, database_url, ticket.model_dump_json(), plan.model_dump_json(),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout
    digest = (await child.stdout.readline()).decode().strip()
    child.kill()
    assert await child.wait() == -signal.SIGKILL
    assert await count_refunds() == 0
    decision = Decision(kind="approve", digest=digest)

    runs = [
        await agent.resume(
            pool, "killed", decision=decision, model=silent, options=agent.Options(plan=plan)
        )
        for _ in range(2)
    ]

    assert [run.report and run.report.outcome for run in runs] == ["done", "done"]
    assert await count_refunds() == 1


@pytest.mark.parametrize("case", [("reject", 1.0, "rejected"), ("approve", 25.0, "expired")])
async def test_what_nobody_approved_in_time_is_not_paid(
    pool: Pool,
    work: Work,
    silent: ScriptedModel,
    count_refunds: Count,
    case: tuple[str, float, str],
) -> None:
    (ticket, plan), (kind, hours, reason) = work, case
    asked = await agent.run(pool, ticket, ticket.id, model=silent, options=options(plan))
    assert asked.request
    decision = Decision.model_validate({"kind": kind, "digest": asked.request.digest})

    run = await agent.resume(
        pool, ticket.id, decision=decision, model=silent, options=options(plan, hours)
    )

    assert run.observations[-1].data == {"reason": reason}
    assert await count_refunds() == 0


async def test_edited_arguments_need_another_approval(
    pool: Pool, ticket: Ticket, plan: Plan, silent: ScriptedModel, count_refunds: Count
) -> None:
    asked = await agent.run(pool, ticket, ticket.id, model=silent, options=options(plan))
    assert asked.request
    less = {**asked.request.arguments, "amount": "0.01"}
    edit = Decision(kind="edit", digest=asked.request.digest, arguments=less)

    anew = await agent.resume(pool, ticket.id, decision=edit, model=silent, options=options(plan))

    assert anew.request
    assert anew.request.digest != asked.request.digest
    assert await count_refunds() == 0


async def test_an_edit_of_one_call_leaves_the_others_of_its_step(
    pool: Pool, ticket: Ticket, plan: Plan, refund: "Task", count_refunds: Count
) -> None:
    _, order, sku, units, amount, reason, _ = refund.refund
    goods: dict[str, object] = {"order_id": order, "sku": sku, "quantity": int(units)}
    both = calling("refund", **goods, amount=amount, reason=reason).tool_calls
    both += calling("query_orders", sql="SELECT order_id FROM orders").tool_calls
    model = ScriptedModel(
        [calling("quote_refund", **goods), completion(tool_calls=both), completion("Done.")]
    )
    chosen = options(plan).model_copy(update={"strategy": "loop"})
    asked = await agent.run(pool, ticket, ticket.id, model=model, options=chosen)
    assert asked.request
    less = {**asked.request.arguments, "amount": "0.01"}
    edit = Decision(kind="edit", digest=asked.request.digest, arguments=less)

    anew = await agent.resume(pool, ticket.id, decision=edit, model=model, options=chosen)
    assert anew.request
    yes = Decision(kind="approve", digest=anew.request.digest)
    run = await agent.resume(pool, ticket.id, decision=yes, model=model, options=chosen)

    assert [(seen.tool, seen.status) for seen in run.observations[1:]] == [
        ("refund", "ok"),
        ("query_orders", "ok"),
    ]
    assert run.observations[1].data["amount"] == "0.01"
    assert await count_refunds() == 1


async def test_an_edit_that_no_tool_can_take_is_refused(
    pool: Pool, ticket: Ticket, plan: Plan, silent: ScriptedModel, count_refunds: Count
) -> None:
    asked = await agent.run(pool, ticket, ticket.id, model=silent, options=options(plan))
    assert asked.request
    edit = Decision(kind="edit", digest=asked.request.digest, arguments={"amount": "much"})

    run = await agent.resume(pool, ticket.id, decision=edit, model=silent, options=options(plan))

    assert run.report
    assert run.observations[-1].status == "refused"
    assert await count_refunds() == 0


async def test_the_same_ticket_run_again_pays_nothing_more(
    pool: Pool, ticket: Ticket, plan: Plan, silent: ScriptedModel, count_refunds: Count
) -> None:
    for _ in range(2):
        await agent.run_all(pool, [ticket], model=silent, options=agent.Options(plan=plan))

    assert await count_refunds() == 1


async def test_what_was_done_is_on_record_with_its_exact_arguments(
    pool: Pool, work: Work, silent: ScriptedModel, count_refunds: Count
) -> None:
    ticket, plan = work
    asked = await agent.run(pool, ticket, ticket.id, model=silent, options=options(plan))
    assert asked.request
    yes = Decision(kind="approve", digest=asked.request.digest)

    await agent.resume(pool, ticket.id, decision=yes, model=silent, options=options(plan))

    async with pool.connection() as connection:
        found = await connection.execute("SELECT tool, arguments, result FROM agent_actions")
        ((tool, arguments, result),) = await found.fetchall()
    assert (tool, arguments) == ("refund", asked.request.arguments)
    assert result["amount"] == arguments["amount"]
    assert await count_refunds() == 1


async def test_a_guard_without_its_rules_lets_nothing_pass(
    pool: Pool, ticket: Ticket, plan: Plan, silent: ScriptedModel
) -> None:
    async with pool.connection() as connection:
        await connection.execute("ALTER TABLE agent_rules RENAME TO gone")

    run = await agent.run(pool, ticket, ticket.id, model=silent, options=agent.Options(plan=plan))

    async with pool.connection() as connection:
        await connection.execute("ALTER TABLE gone RENAME TO agent_rules")

    assert {seen.status for seen in run.observations} == {"refused"}
    assert "could not decide" in run.observations[0].text


async def test_a_model_that_never_stops_is_stopped(pool: Pool, ticket: Ticket, plan: Plan) -> None:
    model = ScriptedModel(lambda _: calling("query_orders", sql="SELECT order_id FROM orders"))
    chosen = agent.Options(strategy="loop", plan=plan, limits=Limits(repeats=2))

    run = await agent.run(pool, ticket, ticket.id, model=model, options=chosen)

    assert run.report
    assert (run.report.outcome, run.report.reason) == ("stopped", "repeated_state")
    assert run.report.queries


async def test_an_answer_with_an_invented_number_does_not_leave(
    pool: Pool, ticket: Ticket, plan: Plan
) -> None:
    model = ScriptedModel(lambda _: completion("You get 123456.78 back."))
    chosen = agent.Options(strategy="loop", plan=plan)

    run = await agent.run(pool, ticket, ticket.id, model=model, options=chosen)

    assert run.report
    assert run.report.reason == "ungrounded"
    assert "123456.78" not in run.report.reply


async def test_every_step_of_a_run_can_be_replayed(
    pool: Pool, ticket: Ticket, plan: Plan, silent: ScriptedModel
) -> None:
    await agent.run_all(pool, [ticket], model=silent, options=agent.Options(plan=plan))

    steps = await replay(pool, f"{ticket.id}-0", options=agent.Options())

    assert [step.node for step in steps][:3] == ["read", "decide", "act"]
    assert [step.node for step in steps if step.recorded != step.replayed] == []


async def test_a_run_that_lost_its_database_says_so_and_goes_on_later(
    pool: Pool, database_url: str, ticket: Ticket, plan: Plan, silent: ScriptedModel
) -> None:
    trap = (
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;"
        "CREATE TRIGGER cut BEFORE INSERT ON checkpoint_writes"
        " FOR EACH ROW EXECUTE FUNCTION cut()"
    )
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
        await other.execute(trap.encode())
        with pytest.raises(AgentError, match="resume the same thread"):
            await agent.run(pool, ticket, ticket.id, model=silent, options=agent.Options(plan=plan))
        await other.execute("DROP TRIGGER cut ON checkpoint_writes")

    run = await agent.resume(pool, ticket.id, model=silent, options=agent.Options(plan=plan))

    assert run.status == "waiting"
    assert run.request


async def test_a_thread_that_was_never_begun_cannot_be_resumed(
    pool: Pool, plan: Plan, silent: ScriptedModel
) -> None:
    with pytest.raises(AgentError, match="no run"):
        await agent.resume(pool, "nothing", model=silent, options=agent.Options(plan=plan))
