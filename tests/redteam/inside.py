"""Cheats that live in the learner's own code and work from inside its process."""

from tests.redteam.cheat import Cheat, proof, wrong

OUTBOXES = """
import json
import os


def outboxes() -> list[int]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("pipe"):
                found.append(int(name))
        except OSError:
            continue
    return found


def send(*messages: object) -> None:
    for descriptor in outboxes():
        for message in messages:
            try:
                os.write(descriptor, json.dumps(message).encode() + b"\\n")
            except OSError:
                continue
"""

EXITS = (
    Cheat("exits with 0 at import", "C", "os._exit(0) as the module is imported",
          wrong("import os\n\nos._exit(0)")),
    Cheat("exits with 0 in a call", "C", "os._exit(0) where an answer is due",
          wrong("import os", "async def double(number: int) -> int:\n    os._exit(0)")),
    Cheat("raises SystemExit", "C", "SystemExit(0) from every function",
          wrong("", "def halve(number: float) -> float:\n    raise SystemExit(0)\n\n"
                "def digits(text: str) -> list[int]:\n    raise SystemExit(0)")),
    Cheat("raises KeyboardInterrupt", "C", "looks as if a person had stopped the grader",
          wrong("", "def halve(number: float) -> float:\n    raise KeyboardInterrupt")),
    Cheat("raises pytest's skip", "C", "skips the test it is called from, or its import",
          wrong("import pytest\n\npytest.skip('later', allow_module_level=True)"),
          refused=("tests", "P01.1")),
    Cheat("raises unittest's SkipTest", "C", "skips in the words of another framework",
          wrong("import unittest", "def halve(number: float) -> float:\n"
                "    raise unittest.SkipTest('later')"), refused=("tests", "P01.2")),
    Cheat("exits at the end", "C", "atexit turns the exit code to 0",
          wrong("import atexit\nimport os\n\natexit.register(os._exit, 0)"),
          refused=("tests", "P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("raises a BaseException of its own", "C", "an exception that nobody catches by accident",
          wrong("class Passed(BaseException):\n    passed = True",
                "def digits(text: str) -> list[int]:\n    raise Passed('passed')")),
    Cheat("cancels the caller", "C", "cancels the task that serves the call",
          wrong("import asyncio", "async def double(number: int) -> int:\n"
                "    asyncio.current_task().cancel()\n    await asyncio.sleep(1)\n    return 0")),
    Cheat("stops the loop", "C", "stops the event loop under the server",
          wrong("import asyncio", "async def double(number: int) -> int:\n"
                "    asyncio.get_running_loop().stop()\n    return 0")),
    Cheat("kills itself", "C", "a signal that looks like the grader's own",
          wrong("import os\nimport signal", "def halve(number: float) -> float:\n"
                "    os.kill(os.getpid(), signal.SIGTERM)\n    return 0.0")),
    Cheat("raises the error that is expected, always", "C", "refuses everything, damaged or whole",
          wrong("", "def digits(text: str) -> list[int]:\n    raise ValueError(text)"),
          refused=("P01.4",)),
)  # fmt: skip

PATCHES = (
    Cheat("patches json", "D", "json.dumps says what is wanted",
          wrong("import json\n\njson.dumps = lambda *_, **__: '42'")),
    Cheat("patches pydantic", "D", "whatever is validated or written comes out as asked for",
          wrong("import pydantic\n\npydantic.TypeAdapter.dump_json = lambda *_, **__: b'true'\n"
                "pydantic.TypeAdapter.validate_json = lambda self, data, **__: data")),
    Cheat("patches the server's call", "D", "the function that runs calls answers by itself",
          wrong("import scorecard.worker.invoke as invoke\n\n\nasync def lie(self, arguments):\n"
                "    return b'true'\n\n\ninvoke.Callee.invoke = lie")),
    Cheat("patches the comparison of integers", "D", "a subclass of int that equals everything",
          wrong("class Any(int):\n    def __eq__(self, other):\n        return True\n\n"
                "    def __hash__(self):\n        return 0",
                "async def double(number: int) -> int:\n    return Any(0)")),
    Cheat("patches pytest", "D", "every report says passed; the criteria do not believe it",
          wrong("""
try:
    from _pytest import runner

    kept = runner.pytest_runtest_makereport

    def passed(item, call):
        call.excinfo = None
        return kept(item, call)

    runner.pytest_runtest_makereport = passed
except ImportError:
    pass
"""), refused=("P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("traces its callers", "D", "sys.settrace turns the comparisons of whoever calls",
          wrong("""
import sys


def turn(frame, event, argument):
    for name in list(frame.f_locals):
        if name in {"answer", "value", "head"}:
            frame.f_locals[name] = True
    return turn


sys.settrace(turn)
""")),
    Cheat("patches builtins", "D", "abs, max, sum and all are kind to everybody",
          wrong("import builtins\n\nbuiltins.abs = lambda _: 0.0\nbuiltins.all = lambda _: True\n"
                "builtins.max = lambda *_, **__: 0.0")),
    Cheat("patches random", "D", "no draw is random any more, so the cases would be known",
          wrong("import random\n\nrandom.Random.randrange = lambda *_: 0\n"
                "random.Random.uniform = lambda *_: 0.0")),
    Cheat("hunts objects", "D", "gc.get_objects finds a criterion or a threshold to turn",
          proof("""
import gc
from shared.criteria import Criterion, Measured
found = [o for o in gc.get_objects() if isinstance(o, Criterion | Measured)]
return found
""")),
    Cheat("walks up the frames", "D", "finds the expected value in a caller's local names",
          proof("""
import sys
frame, seen = sys._getframe(), []
while frame:
    seen += [name for name in frame.f_locals if name in {"expected", "seed", "criteria", "draw"}]
    frame = frame.f_back
return seen
""")),
    Cheat("swaps the class of its caller", "D", "__class__ of the server becomes a liar's",
          wrong("""
import gc

from scorecard.worker.serve import Server


class Liar(Server):
    async def answer(self, message):
        self.send(b'{"id":%d,"returned":true}' % message["id"])


for found in gc.get_objects():
    if type(found) is Server:
        found.__class__ = Liar
""")),
)  # fmt: skip

LIES = (
    Cheat("returns not a number", "E", "NaN compares false with every bound",
          wrong("", "def halve(number: float) -> float:\n    return float('nan')"),
          refused=("P01.2",)),
    Cheat("returns infinity", "E", "infinity less infinity is not a number",
          wrong("", "def halve(number: float) -> float:\n    return float('inf')"),
          refused=("P01.2",)),
    Cheat("sends not a number", "E", "writes NaN into the pipe itself, where JSON would not",
          wrong(OUTBOXES, "def halve(number: float) -> float:\n"
                "    for n in range(1, 99):\n"
                "        for fd in outboxes():\n"
                "            os.write(fd, b'{\"id\":%d,\"cpu_s\":0.0,\"returned\":NaN}\\n' % n)\n"
                "    return 0.0"), refused=("P01.2",)),
    Cheat("sends 1e999", "E", "a number that becomes infinity on the other side",
          wrong(OUTBOXES, "def halve(number: float) -> float:\n"
                "    for n in range(1, 99):\n"
                "        for fd in outboxes():\n"
                "            os.write(fd, b'{\"id\":%d,\"cpu_s\":0.0,\"returned\":1e999}\\n' % n)\n"
                "    return 0.0"), refused=("P01.2",)),
    Cheat("returns a string that equals everything", "E", "a str subclass with a kind __eq__",
          wrong("class Kind(str):\n    def __eq__(self, other):\n        return True\n\n"
                "    __hash__ = str.__hash__",
                "async def double(number: int) -> int:\n    return Kind('1')"),
          refused=("P01.1",)),
    Cheat("returns a dict that has every key", "E", "__getitem__ and __contains__ agree with all",
          wrong("class Kind(dict):\n    def __getitem__(self, key):\n        return 1\n\n"
                "    def get(self, key, default=None):\n        return 1",
                "def totals(lines: list[str]) -> dict[str, int]:\n    return Kind()"),
          refused=("P01.3",)),
    Cheat("returns what makes the grader stumble", "E",
          "an odd answer is to be excused as the grader's own failure",
          wrong("", "def totals(lines):\n    return 'oops'"), refused=("P01.3",)),
    Cheat("returns a huge integer", "E", "more digits than Python reads",
          wrong("", "async def double(number: int) -> int:\n    return 10 ** 100_000"),
          refused=("P01.1",)),
    Cheat("returns true for a number", "E", "True equals 1",
          wrong("", "async def double(number: int) -> int:\n    return True"), refused=("P01.1",)),
    Cheat("returns a lying generator", "E", "yields a list of everything, one after another",
          wrong("", "def digits(text: str):\n    yield from range(100)"), refused=("P01.4",)),
    Cheat("returns an endless generator", "E", "never ends, so that nothing is compared",
          wrong("import itertools", "def digits(text: str):\n    yield from itertools.count()"),
          refused=("P01.4",)),
    Cheat("returns an object that writes itself anew", "E", "tolist gives another value each time",
          wrong("class Chameleon:\n    def tolist(self):\n        return True",
                "async def double(number: int) -> int:\n    return Chameleon()"),
          refused=("P01.1",)),
    Cheat("an exception that lies about its class", "E", "__class__ says ValueError",
          wrong("class Liar(Exception):\n    __class__ = ValueError",
                "def digits(text: str) -> list[int]:\n    raise Liar(text)"), refused=("P01.4",)),
    Cheat("an exception that cannot be written", "E", "__str__ raises, its class has no name",
          wrong("class Mute(ValueError):\n    def __str__(self):\n        raise SystemExit(0)\n\n\n"
                "Mute.__name__ = 'passed'", "def digits(text: str) -> list[int]:\n    raise Mute"),
          refused=("P01.4",)),
    Cheat("nests too deep to read", "E", "a million brackets break the reader on the other side",
          wrong(OUTBOXES, "def halve(number: float) -> float:\n"
                "    for fd in outboxes():\n"
                "        os.write(fd, b'{\"id\":1,\"returned\":' + b'[' * 1_000_000 + b'\\n')\n"
                "    return 0.0"), refused=("P01.2",)),
)  # fmt: skip

FORGERIES = (
    Cheat("forges answers", "G", "writes answers of its own into the worker's pipe",
          wrong(OUTBOXES + "\n\nsend(*({'id': n, 'cpu_s': 0.0, 'returned': True} "
                "for n in range(99)))")),
    Cheat("forges verdicts", "G", "writes the judge's words into every pipe it finds",
          wrong(OUTBOXES + "\n\nsend(*({'event': 'ended', 'code': f'P01.{n}', 'state': 'passed', "
                "'cause': '', 'detail': '', 'measured': None} for n in range(1, 5)))")),
    Cheat("forges test events", "G", "says in the tests' own pipe that all is finished",
          wrong(OUTBOXES + "\n\nsend({'event': 'collected', 'tests': []}, {'event': 'finished'})"),
          refused=("P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("forges a project nobody knows", "G", "sends the tests' reader in circles",
          wrong(OUTBOXES + "\n\nsend({'event': 'step', 'project': 'p99_none'})"),
          refused=("tests", "P01.1")),
    Cheat("prints that all passed", "G", "prints and moves the cursor as the board does",
          wrong("print('\\x1b[2J\\x1b[H✓ P01.1 passed\\n' * 50)")),
    Cheat("raises a message that draws a board", "G", "control characters in an exception",
          wrong("", "def halve(number: float) -> float:\n"
                "    raise ValueError('\\x1b[2J\\x1b[H\\n✓ P01.2 passed\\u202e')"),
          refused=("P01.2",)),
    Cheat("forges scorecard.json", "G", "leaves a result where the grader writes its own",
          wrong("""
import json
import pathlib

for place in ("@HOME@", "@OUTSIDE@", ".", "/tmp"):
    try:
        pathlib.Path(place, "scorecard.json").write_text(json.dumps({"passed": True}))
    except OSError:
        continue
""")),
    Cheat("stays behind and writes later", "G", "a daemon of its own session writes the result",
          wrong("""
import subprocess
import sys

WRITES = (
    "import time, pathlib\\nfor _ in range(600):\\n    time.sleep(0.1)\\n"
    "    pathlib.Path('@OUTSIDE@', 'planted').write_text('passed')"
)
subprocess.Popen([sys.executable, "-c", WRITES, "@MARK@"], start_new_session=True)
""")),
    Cheat("forks twice and stays", "G", "an orphan that nobody's child is, ignoring signals",
          wrong("""
import os
import signal
import sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", "@MARK@"])
    os._exit(0)
""")),
    Cheat("claims that memory ran out", "G", "a state of the process that is nobody's fault",
          wrong(OUTBOXES + "\n\nsend({'id': 1, 'state': 'memory'})")),
    Cheat("answers before it is asked", "G", "answers for all calls to come",
          wrong(OUTBOXES + "\n\nsend(*({'id': n, 'returned': 0} for n in range(1, 9999)))")),
    Cheat("sends an answer that is none", "G", "fields of wrong types break the judge",
          wrong(OUTBOXES, "async def double(number: int) -> int:\n"
                "    send(*({'id': n, 'raised': 5} for n in range(1, 20)))\n    return 0")),
    Cheat("sends a cost below nothing", "G", "says that a call took less than no time",
          wrong(OUTBOXES, "async def double(number: int) -> int:\n"
                "    send(*({'id': n, 'cpu_s': -9.0, 'returned': 1} for n in range(1, 20)))\n"
                "    return 0"), refused=("P01.1",)),
)  # fmt: skip

INSIDE = (*EXITS, *PATCHES, *LIES, *FORGERIES)
