"""What each way to fail becomes, at both providers."""

import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shared.errors import (
    AuthenticationFailedError,
    ContextOverflowError,
    DeadlineExceededError,
    ModelError,
    ModelRejectedError,
    ModelUnavailableError,
    RateLimitedError,
    StreamCutError,
)
from shared.llm.provider_errors import read_retry_after
from shared.llm.tests.wire import ASK, KEY, Dialect, failing, opened
from shared.testing import Step, Then, http_answer, raw_server, sse_answer

pytestmark = pytest.mark.anyio

UNUSED_PORT = "http://127.0.0.1:9"


async def failure(dialect: Dialect, *answers: list[Step], timeout_s: float = 5.0) -> ModelError:
    """Give the error that both ways of asking agree on."""
    async with (
        raw_server(*answers) as server,
        opened(dialect, server.url, timeout_s=timeout_s) as model,
    ):
        with pytest.raises(ModelError) as whole:
            await model.complete(ASK)
        with pytest.raises(ModelError) as streamed:
            await anext(model.stream(ASK))
    assert type(whole.value) is type(streamed.value)
    return whole.value


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalid_request_error", ModelRejectedError),
        (400, "context_length_exceeded", ContextOverflowError),
        (401, "invalid_api_key", AuthenticationFailedError),
        (402, "billing_error", ModelRejectedError),
        (403, "permission_error", AuthenticationFailedError),
        (404, "model_not_found", ModelRejectedError),
        (408, "timeout", ModelUnavailableError),
        (409, "conflict", ModelUnavailableError),
        (413, "request_too_large", ModelRejectedError),
        (422, "unprocessable", ModelRejectedError),
        (429, "rate_limit_exceeded", RateLimitedError),
        (429, "insufficient_quota", ModelRejectedError),
        (500, "server_error", ModelUnavailableError),
        (503, "unavailable", ModelUnavailableError),
        (529, "overloaded_error", ModelUnavailableError),
    ],
)
async def test_a_status_becomes_our_error(
    dialect: Dialect, status: int, code: str, expected: type[ModelError]
) -> None:
    error = await failure(dialect, failing(status, dialect.error(status, code)))

    assert type(error) is expected
    assert error.advice


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 8192 tokens.",
        "prompt is too long: 210000 tokens > 200000 maximum",
    ],
)
async def test_an_overflow_is_known_by_its_words_too(dialect: Dialect, said: str) -> None:
    error = await failure(dialect, failing(400, dialect.error(400, "invalid_request_error", said)))

    assert type(error) is ContextOverflowError


async def test_a_rate_limit_carries_how_long_to_wait(dialect: Dialect) -> None:
    body = dialect.error(429, "rate_limit_error")

    error = await failure(dialect, failing(429, body, retry_after="7"))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 7


def test_milliseconds_go_before_seconds() -> None:
    assert read_retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5


def test_a_date_to_retry_after_is_read() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    wait = read_retry_after({"retry-after": date})

    assert wait is not None
    assert 80 < wait <= 90


@pytest.mark.parametrize("value", ["soon", "nan", "inf", ""])
def test_nonsense_to_retry_after_is_no_wait_at_all(value: str) -> None:
    assert read_retry_after({"retry-after": value}) is None


def test_a_moment_gone_by_is_no_wait() -> None:
    assert read_retry_after({"retry-after": "-3"}) == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_no_message_holds_the_key(dialect: Dialect, status: int) -> None:
    told = f"Incorrect API key provided: {KEY}"

    error = await failure(dialect, failing(status, dialect.error(status, "echo", told)))

    assert KEY not in "".join(traceback.format_exception(error))
    assert KEY not in repr(error.args)


async def test_a_bad_key_says_what_to_set(dialect: Dialect) -> None:
    error = await failure(dialect, failing(401, dialect.error(401, "invalid_api_key")))

    assert "did not accept our API key" in str(error)
    assert "Set CAPSTONE_API_KEY" in str(error)


async def test_an_unreachable_server_says_what_to_check(dialect: Dialect) -> None:
    async with opened(dialect, UNUSED_PORT) as model:
        with pytest.raises(ModelUnavailableError) as caught:
            await model.complete(ASK)

    assert UNUSED_PORT in str(caught.value)
    assert "Check CAPSTONE_BASE_URL" in str(caught.value)


async def test_a_password_in_the_url_is_not_shown(dialect: Dialect) -> None:
    async with opened(dialect, "http://me:hunter2@127.0.0.1:9") as model:
        with pytest.raises(ModelUnavailableError) as caught:
            await model.complete(ASK)

    assert "hunter2" not in str(caught.value)


async def test_half_a_head_is_a_failed_connection(dialect: Dialect) -> None:
    error = await failure(dialect, [b"HTTP/1.1 200 OK\r\ncontent-ty"])

    assert type(error) is ModelUnavailableError


async def test_half_a_body_is_a_failed_connection(dialect: Dialect) -> None:
    head, body = dialect.whole("here")
    assert isinstance(body, bytes)
    async with raw_server([head, body[:9]]) as server, opened(dialect, server.url) as model:
        with pytest.raises(ModelUnavailableError, match="failed"):
            await model.complete(ASK)


async def test_a_reset_before_the_answer_is_a_failed_connection(dialect: Dialect) -> None:
    error = await failure(dialect, [Then.RESET])

    assert type(error) is ModelUnavailableError


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no such model"}},
        {"error": "no such model"},
        {"detail": "no such model"},
        {"object": "error", "message": "no such model", "code": 404},
    ],
)
async def test_a_servers_words_are_found_in_every_shape(
    dialect: Dialect, body: Mapping[str, object]
) -> None:
    error = await failure(dialect, failing(404, body))

    assert type(error) is ModelRejectedError
    assert "status 404 (no such model)" in str(error)


async def test_a_gateway_page_is_not_quoted(dialect: Dialect) -> None:
    page = "<html><body>502 Bad Gateway</body></html>"

    error = await failure(dialect, failing(502, page))

    assert type(error) is ModelUnavailableError
    assert "html" not in str(error)


@pytest.mark.parametrize(
    "body", ["<html>hello</html>", "{}", '{"choices": []}', '{"choices": "x"}', "[1]", "{", ""]
)
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_an_answer_of_another_kind_names_the_settings(
    dialect: Dialect, body: str, kind: str
) -> None:
    answer = http_answer(body, headers={"content-type": kind})
    async with raw_server(answer) as server, opened(dialect, server.url) as model:
        with pytest.raises(ModelUnavailableError, match="CAPSTONE_DIALECT"):
            await model.complete(ASK)


@pytest.mark.parametrize("reason", [None, "abort"])
async def test_a_whole_answer_without_a_known_finish_reason_raises(
    dialect: Dialect, reason: str | None
) -> None:
    answer = dialect.whole("Half an answ", finish=reason)
    async with raw_server(answer) as server, opened(dialect, server.url) as model:
        with pytest.raises(ModelUnavailableError, match=reason or "none"):
            await model.complete(ASK)


async def test_a_stream_with_an_unknown_finish_reason_is_cut(dialect: Dialect) -> None:
    answer = dialect.pieces("Half", finish="abort")
    async with raw_server(answer) as server, opened(dialect, server.url) as model:
        with pytest.raises(StreamCutError) as caught:
            _ = [event async for event in model.stream(ASK)]

    assert caught.value.partial == "Half"


async def test_an_empty_stream_is_cut(dialect: Dialect) -> None:
    async with raw_server(sse_answer()) as server, opened(dialect, server.url) as model:
        with pytest.raises(StreamCutError) as caught:
            await anext(model.stream(ASK))

    assert caught.value.partial == ""


async def test_an_error_before_the_first_piece_may_be_retried(dialect: Dialect) -> None:
    answer = dialect.failing_stream()
    async with raw_server(answer) as server, opened(dialect, server.url) as model:
        with pytest.raises(ModelUnavailableError, match="worker died"):
            await anext(model.stream(ASK))


async def test_a_silent_server_is_late(dialect: Dialect) -> None:
    error = await failure(dialect, [Then.HANG], timeout_s=0.05)

    assert type(error) is DeadlineExceededError
