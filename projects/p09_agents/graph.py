"""The agent as a graph with a checkpoint after every step. LangGraph runs it.

::

    read → decide ⇄ act            a node's work is saved when it returns; a node that is cut off
             ⇅                     runs again from its start, so nothing before an ``interrupt``
           approve                 and nothing in ``act`` may harm when done twice
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt
from pydantic import ValidationError

from projects.p09_agents.given.contracts import (
    ApprovalRequest,
    Call,
    Decision,
    Json,
    Observation,
    Plan,
    RefusedError,
    Spend,
    Strategy,
    digest_of,
)
from projects.p09_agents.given.parts import Parts
from projects.p09_agents.given.planning import Step, loop_step, plan_step
from projects.p09_agents.given.state import (
    digest_in,
    dumped,
    edited,
    observations_in,
    pending_in,
    plan_in,
    plan_of,
    refusal,
    refused,
    reported,
    ticket_in,
    told,
)
from projects.p09_agents.given.talk import Talk, results_of
from projects.p09_agents.given.toolset import IRREVERSIBLE, read_arguments
from projects.p09_agents.policy import stop_reason, ungrounded, visited
from projects.p09_agents.reading import read_ticket
from shared.llm.messages import Message, user

APPROVAL_HOURS = 24


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
    approved = state["approved"]
    return "act" if approved and approved == digest_in(pending_in(state)) else "approve"


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
        plan = await read_ticket(ticket_in(state), talk)
        return {"plan": plan and plan.model_dump(mode="json"), **told(talk)}

    async def decide(self, state: State) -> Json:
        """Choose the next calls, or end: because it is done, or because it must."""
        observations, talk = observations_in(state), self._talk(state)
        stop = stop_reason(Spend(**state["spend"]), self._parts.limits, state["visits"])
        plan = plan_in(state)
        if stop or plan is None:
            return {"pending": [], "report": reported(state, stop=stop), **told(talk)}
        step = await self._step(state, plan, observations, talk)
        spent = told(talk, steps=1)
        notes, spoken = dumped(step.notes), dumped(step.messages)
        update = {"pending": [], "observations": notes, "messages": spoken, **spent}
        if step.calls:
            calls = dumped(step.calls)
            return {**update, "pending": calls, "asked_at": self._asked(), "approved": ""}
        if notes:
            return update
        if wrong := self._ungrounded(state, step):
            return {**update, "messages": [*spoken, wrong], "visits": ["ungrounded"]}
        return {**update, "report": reported(state, stop=step.stop, said=step.said)}

    async def _step(
        self, state: State, plan: Plan, observations: Sequence[Observation], talk: Talk
    ) -> Step:
        ticket = ticket_in(state)
        if state["strategy"] == "loop":
            turns = [Message.model_validate(message) for message in state["messages"]]
            return await loop_step(ticket, turns, talk)
        return await plan_step(ticket, plan, observations, self._parts.limits, talk)

    def _ungrounded(self, state: State, step: Step) -> Json | None:
        """Ask once more for a text whose numbers are known, while corrections are left."""
        strange = ungrounded(step.said, ticket_in(state), observations_in(state))
        if not strange or state["visits"].count("ungrounded") >= self._parts.limits.corrections:
            return None
        asked = f"No tool returned {', '.join(strange)}. Correct the answer: only use tool results."
        return user(asked).model_dump(mode="json")

    async def approve(self, state: State) -> Json:
        """Have a person decide on an irreversible call; the approval is for these exact arguments.

        All before ``interrupt`` runs again on resuming, so it only looks. An answer to anything
        but these arguments, or one that comes too late, approves nothing.
        """
        # task 9: begin
        calls = pending_in(state)
        call = next(call for call in calls if call.name in IRREVERSIBLE)
        try:
            await self._parts.hands.authorise(
                ticket_in(state), call, plan_of(state), observations_in(state)
            )
            arguments = read_arguments(call).model_dump(mode="json")
        except RefusedError as error:
            return refused(calls, str(error), "not_allowed")
        expires = datetime.fromisoformat(state["asked_at"]) + timedelta(hours=APPROVAL_HOURS)
        digest = digest_of(call.name, arguments)
        request = ApprovalRequest(
            tool=call.name, arguments=arguments, digest=digest, expires_at=expires.isoformat()
        )
        answer = interrupt(request.model_dump(mode="json"))
        if self._parts.now() > expires:
            return refused(calls, "Nobody approved this in time.", "expired")
        try:
            decision = Decision.model_validate(answer)
        except ValidationError:
            return {"approved": ""}
        if decision.digest == digest and decision.kind == "reject":
            return refused(calls, f"{decision.by} rejected this.", "rejected")
        if decision.digest == digest and decision.kind == "edit":
            others = [edited(c, decision) if c is call else c for c in calls]
            return {"pending": dumped(others), "approved": "", "asked_at": self._asked()}
        return {"approved": digest if decision.digest == digest else ""}
        # task 9: end

    def _asked(self) -> str:
        return self._parts.now().isoformat()

    async def act(self, state: State) -> Json:
        """Carry out the calls that are allowed, and say of the others that they are not."""
        calls, ticket = pending_in(state), ticket_in(state)
        before, found = observations_in(state), {}
        for at, call in enumerate(calls):
            if refusal := await self._refusal(state, call, before):
                found[at] = refusal
        allowed = [(at, call) for at, call in enumerate(calls) if at not in found]
        performed = await self._parts.hands.perform(ticket, [call for _, call in allowed])
        found.update({at: seen for (at, _), seen in zip(allowed, performed, strict=True)})
        observations = [found[at] for at in range(len(calls))]
        return {
            "observations": dumped(observations),
            "messages": dumped([results_of(observations)]),
            "visits": [visited(calls, observations)],
            "pending": [],
            "approved": "",
        }

    async def _refusal(
        self, state: State, call: Call, before: Sequence[Observation]
    ) -> Observation | None:
        try:
            if call.name in IRREVERSIBLE and state["approved"] != digest_in([call]):
                return refusal(call, "A person has to approve this first.", "not_approved")
            await self._parts.hands.authorise(ticket_in(state), call, plan_of(state), before)
        except RefusedError as error:
            return refusal(call, str(error), "not_allowed")
        return None
