"""What a client did wrong, or what a drill does to it, apart from how a dialect words it."""

from collections.abc import Mapping

from shared.errors import CapstoneError


class ApiError(CapstoneError):
    """A request that is answered with an HTTP error.

    ``code`` and ``param`` are the ones of OpenAI's error bodies; ``kind`` is the error's type, by
    default the usual one of the status.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
        close: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.headers = {**(headers or {}), **({"connection": "close"} if close else {})}


class ClientGoneError(CapstoneError):
    """The client hung up; there is nobody to answer."""


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """Say that a request is wrong."""
    return ApiError(400, message, param=param, code=code)
