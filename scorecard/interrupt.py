"""Let a person end what runs: the first Ctrl-C in good order, the second at once."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from scorecard.cli import COULD_NOT_RUN

T = TypeVar("T")


async def interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Do it; raises ``KeyboardInterrupt`` once it has ended in good order."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    pressed = 0

    def interrupt() -> None:
        nonlocal pressed
        pressed += 1
        if pressed > 1:
            os._exit(COULD_NOT_RUN)  # the guards notice, and end what they guard
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
