"""Read single keys from a terminal, and leave it as it was, however this ends."""

import asyncio
import os
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def reading_keys(pressed: Callable[[str], None]) -> Iterator[bool]:
    """Call ``pressed`` with each key; yields whether there is a keyboard at all.

    Keys come without Enter and are not shown; Ctrl-C and Ctrl-Z keep their meaning. Without a
    terminal (a pipe, a job in the background) nothing is read.
    """
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, ValueError, AttributeError, termios.error):
        yield False
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(OSError):
            for key in os.read(descriptor, 64).decode(errors="ignore"):
                pressed(key)

    def quiet() -> None:
        with suppress(termios.error):
            tty.setcbreak(descriptor, termios.TCSANOW)

    quiet()
    loop.add_reader(descriptor, read)
    loop.add_signal_handler(signal.SIGCONT, quiet)  # the shell set it back while we were stopped
    try:
        yield True
    finally:
        loop.remove_reader(descriptor)
        loop.remove_signal_handler(signal.SIGCONT)
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
