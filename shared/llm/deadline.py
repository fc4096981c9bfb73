"""Bound the time a model may take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from shared.errors import DeadlineExceededError
from shared.llm.messages import ChatRequest, Reply, StreamEvent
from shared.llm.model import ChatModel


class DeadlineModel:
    """A model that answers within ``seconds`` or raises ``DeadlineExceededError``.

    For a stream the time spent waiting for its pieces is summed; what the reader takes between
    them is not the model's.
    """

    def __init__(self, model: ChatModel, *, seconds: float = 60.0) -> None:
        self._model = model
        self._seconds = seconds

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._model.name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._model.complete(request)
        except TimeoutError:
            raise self._late() from None

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        left = self._seconds
        async with aclosing(self._model.stream(request)) as events:
            while True:
                event, took = await self._next(events, left)
                if event is None:
                    return
                left -= took
                yield event

    async def _next(
        self, events: AsyncGenerator[StreamEvent, None], left: float
    ) -> tuple[StreamEvent | None, float]:
        # A timeout around a yield would fire in the reader's code, so each wait has its own.
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(left):
                return await anext(events, None), clock() - began
        except TimeoutError:
            raise self._late() from None

    def _late(self) -> DeadlineExceededError:
        return DeadlineExceededError(
            f"{self.name} did not finish within {self._seconds:g} s.",
            advice="Try again, ask for less, or allow more time.",
        )
