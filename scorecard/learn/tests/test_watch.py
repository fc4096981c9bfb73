"""Watching, as somebody at a terminal sees it: saves, keys, and a terminal left as it was."""

import os
import pty
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchfiles import Change

from scorecard.learn.reference import Desk
from scorecard.learn.start import start
from scorecard.learn.watch import Work
from scorecard.place import GRADER_ROOT

HURRY_S = 60


class Terminal:
    """A terminal with ``scorecard watch`` in it."""

    def __init__(self, root: Path, *options: str) -> None:
        words = ("-m", "scorecard", "--root", str(root), "watch", "p01", *options)
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(GRADER_ROOT)
            os.execv(sys.executable, (sys.executable, *words))  # noqa: S606 (a child of ours)
        self.seen = ""

    def until(self, pattern: str) -> str:
        """Read until something is shown; return all that came before and forget it."""
        end = time.monotonic() + HURRY_S
        while not re.search(pattern, self.seen):
            assert time.monotonic() < end, self.seen
            if select.select([self.descriptor], [], [], 0.1)[0]:
                raw = os.read(self.descriptor, 65536).decode(errors="replace")
                self.seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw)
        shown, self.seen = self.seen, ""
        return shown

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self.descriptor, key.encode())

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, line by line, as a shell expects."""
        local = int(termios.tcgetattr(self.descriptor)[3])
        return bool(local & termios.ECHO) and bool(local & termios.ICANON)


@pytest.fixture
def terminal(desk: Desk) -> Iterator[Terminal]:
    start(desk)
    opened = Terminal(desk.place.root)
    yield opened
    try:
        os.kill(opened.pid, signal.SIGKILL)
        opened.wait()
    except (ProcessLookupError, ChildProcessError):
        pass
    os.close(opened.descriptor)


def test_a_save_is_checked_keys_are_answered_and_the_terminal_is_given_back(
    terminal: Terminal, work: Path
) -> None:
    first = terminal.until("q:quit")
    work.write_text(work.read_text() + "\n\nX = 1\n")
    saved = terminal.until("q:quit")
    terminal.press("h")
    hint = terminal.until("q:quit")
    terminal.press("l")
    listed = terminal.until("q:quit")
    terminal.press("c")
    compared = terminal.until("q:quit")
    terminal.press("z")
    unknown = terminal.until("q:quit")
    terminal.press("?")
    keys = terminal.until("q:quit")
    during = terminal.echoes
    terminal.press("q")

    assert "watching projects/p01_toy" in first
    assert "Task 1: Double a number" in first
    assert "saved: doubling.py" in saved
    assert "hint 1 of 2: Multiply." in hint
    assert "tasks pass" in listed
    assert "shows once yours passes" in compared.replace("\r\n", " ")
    assert "No key z here." in unknown
    assert "h:hint" in keys
    assert during is False
    assert terminal.wait() == 0
    assert terminal.echoes is True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_check_leaves_the_terminal_as_it_was(
    terminal: Terminal, number: signal.Signals
) -> None:
    terminal.until("watching")

    os.kill(terminal.pid, number)

    assert terminal.wait() == 0
    assert terminal.echoes is True


@pytest.mark.parametrize(
    "name",
    [
        ".doubling.py.swp",
        "#doubling.py#",
        "doubling.py~",
        ".#doubling.py",
        "4913",
        "__pycache__/a.py",
    ],
)
def test_an_editor_s_own_files_set_nothing_off(name: str) -> None:
    assert not Work()(Change.modified, f"/work/projects/p01_toy/{name}")


@pytest.mark.parametrize("name", ["doubling.py", "prompts/ask.md", "queries/find.sql"])
def test_the_work_does(name: str) -> None:
    assert Work()(Change.modified, f"/work/projects/p01_toy/{name}")
