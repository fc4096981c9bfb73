"""Errors as clients see them: the kinds there are, in the form of RFC 9457."""

from enum import Enum
from typing import Annotated

from fastapi.exceptions import RequestValidationError
from pydantic import Field

from shared.errors import (
    CapstoneError,
    DeadlineExceededError,
    ModelError,
    ModelUnavailableError,
)
from shared.llm.messages import Frozen

PROBLEM_JSON = "application/problem+json"
ROOT = "https://farol.example/problems/"


class Kind(Enum):
    """Every kind of problem: its name in the URI, its status, its title."""

    MALFORMED = "malformed", 400, "The request cannot be read"
    UNAUTHENTICATED = "unauthenticated", 401, "No valid API key came with the request"
    FORBIDDEN = "forbidden", 403, "Your role does not allow this"
    NOT_FOUND = "not-found", 404, "There is nothing here for you"
    NOT_ALLOWED = "method-not-allowed", 405, "This address does not take that method"
    KEY_REUSED = "idempotency-key-reused", 409, "This key was used for another request"
    IN_PROGRESS = "in-progress", 409, "The same request is being worked on"
    TOO_MUCH = "refund-exceeds-order", 409, "More money than is left of the order"
    TOO_LARGE = "body-too-large", 413, "The body is over the limit"
    INVALID = "invalid", 422, "The request does not keep the contract"
    TOO_MANY = "rate-limited", 429, "Too many requests"
    INTERNAL = "internal", 500, "The service failed"
    MODEL_FAILED = "model-failed", 502, "The model gave no usable answer"
    MODEL_AWAY = "model-unavailable", 503, "The model cannot be reached now"
    DATABASE_AWAY = "database-unavailable", 503, "The database cannot be reached now"
    DRAINING = "draining", 503, "This server is stopping"
    TOO_LATE = "deadline-exceeded", 504, "The deadline passed"

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


BY_STATUS = {
    400: Kind.MALFORMED,
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    405: Kind.NOT_ALLOWED,
    413: Kind.TOO_LARGE,
    422: Kind.INVALID,
}

EXPECTED: tuple[tuple[tuple[type[BaseException], ...], Kind], ...] = (
    ((RequestValidationError,), Kind.INVALID),
    ((DeadlineExceededError, TimeoutError), Kind.TOO_LATE),
    ((ModelUnavailableError,), Kind.MODEL_AWAY),
    ((ModelError,), Kind.MODEL_FAILED),
)
"""What other code raises in the course of things; the first that fits counts."""


class RefusedError(CapstoneError):
    """The service says no; ``detail`` is written for the client."""

    def __init__(self, kind: Kind, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(kind.title, advice=detail)
        self.kind = kind
        self.detail = detail
        self.retry_after_s = retry_after_s


class FieldProblem(Frozen):
    """What is wrong with one part of a request."""

    pointer: str
    message: str


class Problem(Frozen):
    """An error, as RFC 9457 writes it; quote ``trace_id`` when you ask us about it."""

    type: str = Field(examples=[ROOT + "not-found"])
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str = ""
    instance: str
    trace_id: str
    errors: tuple[FieldProblem, ...] = ()
    retry_after_s: Annotated[int, Field(ge=1)] | None = None
