"""The outermost layer: each request has a trace id, a clock, and an answer that leaks nothing.

What went wrong inside belongs in the log, under the trace id that the client is told.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from projects.p13_api_backend.given.contract import Options
from projects.p13_api_backend.given.problems import (
    BY_STATUS,
    EXPECTED,
    PROBLEM_JSON,
    ROOT,
    FieldProblem,
    Kind,
    Problem,
    RefusedError,
)
from shared.connection import TRANSPORT

LOG = logging.getLogger(__name__)
TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
GRACE_S = 0.5
"""What a request may take beyond its deadline, to say that it passed."""
CHALLENGE = 'Bearer realm="farol"'


def problem_of(error: BaseException, *, instance: str, trace_id: str) -> Problem:
    """Turn whatever was raised into what the client may know.

    Only the text of a ``RefusedError`` was written for clients. Everything else keeps its words to
    itself: a driver's message holds tables and values, a provider's holds prompts and keys, and
    a validation error its input. Waiting times are whole seconds, rounded up, at least one.
    """
    # task 1: begin
    kind = _kind(error)
    wait = getattr(error, "retry_after_s", None)
    if wait is None and kind.status == 503:
        wait = 1
    return Problem(
        type=ROOT + kind.slug,
        title=kind.title,
        status=kind.status,
        detail=error.detail if isinstance(error, RefusedError) else "",
        instance=instance,
        trace_id=trace_id,
        errors=_field_problems(error) if isinstance(error, RequestValidationError) else (),
        retry_after_s=None if wait is None else max(1, ceil(wait)),
    )
    # task 1: end


def _kind(error: BaseException) -> Kind:
    if isinstance(error, RefusedError):
        return error.kind
    if isinstance(error, HTTPException):
        return BY_STATUS.get(error.status_code, Kind.INTERNAL)
    return next((kind for types, kind in EXPECTED if isinstance(error, types)), Kind.INTERNAL)


def _field_problems(error: RequestValidationError) -> tuple[FieldProblem, ...]:
    found = (
        FieldProblem(
            pointer="/" + "/".join(str(part) for part in item["loc"]), message=str(item["msg"])
        )
        for item in error.errors()
    )
    return tuple(dict.fromkeys(found))  # what two dependencies read is found twice


class Drain:
    """Whether the server is stopping, and how many requests it still works on."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self._in_flight = 0

    def begin(self) -> None:
        """Stop: readiness turns, streams close; what is being worked on is finished."""
        self.begun.set()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count one request for as long as it takes."""
        self._in_flight += 1
        self.idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self.idle.set()


class Edge:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, drain: Drain, options: Options) -> None:
        self._app = app
        self._drain = drain
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and end it when its time is over.

        The clock is left in the request's state: whoever learns of an earlier deadline moves it. An
        answer that has not begun becomes a problem; one that has begun is cut, because half an
        answer must not look like a whole one. A client that stops reading is cut off the same way.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # task 2: begin
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        state = scope.setdefault("state", {})
        state["trace_id"] = trace_id_of(scope)
        with self._drain.counted():
            try:
                async with asyncio.timeout(self._options.deadline_s + GRACE_S) as clock:
                    state["clock"] = clock
                    body = bounded(scope, receive, self._options.body_bytes)
                    await self._app(scope, body, watched)
            except Exception as error:  # noqa: BLE001 (nobody after us can answer)
                if begun:
                    LOG.warning("Request %s was cut off: %r", state["trace_id"], error)
                    cut(scope)
                else:
                    await respond(Request(scope), error)(scope, receive, send)
        # task 2: end


def trace_id_of(scope: Scope) -> str:
    """Continue the caller's trace (W3C Trace Context), or begin one."""
    given = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
    found = TRACEPARENT.fullmatch(given)
    return found[1] if found and set(found[1]) != {"0"} else secrets.token_hex(16)


def bounded(scope: Scope, receive: Receive, limit: int) -> Receive:
    """Refuse a body as soon as it says that it is too long, or becomes so.

    FastAPI's own limit answers in plain text; and of what is raised while it reads a body, it lets
    only its own exception through.
    """
    given = dict(scope["headers"]).get(b"content-length", b"0")
    if given.isdigit() and int(given) > limit:
        raise RefusedError(Kind.TOO_LARGE)
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(Kind.TOO_LARGE.status)
        return message

    return counted


def explain(request: Request, error: BaseException) -> Problem:
    """Describe an error for whoever sent the request."""
    return problem_of(error, instance=request.url.path, trace_id=request.state.trace_id)


def respond(request: Request, error: BaseException) -> Response:
    """Answer a request with the problem that an error is."""
    problem = explain(request, error)
    if problem.status >= 500:
        LOG.error("Request %s: %s", problem.trace_id, problem.title, exc_info=error)
    headers = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    given = getattr(error, "headers", None) or {}
    if "allow" in {name.lower() for name in given}:
        headers["Allow"] = given["Allow"]
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def cut(scope: Scope) -> None:
    """Drop the connection under a client; closing it would wait until the client has read all."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is not None:
        transport.abort()
