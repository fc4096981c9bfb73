"""Farol in a database, models that follow a script, and what several criteria do with them."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Measured,
    ScriptHandle,
    ServingSubject,
    fact,
    share,
)
from shared.llm.messages import Completion, FinishReason, ToolCall, Usage
from shared.world.world import World

from .farol import draw_world
from .tasks import farol

Json: TypeAlias = dict[str, Any]
USAGE = Usage(input_tokens=400, output_tokens=60)
LONG_SCRIPT = 40


def database(label: str) -> DatabaseHandle:
    """Name a database whose owner may make roles."""
    return DatabaseHandle(label=f"p09-{label}", roles=True)


async def prepared(
    subject: ServingSubject, label: str, world: World, **other: object
) -> DatabaseHandle:
    """Make a fresh database Farol's."""
    handle = database(label)
    await subject.call(
        "given.agent.prepare", returns=object, pool=handle, farol={**farol(world), **other}
    )
    return handle


@fact(timeout_s=60)
async def calm(subject: ServingSubject, seed: int) -> DatabaseHandle:
    """Prepare one database for whatever changes nothing: connections are few."""
    return await prepared(subject, "calm", draw_world(seed))


async def look(subject: ServingSubject, handle: DatabaseHandle, statement: str) -> list[Any]:
    """Look into the database, or change it, with the grader's own hands."""
    address = await subject.address(handle)
    connection = await psycopg.AsyncConnection.connect(str(address["url"]), autocommit=True)
    async with connection:
        cursor = await connection.execute(statement.encode())
        return list(await cursor.fetchall()) if cursor.description else []


async def state(subject: ServingSubject, handle: DatabaseHandle) -> dict[str, tuple[object, ...]]:
    """Read each order's status and refunds."""
    orders = await look(subject, handle, "SELECT id, status FROM orders")
    paid: dict[str, list[tuple[str, ...]]] = {}
    for row in await look(subject, handle, "SELECT * FROM refunds ORDER BY id"):
        paid.setdefault(row[1], []).append(tuple(map(str, row)))
    return {number: (status, tuple(paid.get(number, ()))) for number, status in orders}


def says(*calls: tuple[str, Json] | tuple[str, str], text: str = "") -> Completion:
    """Script one reply: text, or calls of tools with their arguments."""
    made = tuple(
        ToolCall(
            id=f"call_{at}_{hashlib.sha256(repr((name, given)).encode()).hexdigest()[:10]}",
            name=name,
            arguments=given if isinstance(given, str) else json.dumps(given),
        )
        for at, (name, given) in enumerate(calls)
    )
    reason = FinishReason.TOOL_CALLS if made else FinishReason.STOP
    return Completion(
        text=text, tool_calls=made, finish_reason=reason, usage=USAGE, model="scripted"
    )


def script(*replies: Completion, last_for_ever: bool = False) -> ScriptHandle:
    """Make a model of replies."""
    more = (replies[-1],) * LONG_SCRIPT if last_for_ever else ()
    return ScriptHandle(replies=(*replies, *more))


def judged(cases: Sequence[tuple[str, bool]]) -> Measured:
    """Count the named cases that came out well."""
    failures = [Failure(case=case) for case, held in cases if not held]
    return share([held for _, held in cases], failures=failures)
