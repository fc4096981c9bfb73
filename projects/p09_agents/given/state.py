"""What is known of a ticket, read from a checkpoint's plain data and written back as such."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from projects.p09_agents.given.answers import report
from projects.p09_agents.given.contracts import (
    Call,
    Decision,
    Json,
    Observation,
    Plan,
    Ticket,
    digest_of,
)
from projects.p09_agents.given.talk import Talk, results_of
from projects.p09_agents.given.toolset import IRREVERSIBLE, read_arguments
from projects.p09_agents.policy import visited
from shared.llm.messages import Frozen

Known: TypeAlias = Mapping[str, Any]


def refusal(call: Call, text: str, reason: str) -> Observation:
    """Say that a call was not carried out, and why."""
    return Observation(
        call_id=call.id, tool=call.name, status="refused", text=text, data={"reason": reason}
    )


def refused(calls: Sequence[Call], text: str, reason: str) -> Json:
    """Refuse a step's calls, all of them."""
    seen = [refusal(call, text, reason) for call in calls]
    return {
        "observations": dumped(seen),
        "messages": dumped([results_of(seen)]),
        "visits": [visited(calls, seen)],
        "pending": [],
        "approved": "",
    }


def edited(call: Call, decision: Decision) -> Call:
    """Put a person's arguments in place of the model's."""
    return call.model_copy(update={"arguments": json.dumps(decision.arguments or {})})


def dumped(values: Sequence[Frozen]) -> list[Json]:
    """Write values as plain data."""
    return [value.model_dump(mode="json") for value in values]


def digest_in(calls: Sequence[Call]) -> str:
    """Name the irreversible call among some by its exact arguments."""
    call = next(call for call in calls if call.name in IRREVERSIBLE)
    return digest_of(call.name, read_arguments(call).model_dump(mode="json"))


def told(talk: Talk, *, steps: int = 0) -> Json:
    """Add what was said to a model, and what it cost."""
    spend = talk.spend.model_dump() | {"steps": steps}
    return {"exchanges": talk.exchanges, "spend": spend}


def reported(state: Known, *, stop: str = "", said: str = "") -> Json:
    """End a ticket with a report."""
    observations = observations_in(state)
    return report(ticket_in(state), plan_in(state), observations, stop=stop, said=said).model_dump(
        mode="json"
    )


def ticket_in(state: Known) -> Ticket:
    """Read the ticket."""
    return Ticket.model_validate(state["ticket"])


def plan_in(state: Known) -> Plan | None:
    """Read the plan; ``None`` where the ticket could not be read."""
    return None if state["plan"] is None else Plan.model_validate(state["plan"])


def plan_of(state: Known) -> Plan:
    """Read the plan of a ticket that was read."""
    return Plan.model_validate(state["plan"])


def pending_in(state: Known) -> list[Call]:
    """Read the calls that wait to be carried out."""
    return [Call.model_validate(call) for call in state["pending"]]


def observations_in(state: Known) -> list[Observation]:
    """Read what came of the calls so far."""
    return [Observation.model_validate(seen) for seen in state["observations"]]
