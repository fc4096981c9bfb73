"""The one contract every model and every wrapper around a model keeps."""

from collections.abc import AsyncGenerator
from typing import Protocol

from shared.llm.messages import ChatRequest, Reply, StreamEvent


class ChatModel(Protocol):
    """A model one can talk to.

    Wrappers (retry, limit, deadline, ledger) are models too, so they stack in any order.
    Both methods raise only errors of the ``ModelError`` family.
    """

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        ...

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece; the last event is always a ``StreamEnd``.

        Raises ``StreamCutError`` when the server's stream ends without a finish reason. Close a
        stream that you leave early (``contextlib.aclosing``): the call ends only then.
        """
        ...
