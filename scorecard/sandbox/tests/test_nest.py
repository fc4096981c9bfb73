"""What is forked from a nest behaves as if it had been started, and goes when it must."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scorecard.place import GRADER_ROOT
from scorecard.toys import running

PARENT = """
import asyncio, json, os, signal, subprocess, sys
from contextvars import ContextVar
from pathlib import Path
from scorecard.sandbox.nest import nesting

KNOWN = ContextVar("KNOWN", default=None)
FOLDER, MARK, ACT = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def program():
    inbox, outbox = int(os.environ["SCORECARD_INBOX"]), int(os.environ["SCORECARD_OUTBOX"])
    asked = json.loads(os.fdopen(inbox, "rb").readline())
    match asked["act"]:
        case "tell":
            told = {"environment": dict(os.environ), "folder": os.getcwd(), "path": sys.path,
                    "bytecode": sys.dont_write_bytecode, "leader": os.getsid(0) == os.getpid(),
                    "open": sorted(map(int, os.listdir("/proc/self/fd")))}
            print("printed")
            os.write(outbox, json.dumps(told).encode() + b"\\n")
        case "exit":
            os._exit(3)
        case "raise":
            raise ValueError("not this")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stay":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["sh", "-c", f"trap '' TERM; sleep 60; : {MARK}"],
                             start_new_session=True)
            os.write(outbox, b'{"here": true}\\n')
            while True:
                signal.pause()


async def work():
    nest = KNOWN.get()
    async with nest.process(environment={"ONLY": "this"}, folder=FOLDER, paths=[FOLDER]) as one:
        one.send({"act": ACT})
        told = await one.receive()
        if ACT == "stay" and len(sys.argv) > 4:
            print("stays", flush=True)
            await asyncio.sleep(60)
        code = None if ACT == "stay" else await one.wait()
    return {"told": told, "code": code, "printed": one.printed.text}


os.environ["SECRET"] = "the parent's"
with nesting(lambda: program, KNOWN):
    found = asyncio.run(work())
print(json.dumps(found))
"""
Tried = Callable[[str], dict[str, Any]]


def arguments(folder: Path, act: str, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-c", PARENT, str(folder), folder.name, act, *more)


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    def attempt(act: str) -> dict[str, Any]:
        ran = subprocess.run(
            arguments(tmp_path, act), cwd=GRADER_ROOT, capture_output=True, check=False, timeout=60
        )
        assert ran.returncode == 0, ran.stderr.decode()
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    return attempt


def test_it_has_what_it_was_given_and_nothing_of_its_parent(tried: Tried, tmp_path: Path) -> None:
    found = tried("tell")

    told = found["told"]
    assert told["environment"].keys() == {"ONLY", "SCORECARD_INBOX", "SCORECARD_OUTBOX"}
    assert told["folder"] == str(tmp_path)
    assert told["path"][0] == str(tmp_path)
    assert str(GRADER_ROOT) not in told["path"]
    assert "" not in told["path"]
    assert told["bytecode"]
    assert told["leader"]
    assert (found["code"], found["printed"]) == (0, "printed\n")


def test_it_has_no_descriptor_but_its_own(tried: Tried) -> None:
    told = tried("tell")["told"]

    channel = {int(told["environment"][f"SCORECARD_{name}"]) for name in ("INBOX", "OUTBOX")}
    listing = 1  # the folder that is being read
    assert len(set(told["open"]) - {0, 1, 2} - channel) <= listing + 2  # guard's wake-up pipe


@pytest.mark.parametrize(
    ("act", "code"), [("exit", 3), ("raise", 1), ("killed", 128 + signal.SIGKILL)]
)
def test_its_end_is_told_as_any_process_is(tried: Tried, act: str, code: int) -> None:
    found = tried(act)

    assert found["told"] is None
    assert found["code"] == code


def test_it_says_what_it_raised(tried: Tried) -> None:
    assert tried("raise")["printed"] == "ValueError: not this\n"


def test_leaving_ends_what_ignores_the_signal_and_what_it_started(
    tried: Tried, tmp_path: Path
) -> None:
    found = tried("stay")

    assert found["told"] == {"here": True}
    assert not running(tmp_path.name)


def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        arguments(tmp_path, "stay", "long"), cwd=GRADER_ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        parent.stdout.readline()
        alive = len(running(tmp_path.name))

        os.kill(parent.pid, signal.SIGKILL)

    until = time.monotonic() + 20
    while running(tmp_path.name) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive
    assert not running(tmp_path.name)
