"""Error bodies in OpenAI's form."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic_core import to_json

from shared.simulator.dialects.errors import ApiError

_KINDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "authentication_error",
        403: "permission_error",
        429: "requests",
        500: "server_error",
        503: "server_error",
        504: "server_error",
        529: "server_error",
    }
)
_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {401: "invalid_api_key", 429: "rate_limit_exceeded", 503: "overloaded", 529: "overloaded"}
)


def event_error(error: ApiError) -> bytes:
    """Write the error as an event of a stream."""
    return b"data: " + render_error(error) + b"\n\n"


def render_error(error: ApiError) -> bytes:
    """Write ``{"error": {message, type, param, code}}``."""
    return to_json(
        {
            "error": {
                "message": error.message,
                "type": error.kind or _KINDS.get(error.status, "invalid_request_error"),
                "param": error.param,
                "code": error.code or _CODES.get(error.status),
            }
        }
    )
