"""The agent put together: open its desk, run tickets, go on after a person's answer, replay."""

import copy
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
from psycopg.types.json import Jsonb
from psycopg_pool import PoolTimeout

from projects.p09_agents.contracts import (
    AgentError,
    ApprovalRequest,
    Call,
    Decision,
    Json,
    Limits,
    Observation,
    Plan,
    RefusedError,
    Report,
    Run,
    Spend,
    Strategy,
    Ticket,
)
from projects.p09_agents.database import Farol, Pool, address, look, reading, transaction
from projects.p09_agents.database import prepare as prepare_tables
from projects.p09_agents.graph import Memory, Parts, added, build, checkpoints, joined, resuming
from projects.p09_agents.policy import authorise
from projects.p09_agents.replay import Recorded, RecordedHands
from projects.p09_agents.service import Day, serving
from projects.p09_agents.tools import Toolbox, http_client, perform
from shared.llm.connect import simulated_prices
from shared.llm.messages import Frozen, Usage
from shared.llm.model import ChatModel
from shared.llm.prices import Price, PriceList
from shared.llm.retry import RetryingModel, RetryPolicy

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

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

    graph: "CompiledStateGraph[Any]"
    options: Options

    async def run(self, ticket: Ticket, thread: str) -> Run:
        """Work on a ticket until it ends or a person is needed; go on with one that was begun."""
        if (await self.graph.aget_state(_config(thread))).values:
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
        return await self._go(resuming(decision), thread)

    async def state(self, thread: str) -> Run:
        """Say where a ticket stands."""
        snapshot = await self.graph.aget_state(_config(thread))
        if not snapshot.values:
            raise AgentError(f"There is no run {thread!r}.", advice="Start the ticket first.")
        waiting = [i.value for task in snapshot.tasks for i in task.interrupts]
        return _run(thread, snapshot.values, waiting)

    async def _go(self, given: Any, thread: str) -> Run:
        config = _config(thread) | {"recursion_limit": 4 * self.options.limits.steps + 20}
        try:
            if not isinstance(given, dict):
                await self.state(thread)
            await self.graph.ainvoke(given, config, durability="sync")
            return await self.state(thread)
        except (psycopg.Error, PoolTimeout) as error:
            reason = str(error).strip().split("\n")[0]
            raise AgentError(
                f"The database went away while working on {thread} ({reason}).",
                advice="What was done is saved; resume the same thread.",
            ) from error


def _config(thread: str) -> Any:
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
    await prepare_tables(pool, farol)
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
    farol = await _world(pool)
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


async def _world(pool: Pool) -> Farol:
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
            while run_.status == "waiting" and run_.request:
                decision = Decision(kind="approve", digest=run_.request.digest, by="the criteria")
                run_ = await desk.resume(run_.thread, decision)
            runs.append(run_)
    return runs


async def use_tools(
    pool: Pool, ticket: Ticket, calls: Sequence[Call], *, day: Day | None = None
) -> list[Observation]:
    """Carry out calls with the real tools, as nobody should outside a test: unasked."""
    farol = await _world(pool)
    async with (
        serving(farol, day or Day()) as url,
        http_client(url) as http,
        reading(pool) as reader,
    ):
        return await Tools(pool, reader, http, farol).perform(ticket, calls)


class Tried(Frozen):
    """What came of a statement: rows, or why it was refused."""

    refused: str = ""
    rows: int = 0


async def try_queries(
    pool: Pool,
    statements: Sequence[str],
    customer_id: str,
    *,
    guard: bool = True,
    role: bool = True,
) -> list[Tried]:
    """Run statements for a customer, with either layer switched off."""
    tried = []
    async with reading(pool) as reader:
        for statement in statements:
            try:
                found = await look(statement, customer_id=customer_id, reader=reader, owner=pool,
                                   guard=guard, role=role)  # fmt: skip
                tried.append(Tried(rows=len(found.rows)))
            except RefusedError as error:
                tried.append(Tried(refused=str(error)))
            except AgentError:  # it ran, until somebody's patience ended
                tried.append(Tried())
    return tried


class Reduced(Frozen):
    """What two groupings of three values gave, and whether the values are as they were."""

    left_first: Any
    right_first: Any
    untouched: bool


async def reductions(cases: Sequence[tuple[str, list[Any]]]) -> list[Reduced]:
    """Apply the state's reducers, by name, to three values each in both groupings."""
    made = []
    for name, values in cases:
        reduce: Callable[[Any, Any], Any] = joined if name == "joined" else added
        a, b, c = copy.deepcopy(values)
        left, right = reduce(reduce(a, b), c), reduce(a, reduce(b, c))
        made.append(Reduced(left_first=left, right_first=right, untouched=[a, b, c] == values))
    return made


class Replayed(Frozen):
    """One checkpoint: what came next when it happened, and what comes next on replaying it."""

    checkpoint: str
    node: str
    recorded: Json
    replayed: Json


async def replay(pool: Pool, thread: str, *, options: Options) -> list[Replayed]:
    """Go back to every checkpoint of a run and take the next step again, from recordings.

    The checkpoints are copied to memory first, so a replay leaves no trace and does nothing.
    """
    memory = Memory()
    async with checkpoints(address(pool)) as saver:
        found = [item async for item in saver.alist(_config(thread))][::-1]
    for item in found:
        place: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": "", **_parent(item)}}
        versions = item.checkpoint["channel_versions"]
        await memory.aput(place, item.checkpoint, item.metadata, versions)
    last = found[-1].checkpoint["channel_values"]
    parts = Parts(
        model=Recorded(last["exchanges"]),
        hands=RecordedHands([Observation.model_validate(o) for o in last["observations"]]),
        limits=options.limits,
        priced=lambda _: 0,
        now=lambda: options.now or datetime.now(UTC),
    )
    graph = build(parts, memory)
    history = [snapshot async for snapshot in graph.aget_state_history(_config(thread))][::-1]
    asked = {_id(item.config): _interrupted(item) for item in found}
    return [
        await _again(graph, before, after, asked[_id(before.config)])
        for before, after in pairwise(history)
        if before.next and before.next[0] != "__start__"
    ]


def _id(config: Any) -> str:
    return str(config["configurable"]["checkpoint_id"])


def _interrupted(item: Any) -> Json | None:
    """Find what a person was asked at a checkpoint."""
    for _, channel, value in item.pending_writes or ():
        if channel == "__interrupt__":
            return dict(value[0].value)
    return None


def _parent(item: Any) -> Json:
    parent = item.parent_config
    return {"checkpoint_id": parent["configurable"]["checkpoint_id"]} if parent else {}


ACTION = ("plan", "pending", "report", "observations", "approved")


async def _again(
    graph: "CompiledStateGraph[Any]", before: Any, after: Any, asked: Json | None
) -> Replayed:
    await graph.ainvoke(None, before.config, interrupt_after="*", durability="sync")
    latest = await graph.aget_state(_config(before.config["configurable"]["thread_id"]))
    waiting = [i.value for task in latest.tasks for i in task.interrupts]
    recorded = {name: after.values.get(name) for name in ACTION}
    replayed = {name: latest.values.get(name) for name in ACTION}
    return Replayed(
        checkpoint=_id(before.config),
        node=before.next[0],
        recorded={"asked": asked} if asked else recorded,
        replayed={"asked": dict(waiting[0])} if waiting else replayed,
    )
