"""A run taken up at each of its checkpoints, with recordings in place of model and tools."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from projects.p09_agents.given.agent import Options, config_of
from projects.p09_agents.given.checkpoints import Memory, checkpoints
from projects.p09_agents.given.contracts import Call, Json, Observation, Plan, Ticket
from projects.p09_agents.given.farol import Pool, address
from projects.p09_agents.given.parts import Parts
from projects.p09_agents.given.talk import named
from projects.p09_agents.graph import build
from shared.errors import ModelUnavailableError
from shared.llm.messages import (
    ChatRequest,
    Completion,
    Frozen,
    Refusal,
    Reply,
    StreamEnd,
    StreamEvent,
)


class Recorded:
    """A model that answers each request as it was answered before; unknown ones fail."""

    def __init__(self, exchanges: Sequence[Json]) -> None:
        self._replies: Mapping[str, Json] = {e["asked"]: e for e in exchanges}

    @property
    def name(self) -> str:
        """The model's name."""
        return "recorded"

    async def complete(self, request: ChatRequest) -> Reply:
        """Repeat the answer; raises ``ModelUnavailableError`` where there was none."""
        known = self._replies.get(named(request))
        if known is None or "reply" not in known:
            raise ModelUnavailableError(
                "Nothing is recorded for this request.", advice="Run the ticket with a model."
            )
        reply = known["reply"]
        kind = Completion if reply["kind"] == "completion" else Refusal
        return kind.model_validate(reply)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Repeat the answer in one piece."""
        yield StreamEnd(reply=await self.complete(request))


class RecordedHands:
    """Tools that answer as they did: nothing is done twice by replaying."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self._known = list(observations)

    async def authorise(
        self, ticket: Ticket, call: Call, plan: Plan, observations: Sequence[Observation]
    ) -> None:
        """Let everything pass that was let pass; refusals are among the observations."""

    async def perform(self, ticket: Ticket, calls: Sequence[Call]) -> list[Observation]:
        """Repeat the observations of these calls."""
        del ticket
        by_id = {seen.call_id: seen for seen in self._known}
        return [by_id[call.id] for call in calls]


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
        found = [item async for item in saver.alist(config_of(thread))][::-1]
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
    history = [snapshot async for snapshot in graph.aget_state_history(config_of(thread))][::-1]
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
    graph: CompiledStateGraph[Any], before: Any, after: Any, asked: Json | None
) -> Replayed:
    await graph.ainvoke(None, before.config, interrupt_after="*", durability="sync")
    latest = await graph.aget_state(config_of(before.config["configurable"]["thread_id"]))
    waiting = [i.value for task in latest.tasks for i in task.interrupts]
    recorded = {name: after.values.get(name) for name in ACTION}
    replayed = {name: latest.values.get(name) for name in ACTION}
    return Replayed(
        checkpoint=_id(before.config),
        node=before.next[0],
        recorded={"asked": asked} if asked else recorded,
        replayed={"asked": dict(waiting[0])} if waiting else replayed,
    )
