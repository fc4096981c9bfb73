"""Say what went wrong at a model's server in this repository's own errors.

Providers reduce their client's exceptions to a ``Failure``; what a failure means is decided here,
once for all of them.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite

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

# A stream can fail after its status was sent: then only the error's type tells what happened.
IMPLIED_STATUS: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "context_length_exceeded": 400,
    "overloaded_error": 529,
}
TRY_AGAIN_STATUSES = frozenset({408, 409, 425})
OVERFLOW = re.compile(
    r"maximum context length|context (window|size|length)|prompt is too long", re.IGNORECASE
)
LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model lives: its URL for messages, and the key that no message may show."""

    url: str
    key: str = field(repr=False)

    def redact(self, text: str) -> str:
        """Shorten a server's words to one line without the key."""
        line = " ".join(text.split())
        safe = line.replace(self.key, "***") if self.key else line
        return safe if len(safe) <= LONGEST_DETAIL else f"{safe[:LONGEST_DETAIL]}…"


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal of service, as the server put it; ``code`` is the most specific word it used."""

    status: int
    code: str = ""
    detail: str = ""
    retry_after_s: float | None = None


def read_detail(body: object) -> str:
    """Find a server's own words in the body of its error, whatever its shape.

    ``{"error": {"message": "no such model"}}`` gives ``no such model``; pages are not quoted.
    """
    match body:
        case {"error": inner} | {"detail": inner}:
            return read_detail(inner)
        case {"message": str(message)}:
            return message
        case None | "" | {}:
            return "it says no more"
        case str() if body.lstrip().startswith("<"):
            return "a web page instead of JSON"
        case _:
            return str(body)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds a server asks us to wait.

    ``retry-after-ms`` goes before ``retry-after``, which is seconds or a date.
    """
    for header, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(header)
        wait = None if value is None else _seconds(value, per_second)
        if wait is not None:
            return max(wait, 0.0)
    return None


def _seconds(value: str, per_second: float) -> float | None:
    try:
        wait = float(value) / per_second
    except ValueError:
        return _seconds_until(value)
    return wait if isfinite(wait) else None


def _seconds_until(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return None


def explain(failure: Failure, server: Server) -> ModelError:
    """Turn a failure into the error a caller can act on."""
    status = failure.status
    if status < 300:
        status = IMPLIED_STATUS.get(failure.code, 500)
    said = server.redact(failure.detail)
    if status in {401, 403}:
        return _bad_key(status, server)
    if status in {402, 429} and (status == 402 or failure.code == "insufficient_quota"):
        return ModelRejectedError(
            f"The account at {server.url} has no quota left.",
            advice="Add credit with the provider, or choose another model in CAPSTONE_MODEL.",
        )
    if status == 429:
        return RateLimitedError(
            f"The model server at {server.url} asks us to slow down.",
            advice="Wait and run again, or lower the number of calls in flight.",
            retry_after_s=failure.retry_after_s,
        )
    if failure.code == "context_length_exceeded" or (status == 400 and OVERFLOW.search(said)):
        return ContextOverflowError(
            f"The prompt does not fit the model's context ({said}).",
            advice="Send less text, or choose a model with a larger context.",
        )
    if status >= 500 or status in TRY_AGAIN_STATUSES:
        return ModelUnavailableError(
            f"The model server at {server.url} failed with status {status} ({said}).",
            advice="Try again in a moment; if it lasts, look at the server's own log or status.",
            retry_after_s=failure.retry_after_s,
        )
    return _rejected(status, said, server)


def _bad_key(status: int, server: Server) -> ModelError:
    # Servers like to repeat the key they were given, so their own words are left out.
    return AuthenticationFailedError(
        f"The model server at {server.url} did not accept our API key (status {status}).",
        advice="Set CAPSTONE_API_KEY to a key that is valid there, then run again.",
    )


def _rejected(status: int, said: str, server: Server) -> ModelError:
    advice = "Change the request; sending it again as it is cannot help."
    if status == 404:
        advice = "Check CAPSTONE_MODEL and CAPSTONE_BASE_URL (most end in /v1)."
    return ModelRejectedError(
        f"The model server at {server.url} rejected the request with status {status} ({said}).",
        advice=advice,
    )


def unreachable(server: Server) -> ModelError:
    """Nobody answers, or the connection broke before an answer began."""
    return ModelUnavailableError(
        f"The connection to the model server at {server.url} failed.",
        advice="Check CAPSTONE_BASE_URL and that a server runs there; unset it for the simulator.",
    )


def timed_out(server: Server) -> ModelError:
    """Somebody may be there, but did not answer in time."""
    return DeadlineExceededError(
        f"The model server at {server.url} did not answer in time.",
        advice="Try again, or allow more time.",
    )


def unreadable(server: Server, problem: str) -> ModelError:
    """The server answered, but not with a model's answer."""
    return ModelUnavailableError(
        f"The server at {server.url} sent no usable answer ({server.redact(problem)}).",
        advice="Check that CAPSTONE_BASE_URL and CAPSTONE_DIALECT name a model's API.",
    )


def cut(partial: str, problem: str = "it ended without a finish reason") -> StreamCutError:
    """Report a stream that began and did not end as it should."""
    return StreamCutError(
        f"The model's stream was cut after {len(partial)} characters: {problem}.",
        partial=partial,
        advice="Ask again; what came may be incomplete.",
    )
