"""Single parts of the agent, used alone: what the criteria try without a whole run."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from projects.p09_agents.database import look, reading
from projects.p09_agents.given.agent import Tools, world_of
from projects.p09_agents.given.contracts import AgentError, Call, Observation, RefusedError, Ticket
from projects.p09_agents.given.farol import Pool
from projects.p09_agents.given.service import Day, serving
from projects.p09_agents.graph import added, joined
from projects.p09_agents.tools import http_client
from shared.llm.messages import Frozen


async def use_tools(
    pool: Pool, ticket: Ticket, calls: Sequence[Call], *, day: Day | None = None
) -> list[Observation]:
    """Carry out calls with the real tools, as nobody should outside a test: unasked."""
    farol = await world_of(pool)
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
