"""The ASGI application: which route is whose, and errors in the words of the dialect asked."""

import logging
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

from pydantic_core import to_json

from shared.errors import ConfigurationError
from shared.simulator.address import Address, read_address
from shared.simulator.admin import admin
from shared.simulator.answer import answer
from shared.simulator.dialects import (
    anthropic_messages,
    ollama_chat,
    openai_chat,
    openai_completions,
    openai_responses,
)
from shared.simulator.dialects.dialect import Dialect, RenderError
from shared.simulator.dialects.embeddings import answer_embeddings
from shared.simulator.dialects.errors import ApiError, ClientGoneError
from shared.simulator.dialects.models import list_models, show_model
from shared.simulator.dialects.openai_errors import render_error
from shared.simulator.dialects.transcriptions import answer_transcription
from shared.simulator.openapi import describe
from shared.simulator.state import VERSION, State
from shared.simulator.wire import Exchange, Message, Scope

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "chat/completions": openai_chat.DIALECT,
        "responses": openai_responses.DIALECT,
        "completions": openai_completions.DIALECT,
        "messages": anthropic_messages.DIALECT,
        "api/chat": ollama_chat.DIALECT,
    }
)
_HEALTHY: Final = {"status": "ok", "simulator": True}
_WORDS: Final[Mapping[str, RenderError]] = MappingProxyType(
    {"messages/count_tokens": anthropic_messages.render_error}
)
_TELLS: Final[Mapping[str, Callable[[State], Mapping[str, Any]]]] = MappingProxyType(
    {
        "": lambda _: _HEALTHY,
        "health": lambda _: _HEALTHY,
        "healthz": lambda _: _HEALTHY,
        "models": list_models,
        "openapi.json": lambda state: describe(state.profiles),
        "api/tags": ollama_chat.list_tags,
        "api/version": lambda _: {"version": f"sim-{VERSION}"},
    }
)
_LOG: Final = logging.getLogger("shared.simulator")


class Simulator:
    """The simulator, as an ASGI application around one ``State``."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Any],
        send: Callable[[Message], Any],
    ) -> None:
        """Serve one HTTP exchange."""
        exchange = Exchange(scope, receive, send, self._stopping)
        words: RenderError = render_error
        try:
            address = read_address(exchange.path)
            dialect = DIALECTS.get(address.route)
            words = dialect.error if dialect else _WORDS.get(address.route, render_error)
            if dialect is not None:
                exchange.expect("POST")
                self._authorize(exchange)
                await answer(self.state, exchange, address, dialect)
            else:
                await self._other(exchange, address)
        except ClientGoneError:
            return
        except ConfigurationError as error:
            await _refuse(exchange, ApiError(400, str(error), code="invalid_drill"), words)
        except ApiError as error:
            await _refuse(exchange, error, words)
        except Exception:  # noqa: BLE001 - the server outlives its own defects, and tells of them
            _LOG.exception(
                "The simulator failed on %s; this is a defect of its own.", exchange.path
            )
            broken = ApiError(
                500,
                "The simulator failed; this is a defect of its own and no drill.",
                code="defect",
            )
            await _refuse(exchange, broken, words)

    def _stopping(self) -> bool:
        return self.state.stopping

    async def _other(self, exchange: Exchange, address: Address) -> None:
        """Serve what is no chat."""
        route = address.route
        if route.startswith("sim/"):
            await admin(self.state, exchange, route.removeprefix("sim/"))
        elif route in {"embeddings", "audio/transcriptions", "messages/count_tokens"}:
            exchange.expect("POST")
            self._authorize(exchange)
            if route == "embeddings":
                await answer_embeddings(self.state, exchange, address)
            elif route == "audio/transcriptions":
                await answer_transcription(self.state, exchange, address)
            else:
                await anthropic_messages.answer_count(self.state, exchange)
        elif route.startswith("models/"):
            exchange.expect("GET")
            told = show_model(self.state, route.removeprefix("models/"))
            await exchange.answer(200, to_json(told))
        else:
            tells = _TELLS.get(route)
            if tells is None:
                raise ApiError(
                    404,
                    f"There is nothing at {exchange.method} {exchange.path}.",
                    code="unknown_url",
                )
            exchange.expect("GET")
            await exchange.answer(200, to_json(tells(self.state)))

    def _authorize(self, exchange: Exchange) -> None:
        """Check the key where the server was given one; otherwise any will do."""
        if not self.state.api_key:
            return
        shown = exchange.header(b"authorization").removeprefix("Bearer ")
        if self.state.api_key not in {shown, exchange.header(b"x-api-key")}:
            raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")


async def _refuse(exchange: Exchange, error: ApiError, words: RenderError) -> None:
    """Answer with an error; its request id is a digest, so that equal failures have equal ids."""
    told = blake2b(f"{exchange.path} {error.status} {error}".encode(), digest_size=12)
    name = b"request-id" if words is anthropic_messages.render_error else b"x-request-id"
    headers = [(name, f"sim-req-{told.hexdigest()}".encode())]
    headers += [(name.encode(), value.encode()) for name, value in error.headers.items()]
    await exchange.answer(error.status, words(error), headers=headers)
