"""Task 1: what a client may know of an error."""

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from projects.p13_api_backend.edge import problem_of
from projects.p13_api_backend.given.problems import Kind, Problem, RefusedError
from shared.errors import (
    AuthenticationFailedError,
    DatabaseError,
    DeadlineExceededError,
    RateLimitedError,
    StreamCutError,
)


def problem(error: BaseException) -> Problem:
    return problem_of(error, instance="/v1/orders", trace_id="abc")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError(Kind.FORBIDDEN), 403),
        (HTTPException(405), 405),
        (HTTPException(418), 500),
        (DeadlineExceededError("canary"), 504),
        (TimeoutError("canary"), 504),
        (RateLimitedError("canary", retry_after_s=7), 503),
        (AuthenticationFailedError("canary"), 502),
        (StreamCutError("canary", partial="canary"), 502),
        (DatabaseError("canary"), 500),
        (ZeroDivisionError("canary"), 500),
    ],
)
def test_an_error_has_its_status_and_keeps_its_words(error: Exception, status: int) -> None:
    told = problem(error)

    assert told.status == status
    assert told.title
    assert "canary" not in told.model_dump_json()


def test_a_refusal_says_what_was_written_for_the_client() -> None:
    told = problem(RefusedError(Kind.MALFORMED, "Begin again."))

    assert told.detail == "Begin again."
    assert (told.instance, told.trace_id) == ("/v1/orders", "abc")
    assert told.type.endswith("/malformed")


def test_waiting_times_are_whole_seconds_rounded_up() -> None:
    waits = [
        problem(RefusedError(Kind.TOO_MANY, retry_after_s=0.2)).retry_after_s,
        problem(RateLimitedError("slow down", retry_after_s=7.1)).retry_after_s,
        problem(RefusedError(Kind.DRAINING)).retry_after_s,
        problem(RefusedError(Kind.NOT_FOUND)).retry_after_s,
    ]

    assert waits == [1, 8, 1, None]


def test_a_validation_error_names_the_place_and_not_the_value() -> None:
    wrong = {"type": "x", "loc": ("body", "age"), "msg": "too low", "input": "canary", "ctx": {}}

    told = problem(RequestValidationError([wrong, wrong]))

    assert told.status == 422
    assert [(e.pointer, e.message) for e in told.errors] == [("/body/age", "too low")]
    assert "canary" not in told.model_dump_json()
