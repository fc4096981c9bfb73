"""The agent as a graph with a checkpoint after every step. The only module that imports LangGraph.

::

    read → decide ⇄ act            a node's work is saved when it returns; a node that is cut off
             ⇅                     runs again from its start, so nothing before an ``interrupt``
           approve                 and nothing in ``act`` may harm when done twice
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import ValidationError

from projects.p09_agents.answers import report, ungrounded
from projects.p09_agents.contracts import (
    ApprovalRequest,
    Call,
    Decision,
    Json,
    Limits,
    Observation,
    Plan,
    RefusedError,
    Spend,
    Strategy,
    Ticket,
    digest_of,
)
from projects.p09_agents.planning import Step, loop_step, plan_step
from projects.p09_agents.policy import stop_reason, visited
from projects.p09_agents.reading import Priced, Talk, read_ticket, results_of
from projects.p09_agents.tools import IRREVERSIBLE, read_arguments
from shared.llm.messages import Frozen, Message, user
from shared.llm.model import ChatModel

APPROVAL_HOURS = 24
Memory = InMemorySaver


@asynccontextmanager
async def checkpoints(url: str) -> AsyncIterator[AsyncPostgresSaver]:
    """Open the saver on a pool of its own: it wants rows as dictionaries, and no transactions."""
    own: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url,
        min_size=0,
        max_size=4,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    await own.open()
    try:
        yield AsyncPostgresSaver(own)
    finally:
        await own.close()


def resuming(decision: Decision | None) -> Command[Any] | None:
    """Say how to go on: with a person's answer, or from where it was cut off."""
    return Command(resume=decision.model_dump(mode="json")) if decision else None


def joined(left: list[Any], right: list[Any]) -> list[Any]:
    """Append what is new; pure, so that LangGraph may apply it when and as often as it likes.

    >>> joined(["a"], ["b"])
    ['a', 'b']
    """
    return [*left, *right]


def added(left: Json, right: Json) -> Json:
    """Add up what was spent: whole numbers, so that no order of adding gives another sum."""
    # task 10: begin
    return {name: left.get(name, 0) + right.get(name, 0) for name in left.keys() | right.keys()}
    # task 10: end


class State(TypedDict):
    """What is known of a ticket: plain data, so that any process can go on with it."""

    ticket: Json
    plan: Json | None
    seed: int
    strategy: Strategy
    messages: Annotated[list[Json], joined]
    observations: Annotated[list[Json], joined]
    exchanges: Annotated[list[Json], joined]
    visits: Annotated[list[str], joined]
    spend: Annotated[Json, added]
    pending: list[Json]
    asked_at: str
    approved: str
    report: Json | None


class Hands(Protocol):
    """What the agent acts with: the real tools, or in a replay the recorded ones."""

    async def authorise(
        self, ticket: Ticket, call: Call, plan: Plan, observations: Sequence[Observation]
    ) -> None:
        """Let a call pass, or raise ``RefusedError``."""
        ...

    async def perform(self, ticket: Ticket, calls: Sequence[Call]) -> list[Observation]:
        """Carry out calls."""
        ...


@dataclass(frozen=True)
class Parts:
    """What the nodes work with. Nothing of it is in the state, so no model can reach it."""

    model: ChatModel
    hands: Hands
    limits: Limits
    priced: Priced
    now: Callable[[], datetime]
    reflects: bool = False


def build(parts: Parts, saver: BaseCheckpointSaver[str]) -> CompiledStateGraph[State]:
    """Put the nodes together."""
    nodes = Nodes(parts)
    graph = StateGraph(State)
    graph.add_node("read", nodes.read)
    graph.add_node("decide", nodes.decide)
    graph.add_node("approve", nodes.approve)
    graph.add_node("act", nodes.act)
    graph.add_edge(START, "read")
    graph.add_edge("read", "decide")
    graph.add_conditional_edges("decide", after_decide, ["approve", "act", "decide", END])
    graph.add_conditional_edges("approve", after_approve, ["approve", "act", "decide"])
    graph.add_edge("act", "decide")
    return graph.compile(checkpointer=saver)


def after_decide(state: State) -> str:
    """Say where to go from a decision."""
    if state["report"] is not None:
        return END
    if any(call["name"] in IRREVERSIBLE for call in state["pending"]):
        return "approve"
    return "act" if state["pending"] else "decide"


def after_approve(state: State) -> str:
    """Say where to go from a person's answer."""
    if not state["pending"]:
        return "decide"
    return "act" if state["approved"] == _digest(_pending(state)) else "approve"


class Nodes:
    """The nodes; each returns what it adds to the state and changes nothing in place."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def _talk(self, state: State) -> Talk:
        return Talk(self._parts.model, state["seed"], self._parts.priced)

    async def read(self, state: State) -> Json:
        """Read the ticket, unless somebody has read it already."""
        if state["plan"] is not None:
            return {}
        talk = self._talk(state)
        plan = await read_ticket(_ticket(state), talk)
        return {"plan": plan and plan.model_dump(mode="json"), **_told(talk)}

    async def decide(self, state: State) -> Json:
        """Choose the next calls, or end: because it is done, or because it must."""
        observations, talk = _observations(state), self._talk(state)
        stop = stop_reason(Spend(**state["spend"]), self._parts.limits, state["visits"])
        plan = _plan(state)
        if stop or plan is None:
            return {"pending": [], "report": _reported(state, stop=stop), **_told(talk)}
        step = await self._step(state, plan, observations, talk)
        spent = _told(talk, steps=1)
        notes, spoken = _dumped(step.notes), _dumped(step.messages)
        update = {"pending": [], "observations": notes, "messages": spoken, **spent}
        if step.calls:
            calls = _dumped(step.calls)
            return {**update, "pending": calls, "asked_at": self._asked(), "approved": ""}
        if notes:
            return update
        if wrong := self._ungrounded(state, step):
            return {**update, "messages": [*spoken, wrong], "visits": ["ungrounded"]}
        return {**update, "report": _reported(state, stop=step.stop, said=step.said)}

    async def _step(
        self, state: State, plan: Plan, observations: Sequence[Observation], talk: Talk
    ) -> Step:
        ticket = _ticket(state)
        if state["strategy"] == "loop":
            turns = [Message.model_validate(message) for message in state["messages"]]
            return await loop_step(ticket, turns, talk)
        return await plan_step(ticket, plan, observations, self._parts.limits, talk)

    def _ungrounded(self, state: State, step: Step) -> Json | None:
        """Ask once more for a text whose numbers are known, while corrections are left."""
        strange = ungrounded(step.said, _ticket(state), _observations(state))
        if not strange or state["visits"].count("ungrounded") >= self._parts.limits.corrections:
            return None
        told = f"No tool returned {', '.join(strange)}. Correct the answer: only use tool results."
        return user(told).model_dump(mode="json")

    async def approve(self, state: State) -> Json:
        """Have a person decide on an irreversible call; the approval is for these exact arguments.

        All before ``interrupt`` runs again on resuming, so it only looks. An answer to anything
        but these arguments, or one that comes too late, approves nothing.
        """
        # task 9: begin
        calls = _pending(state)
        call = next(call for call in calls if call.name in IRREVERSIBLE)
        try:
            await self._parts.hands.authorise(
                _ticket(state), call, _plan_of(state), _observations(state)
            )
            arguments = read_arguments(call).model_dump(mode="json")
        except RefusedError as error:
            return _refused(calls, str(error), "not_allowed")
        expires = datetime.fromisoformat(state["asked_at"]) + timedelta(hours=APPROVAL_HOURS)
        digest = digest_of(call.name, arguments)
        request = ApprovalRequest(
            tool=call.name, arguments=arguments, digest=digest, expires_at=expires.isoformat()
        )
        answer = interrupt(request.model_dump(mode="json"))
        if self._parts.now() > expires:
            return _refused(calls, "Nobody approved this in time.", "expired")
        try:
            decision = Decision.model_validate(answer)
        except ValidationError:
            return {"approved": ""}
        if decision.digest == digest and decision.kind == "reject":
            return _refused(calls, f"{decision.by} rejected this.", "rejected")
        if decision.digest == digest and decision.kind == "edit":
            others = [_edited(c, decision) if c is call else c for c in calls]
            return {"pending": _dumped(others), "approved": "", "asked_at": self._asked()}
        return {"approved": digest if decision.digest == digest else ""}
        # task 9: end

    def _asked(self) -> str:
        return self._parts.now().isoformat()

    async def act(self, state: State) -> Json:
        """Carry out the calls that are allowed, and say of the others that they are not."""
        calls, ticket = _pending(state), _ticket(state)
        before, found = _observations(state), {}
        for at, call in enumerate(calls):
            if refusal := await self._refusal(state, call, before):
                found[at] = refusal
        allowed = [(at, call) for at, call in enumerate(calls) if at not in found]
        performed = await self._parts.hands.perform(ticket, [call for _, call in allowed])
        found.update({at: seen for (at, _), seen in zip(allowed, performed, strict=True)})
        observations = [found[at] for at in range(len(calls))]
        return {
            "observations": _dumped(observations),
            "messages": _dumped([results_of(observations)]),
            "visits": [visited(calls, observations)],
            "pending": [],
            "approved": "",
        }

    async def _refusal(
        self, state: State, call: Call, before: Sequence[Observation]
    ) -> Observation | None:
        try:
            if call.name in IRREVERSIBLE and state["approved"] != _digest([call]):
                return _refusal(call, "A person has to approve this first.", "not_approved")
            await self._parts.hands.authorise(_ticket(state), call, _plan_of(state), before)
        except RefusedError as error:
            return _refusal(call, str(error), "not_allowed")
        return None


def _refusal(call: Call, text: str, reason: str) -> Observation:
    return Observation(
        call_id=call.id, tool=call.name, status="refused", text=text, data={"reason": reason}
    )


def _refused(calls: Sequence[Call], text: str, reason: str) -> Json:
    seen = [_refusal(call, text, reason) for call in calls]
    return {
        "observations": _dumped(seen),
        "messages": _dumped([results_of(seen)]),
        "visits": [visited(calls, seen)],
        "pending": [],
        "approved": "",
    }


def _edited(call: Call, decision: Decision) -> Call:
    return call.model_copy(update={"arguments": json.dumps(decision.arguments or {})})


def _dumped(values: Sequence[Frozen]) -> list[Json]:
    return [value.model_dump(mode="json") for value in values]


def _digest(calls: Sequence[Call]) -> str:
    """Name the irreversible call among some by its exact arguments."""
    call = next(call for call in calls if call.name in IRREVERSIBLE)
    return digest_of(call.name, read_arguments(call).model_dump(mode="json"))


def _told(talk: Talk, *, steps: int = 0) -> Json:
    spend = talk.spend.model_dump() | {"steps": steps}
    return {"exchanges": talk.exchanges, "spend": spend}


def _reported(state: State, *, stop: str = "", said: str = "") -> Json:
    observations = _observations(state)
    return report(_ticket(state), _plan(state), observations, stop=stop, said=said).model_dump(
        mode="json"
    )


def _ticket(state: State) -> Ticket:
    return Ticket.model_validate(state["ticket"])


def _plan(state: State) -> Plan | None:
    return None if state["plan"] is None else Plan.model_validate(state["plan"])


def _plan_of(state: State) -> Plan:
    return Plan.model_validate(state["plan"])


def _pending(state: State) -> list[Call]:
    return [Call.model_validate(call) for call in state["pending"]]


def _observations(state: State) -> list[Observation]:
    return [Observation.model_validate(seen) for seen in state["observations"]]
