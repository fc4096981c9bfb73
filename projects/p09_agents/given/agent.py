"""The agent put together: open its desk, run tickets, go on after a person's answer."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import psycopg
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command
from psycopg.types.json import Jsonb
from psycopg_pool import PoolTimeout

from projects.p09_agents.database import lock_down, reading
from projects.p09_agents.given.checkpoints import checkpoints
from projects.p09_agents.given.contracts import (
    AgentError,
    ApprovalRequest,
    Call,
    Decision,
    Json,
    Limits,
    Observation,
    Plan,
    Report,
    Run,
    Spend,
    Strategy,
    Ticket,
)
from projects.p09_agents.given.farol import Farol, Pool, address, fill, transaction
from projects.p09_agents.given.parts import Parts
from projects.p09_agents.given.service import Day, serving
from projects.p09_agents.graph import build
from projects.p09_agents.policy import authorise
from projects.p09_agents.tools import Toolbox, http_client, perform
from shared.llm.connect import simulated_prices
from shared.llm.messages import Frozen, Usage
from shared.llm.model import ChatModel
from shared.llm.prices import Price, PriceList
from shared.llm.retry import RetryingModel, RetryPolicy

PATIENT = RetryPolicy(attempts=3, first_wait_s=0.02, longest_wait_s=0.2, patience_s=2.0)


class Options(Frozen):
    """How tickets are worked on; the agent itself cannot change any of it."""

    strategy: Strategy = "plan"
    seed: int = 0
    limits: Limits = Limits()
    day: Day = Day()
    now: datetime | None = None
    plan: Plan | None = None
    price: Price | None = None


@dataclass(frozen=True)
class Tools:
    """The real tools, for whichever ticket is worked on."""

    owner: Pool
    reader: Pool
    http: httpx2.AsyncClient
    farol: Farol

    def _box(self, ticket: Ticket) -> Toolbox:
        return Toolbox(ticket, ticket.id, self.owner, self.reader, self.http, self.farol)

    async def authorise(
        self, ticket: Ticket, call: Call, plan: Plan, observations: Sequence[Observation]
    ) -> None:
        """Let a call pass, or raise ``RefusedError``."""
        await authorise(call, plan, self._box(ticket), observations)

    async def perform(self, ticket: Ticket, calls: Sequence[Call]) -> list[Observation]:
        """Carry out calls."""
        return await perform(calls, self._box(ticket))


@dataclass(frozen=True)
class Desk:
    """A graph ready to work on tickets."""

    graph: CompiledStateGraph[Any]
    options: Options

    async def run(self, ticket: Ticket, thread: str) -> Run:
        """Work on a ticket until it ends or a person is needed; go on with one that was begun."""
        async with _answering(thread):
            begun = (await self.graph.aget_state(config_of(thread))).values
        if begun:
            return await self.resume(thread)
        start: Json = {
            "ticket": ticket.model_dump(mode="json"),
            "plan": self.options.plan and self.options.plan.model_dump(mode="json"),
            "seed": self.options.seed,
            "strategy": self.options.strategy,
            "messages": [],
            "observations": [],
            "exchanges": [],
            "visits": [],
            "spend": {},
            "pending": [],
            "asked_at": "",
            "approved": "",
            "report": None,
        }
        return await self._go(start, thread)

    async def resume(self, thread: str, decision: Decision | None = None) -> Run:
        """Go on from the last checkpoint: with a person's answer, or after a crash."""
        given: Command[Any] | None = None
        if decision is not None:
            given = Command(resume=decision.model_dump(mode="json"))
        return await self._go(given, thread)

    async def state(self, thread: str) -> Run:
        """Say where a ticket stands."""
        snapshot = await self.graph.aget_state(config_of(thread))
        if not snapshot.values:
            raise AgentError(f"There is no run {thread!r}.", advice="Start the ticket first.")
        waiting = [i.value for task in snapshot.tasks for i in task.interrupts]
        return _run(thread, snapshot.values, waiting)

    async def _go(self, given: Any, thread: str) -> Run:
        config = config_of(thread) | {"recursion_limit": 4 * self.options.limits.steps + 20}
        async with _answering(thread):
            if not isinstance(given, dict):
                await self.state(thread)
            await self.graph.ainvoke(given, config, durability="sync")
            return await self.state(thread)


@asynccontextmanager
async def _answering(thread: str) -> AsyncIterator[None]:
    """Say of a database that went away what to do about it."""
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        reason = str(error).strip().split("\n")[0]
        raise AgentError(
            f"The database went away while working on {thread} ({reason}).",
            advice="What was done is saved; resume the same thread.",
        ) from error


def config_of(thread: str) -> Any:
    """Name a thread as LangGraph wants it."""
    return {"configurable": {"thread_id": thread}}


def _run(thread: str, values: Json, waiting: Sequence[Json]) -> Run:
    ended = values["report"] is not None
    return Run(
        thread=thread,
        status="ended" if ended else "waiting",
        report=Report.model_validate(values["report"]) if ended else None,
        request=ApprovalRequest.model_validate(waiting[0]) if waiting else None,
        plan=Plan.model_validate(values["plan"]) if values["plan"] else None,
        observations=tuple(Observation.model_validate(seen) for seen in values["observations"]),
        calls=tuple(Call.model_validate(call) for call in values["pending"]),
        spend=Spend(**values["spend"]),
    )


async def prepare(pool: Pool, farol: Farol) -> None:
    """Make an empty database Farol's: tables, views, the role, and what the services know."""
    await fill(pool, farol)
    await lock_down(pool)
    async with transaction(pool) as connection:
        await connection.execute("CREATE TABLE agent_world (farol jsonb NOT NULL)")
        await connection.execute(
            "INSERT INTO agent_world VALUES (%s)", [Jsonb(farol.model_dump(mode="json"))]
        )
    async with checkpoints(address(pool)) as saver:
        await saver.setup()


@asynccontextmanager
async def open_desk(pool: Pool, model: ChatModel, options: Options) -> AsyncIterator[Desk]:
    """Start the services, connect the reader and the checkpoints, and put the graph together."""
    farol = await world_of(pool)
    thinking = RetryingModel(model, policy=PATIENT)
    async with (
        serving(farol, options.day) as url,
        http_client(url) as http,
        reading(pool) as reader,
        checkpoints(address(pool)) as saver,
    ):
        parts = Parts(
            model=thinking,
            hands=Tools(pool, reader, http, farol),
            limits=options.limits,
            priced=_pricing(thinking.name, options.price),
            now=lambda: options.now or datetime.now(UTC),
        )
        yield Desk(build(parts, saver), options)


def _pricing(name: str, price: Price | None) -> Callable[[Usage], int]:
    """Count a call's cost in millionths of a dollar; what nobody has priced counts nothing."""
    if price is not None:
        return lambda usage: int(price.cost(usage) * 1_000_000)
    prices = PriceList(own=simulated_prices() if name.startswith("sim-") else {})
    return lambda usage: int((prices.cost(name, usage) or 0) * 1_000_000)


async def world_of(pool: Pool) -> Farol:
    """Read what was prepared; raises ``AgentError`` where nothing was."""
    async with transaction(pool) as connection:
        found = await connection.execute("SELECT farol FROM agent_world")
        row = await found.fetchone()
    if row is None:
        raise AgentError("This database is not Farol's.", advice="Call prepare first.")
    return Farol.model_validate(row[0])


async def run(
    pool: Pool, ticket: Ticket, thread: str, *, model: ChatModel, options: Options
) -> Run:
    """Work on one ticket until it ends or a person is needed."""
    async with open_desk(pool, model, options) as desk:
        return await desk.run(ticket, thread)


async def resume(
    pool: Pool,
    thread: str,
    *,
    decision: Decision | None = None,
    model: ChatModel,
    options: Options,
) -> Run:
    """Go on with a ticket in any process: with a person's answer, or after a crash."""
    async with open_desk(pool, model, options) as desk:
        return await desk.resume(thread, decision)


async def run_all(
    pool: Pool, tickets: Sequence[Ticket], *, model: ChatModel, options: Options
) -> list[Run]:
    """Work on tickets one after another; a person who approves whatever is asked stands by."""
    runs = []
    async with open_desk(pool, model, options) as desk:
        for ticket in tickets:
            run_ = await desk.run(ticket, f"{ticket.id}-{options.seed}")
            for _ in range(options.limits.steps):
                if run_.request is None:
                    break
                decision = Decision(kind="approve", digest=run_.request.digest, by="the criteria")
                run_ = await desk.resume(run_.thread, decision)
            runs.append(run_)
    return runs
