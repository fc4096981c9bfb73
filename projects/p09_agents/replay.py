"""What stands in for the model and the tools when a run is replayed: its own recordings."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from projects.p09_agents.contracts import Call, Json, Observation, Plan, Ticket
from projects.p09_agents.reading import named
from shared.errors import ModelUnavailableError
from shared.llm.messages import (
    ChatRequest,
    Completion,
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
