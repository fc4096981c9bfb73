"""What the nodes of the graph work with. Nothing of it is in the state, so no model reaches it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from projects.p09_agents.given.contracts import Call, Limits, Observation, Plan, Ticket
from projects.p09_agents.given.talk import Priced
from shared.llm.model import ChatModel


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
    """What is fixed for all tickets of a desk."""

    model: ChatModel
    hands: Hands
    limits: Limits
    priced: Priced
    now: Callable[[], datetime]
