"""The routes and the application: read from top to bottom, this is the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException
from starlette.responses import Response

from projects.p13_api_backend.access import Action, permit, visible_owner
from projects.p13_api_backend.edge import Drain, Edge, explain, respond
from projects.p13_api_backend.given.answers import prompt, write, write_events
from projects.p13_api_backend.given.contract import (
    Answer,
    Deadline,
    Health,
    Id,
    Options,
    Order,
    OrderPage,
    Orders,
    Position,
    Principal,
    Question,
    Readiness,
    Refund,
    RefundIn,
)
from projects.p13_api_backend.given.depends import (
    Cursor,
    IdempotencyKey,
    LastEventId,
    Opening,
    TheAnswers,
    TheDeadline,
    TheModel,
    TheOrders,
    ThePrincipal,
    ThePulse,
    once_of,
)
from projects.p13_api_backend.given.problems import Kind, RefusedError
from projects.p13_api_backend.openapi import JsonObject, describe, events, problems
from projects.p13_api_backend.streaming import EventStream, live
from shared.errors import CapstoneError

PING_S = 5.0
v1 = APIRouter(prefix="/v1")


@v1.get("/orders", responses=problems(401, 422, 429))
async def list_orders(
    principal: ThePrincipal,
    orders: TheOrders,
    deadline: TheDeadline,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[Cursor | SkipJsonSchema[None], Query()] = None,
) -> OrderPage:
    """List the orders you may see, newest first."""
    after = read_cursor(cursor) if cursor is not None else None
    found = await orders.page(visible_owner(principal), after, limit + 1, deadline)
    items = found[:limit]
    return OrderPage(
        items=items, next_cursor=write_cursor(items[-1]) if len(found) > limit else None
    )


def write_cursor(order: Order) -> str:
    """Name the place after an order; clients pass it on and need not understand it."""
    return f"{order.placed_on.toordinal()}.{order.id}"


def read_cursor(cursor: str) -> Position:
    """Find the place again; whatever keeps the pattern is one."""
    day, _, order_id = cursor.partition(".")
    return Position(date.fromordinal(int(day)), order_id)


async def visible_order(
    order_id: str, principal: Principal, action: Action, orders: Orders, deadline: Deadline
) -> Order:
    """Find an order on which this may be done; raises ``RefusedError`` otherwise."""
    order = await orders.find_order(order_id, deadline)
    if order is None:
        raise RefusedError(Kind.NOT_FOUND)
    permit(principal, action, order.customer_id)
    return order


@v1.get("/orders/{order_id}", responses=problems(401, 404, 422, 429))
async def read_order(
    order_id: Id, principal: ThePrincipal, orders: TheOrders, deadline: TheDeadline
) -> Order:
    """Read one order."""
    return await visible_order(order_id, principal, Action.READ, orders, deadline)


@v1.post(
    "/orders/{order_id}/refunds",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429),
)
async def pay_refund(
    request: Request,
    *,
    order_id: Id,
    body: RefundIn,
    key: IdempotencyKey,
    principal: ThePrincipal,
    orders: TheOrders,
    deadline: TheDeadline,
) -> Refund:
    """Give money back, once for each idempotency key."""
    await visible_order(order_id, principal, Action.REFUND, orders, deadline)
    once = once_of(request, principal, key, body)
    return await orders.refund(order_id, body, once, deadline)


@v1.post(
    "/answers", status_code=201, responses=problems(400, 401, 403, 404, 409, 413, 422, 429, 502)
)
async def ask(
    request: Request,
    *,
    body: Question,
    key: IdempotencyKey,
    principal: ThePrincipal,
    orders: TheOrders,
    answers: TheAnswers,
    model: TheModel,
    deadline: TheDeadline,
) -> Answer:
    """Ask the assistant, and wait for the whole answer."""
    order = await asked_about(body, principal, orders, deadline)
    claim = await answers.claim(body, once_of(request, principal, key, body), deadline)
    return await write(claim, prompt(body, order), model, answers, deadline)


async def asked_about(
    body: Question, principal: Principal, orders: Orders, deadline: Deadline
) -> Order | None:
    """Find the order that a question is about, if it is about one."""
    if body.order_id is None:
        permit(principal, Action.ASK, principal.owner)
        return None
    return await visible_order(body.order_id, principal, Action.ASK, orders, deadline)


@v1.post(
    "/answers/stream",
    status_code=200,
    response_class=EventStream,
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429) | events(),
)
async def ask_streamed(
    request: Request,
    *,
    body: Question,
    key: IdempotencyKey,
    principal: ThePrincipal,
    orders: TheOrders,
    answers: TheAnswers,
    model: TheModel,
    deadline: TheDeadline,
    last_event_id: LastEventId = 0,
) -> EventStream:
    """Ask the assistant, and read the answer while it is written.

    Sent again under the same key, with the id of the last event, it goes on where it broke off.
    """
    order = await asked_about(body, principal, orders, deadline)
    claim = await answers.claim(body, once_of(request, principal, key, body), deadline)
    source = write_events(claim, prompt(body, order), model, answers, deadline, seen=last_event_id)
    running = live(
        source,
        heartbeat_s=request.app.state.options.heartbeat_s,
        stopping=request.app.state.drain.begun,
        explain=partial(explain, request),
    )
    return EventStream(running)


@v1.get("/answers/{answer_id}", responses=problems(401, 404, 422, 429))
async def read_answer(
    answer_id: Id, principal: ThePrincipal, answers: TheAnswers, deadline: TheDeadline
) -> Answer:
    """Read an answer again."""
    found = await answers.find_answer(answer_id, deadline)
    if found is None:
        raise RefusedError(Kind.NOT_FOUND)
    owner, answer = found
    permit(principal, Action.READ, owner)
    return answer


probes = APIRouter()


@probes.get("/healthz")
async def health() -> Health:
    """Say that the process is alive; whether it is of use is another question."""
    return Health()


@probes.get("/readyz", responses=problems())
async def readiness(request: Request, pulse: ThePulse) -> Readiness:
    """Say whether to send work here: not while stopping, nor without a database."""
    if request.app.state.drain.begun.is_set():
        raise RefusedError(Kind.DRAINING)
    await pulse.ping(Deadline.after(PING_S))
    return Readiness()


class Service(FastAPI):
    """FastAPI, with a contract that says how things fail."""

    def openapi(self) -> JsonObject:
        """Describe the service."""
        return describe(self)


def create_app(opening: Opening, *, options: Options, drain: Drain) -> FastAPI:
    """Make a service; nothing is opened before its lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opening() as parts:
            app.state.parts = parts
            yield

    app = Service(
        title="Farol's assistant",
        version="1.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.options, app.state.drain = options, drain
    for known in (CapstoneError, HTTPException, RequestValidationError):
        app.add_exception_handler(known, answer_error)
    app.include_router(probes)
    app.include_router(v1)
    app.add_middleware(Edge, drain=drain, options=options)
    return app


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer with the problem that an expected error is."""
    return respond(request, error)
