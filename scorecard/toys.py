"""Generate small projects to grade: what the grader's own tests run on."""

import subprocess
from pathlib import Path
from shutil import which

from scorecard.sandbox.confine import Name, choose_sandbox
from scorecard.sandbox.container import find_engine

TOML = """\
number = {number}
slug = "{slug}"
title = "Toy {number}"
pillar = "Models"
skill = "Doubles numbers."
prerequisites = []
hours = 1

[[tasks]]
id = 1
function = "doubling.double"
title = "Double a number"
hints = ["Multiply."]

[limits]
tests_s = 60
memory_mb = 512
"""

DOUBLING = '''\
"""Doubling."""


async def double(number: int) -> int:
    """Double a number."""
    return 2 * number
'''

TEST = '''\
"""Tests."""

import pytest

from projects.{slug}.doubling import double

pytestmark = pytest.mark.anyio


async def test_doubling_two_gives_four() -> None:
    assert await double(2) == 4
'''

CRITERIA = '''\
"""What doubling must do."""

import random

from shared.criteria import Level, Measured, Subject, criterion, fact, share


@fact(timeout_s=30)
async def doubled(subject: Subject, seed: int) -> tuple[bool, ...]:
    """Double numbers that nobody has seen."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1000) for _ in range(20)]
    return tuple(
        [await subject.call("doubling.double", returns=int, number=n) == 2 * n for n in numbers]
    )


@criterion("P{number:02}.1", level=Level.WORKS, at_least=1)
def numbers_are_doubled(doubled: tuple[bool, ...]) -> Measured:
    """Numbers are doubled."""
    return share(doubled)


@criterion("P{number:02}.2", level=Level.ROBUST, at_least=0.9)
def most_numbers_are_doubled(doubled: tuple[bool, ...]) -> Measured:
    """Most numbers are doubled."""
    return share(doubled)
'''


HEADER = """\
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time


async def double(number: int) -> int:
"""


def doubling(body: str) -> str:
    """Write the toy's module with another body."""
    return HEADER + body + "\n"


def running(mark: str) -> list[int]:
    """List the processes whose command line holds ``mark``."""
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-eo", "pid=", "-o", "args="], capture_output=True, text=True, check=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if mark in line]


def write_project(root: Path, number: int = 1, **files: str) -> Path:
    """Write a project that holds, with some of its files replaced: ``doubling``, ``criteria``."""
    slug = f"p{number:02}_toy"
    folder = root / "projects" / slug
    (folder / "tests").mkdir(parents=True)
    (root / "projects" / "__init__.py").write_text('"""Projects."""\n')
    (folder / "__init__.py").write_text('"""A toy."""\n')
    (folder / "project.toml").write_text(
        files.get("toml", TOML).replace("{number}", str(number)).replace("{slug}", slug)
    )
    (folder / "doubling.py").write_text(files.get("doubling", DOUBLING))
    (folder / "tests" / "test_doubling.py").write_text(
        files.get("test", TEST).replace("{slug}", slug)
    )
    (folder / "criteria.py").write_text(
        files.get("criteria", CRITERIA).replace("{number:02}", f"{number:02}")
    )
    return folder


def only_criteria(folder: Path) -> None:
    """Spare the test what it is not about: no tests to run, and a file that keeps mypy away."""
    (folder / "tests" / "test_doubling.py").unlink()
    (folder / "unparsed.py").write_text("def\n")


def git(folder: Path, *arguments: str) -> str:
    """Run Git in ``folder`` as somebody."""
    who = ("-c", "user.name=Toy", "-c", "user.email=toy@example.org")
    more = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    ran = subprocess.run(
        (which("git") or "/usr/bin/git", *who, *more, *arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def commit_all(folder: Path) -> str:
    """Commit all there is in ``folder``, a repository from now on; return the commit."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Work")
    return git(folder, "rev-parse", "HEAD")


def works_here(name: Name) -> bool:
    """Whether this machine has that sandbox."""
    match name:
        case "processes":
            return True
        case "bubblewrap":
            return choose_sandbox("auto").name == "bubblewrap"
        case "container":
            return bool(find_engine())
