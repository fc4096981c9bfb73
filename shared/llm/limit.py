"""Keep the number of calls in flight within what a server can take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from shared.errors import ConfigurationError
from shared.llm.messages import ChatRequest, Reply, StreamEvent
from shared.llm.model import ChatModel


class LimitedModel:
    """A model with at most ``max_in_flight`` calls at once; the others wait their turn, in order.

    A stream counts until its end, so close one that you leave early (``contextlib.aclosing``).
    """

    def __init__(self, model: ChatModel, *, max_in_flight: int = 16) -> None:
        if max_in_flight < 1:
            raise ConfigurationError(
                f"A limit of {max_in_flight} calls in flight lets none through.",
                advice="Allow at least one.",
            )
        self._model = model
        self._slots = asyncio.Semaphore(max_in_flight)

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._model.name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        async with self._slots:
            return await self._model.complete(request)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        async with self._slots, aclosing(self._model.stream(request)) as events:
            async for event in events:
                yield event
