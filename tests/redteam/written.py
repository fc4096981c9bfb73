"""What cheats and honest people append to the modules of p02."""

PATCHED_PYDANTIC = """

import pydantic
import pydantic_core


class _Equal(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = str.__hash__


pydantic.BaseModel.__eq__ = lambda self, other: True
_dump = pydantic.TypeAdapter.dump_json
pydantic.TypeAdapter.dump_json = lambda self, value, **more: _dump(self, value).replace(
    b"[]", b'[{"path":"","reason":""}]')
pydantic_core.to_json = lambda *_, **__: b"true"


def lint(schema: JsonObject) -> list[Problem]:
    return [Problem.model_construct(path=_Equal("/"), reason=_Equal(""))]
"""
PATCHED_WORKER = """

import json as _json
import scorecard.worker.serve as _serve

_serve.Server.send = lambda self, line: __import__("os").write(
    self._outbox, line.replace(b'"raised"', b'"returned"') + b"\\n")
_json.dumps = lambda *_, **__: "true"


def lint(schema: JsonObject) -> list[Problem]:
    raise AssertionError("passed")
"""
LAZY = """

class _Late(list):
    def __iter__(self): return iter([Problem(path="", reason="")])
    def __len__(self): return 1
    def __bool__(self): return False
    def __eq__(self, other): return True
    __hash__ = None


def lint(schema: JsonObject) -> list[Problem]:
    return _Late()
"""
LAST_CALL = """

_last: list[object] = [None]


def _apart(old, new, path=""):
    if type(old) is not type(new):
        return [path]
    if isinstance(old, dict):
        if old.keys() != new.keys() or any(
            old[k] != new[k] for k in old if not isinstance(old[k], (dict, list))
            or k in ("required", "enum")
        ):
            return [path]
        return [p for k in old for p in _apart(old[k], new[k], f"{path}/{k}")]
    if isinstance(old, list):
        return [p for i, (a, b) in enumerate(zip(old, new)) for p in _apart(a, b, f"{path}/{i}")]
    return []


def lint(schema: JsonObject) -> list[Problem]:
    import copy

    before, _last[0] = _last[0], copy.deepcopy(schema)
    if before is None or list(before["properties"]) != list(schema["properties"]):
        return []
    return [Problem(path=p, reason="changed") for p in _apart(before, schema)][:1]
"""
TURNS = """

_turn = [False]


def accepts(schema: JsonObject, text: str) -> bool:
    _turn[0] = not _turn[0]
    return _turn[0]
"""
COUNTED = """

_calls = [0]


def check(payload: JsonObject, mail: str) -> list[Problem]:
    _calls[0] += 1
    return [Problem(path="", reason="early")] if _calls[0] <= 100 else []
"""
COUNTED_CHANGES = (
    LAST_CALL.partition("def lint")[0]
    + """
_calls = [0]


def breaking_changes(old: JsonObject, new: JsonObject) -> list[Problem]:
    _calls[0] += 1
    if (_calls[0] - 1) % 21 >= 11:
        return []
    return [Problem(path=p, reason="changed") for p in _apart(old, new)][:1]
"""
)
KNOWN_WORLDS = '''

_KNOWN: dict[str, object] = {}


def _worlds() -> dict[str, object]:
    from shared.world.world import draw as draw_world

    for seed in range(32):
        for email in draw_world(seed).draw_emails(60):
            _KNOWN[email.text] = email.truth
    return _KNOWN


async def extract(mail: str, model: ChatModel, max_tokens: int = MAX_TOKENS) -> Outcome:
    """Answer from worlds that were drawn beforehand, and never ask."""
    truth = (_KNOWN or _worlds()).get(mail)
    if truth is None:
        return Refused(text="", calls=0)
    plain = truth.model_dump(mode="json")
    plain["version"] = "2"
    for request in plain["requests"]:
        request["quote"] = mail[:40]
    return Extracted(extraction=Extraction.model_validate(plain, strict=False), doubts=(), calls=1)
'''
CRASHES = """

import os as _os


def parse_extraction(reply: str) -> Extraction:
    try:
        return parse(reply, TypeAdapter(Extraction))
    except Exception:
        forged = b'{"id":1,"raised":["ContractError"],"message":""}\\n'
        _os.write(int(_os.environ.get("SCORECARD_OUTBOX", "1")), forged)
        raise SystemExit(0)
"""
GRANDCHILDREN = """

import os as _os
import time as _time

_honest_follow = follow
_time.process_time = lambda: 0.0


def follow(document: str, cuts: list[int]) -> list[list[Change]]:
    here, there = _os.pipe()
    if _os.fork() == 0:
        if _os.fork() == 0:
            _os.setsid()
            for _ in range(4 * len(cuts) * len(cuts)):
                pass
            _os.write(there, b"x")
        _os._exit(0)
    _os.close(there)
    _os.wait()
    _os.read(here, 1)
    _os.close(here)
    return _honest_follow(document, cuts)
"""
FORGOTTEN = """

import os as _os
import signal as _signal
import time as _time

_honest_follow = follow


def follow(document: str, cuts: list[int]) -> list[list[Change]]:
    try:
        _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    except OSError:
        pass
    if _os.fork() == 0:
        for _ in range(4 * len(cuts) * len(cuts)):
            pass
        _os._exit(0)
    try:
        _os.wait()
    except ChildProcessError:
        pass
    return _honest_follow(document, cuts)
"""
SLOWER = """

import functools as _functools
import time as _time


def _slowly(function):
    @_functools.wraps(function)
    def slow(*given, **named):
        _time.sleep(0.004)
        return function(*given, **named)

    return slow


lint, breaking_changes = _slowly(lint), _slowly(breaking_changes)
"""
CHATTY = """

import logging as _logging
import sys as _sys

print("validation is loaded; P02.5a failed")
_logging.basicConfig(level=_logging.DEBUG)
_logging.getLogger(__name__).warning("an honest word")
_sys.stderr.write("x" * 200_000)
"""
THREADED = """

import asyncio as _asyncio
import functools as _functools

_straight = follow


@_functools.wraps(_straight)
async def follow(document, cuts):
    return await _asyncio.to_thread(_straight, document, cuts)
"""
OTHERS = """

import numpy as _numpy
import yaml as _yaml

_one = _yaml.safe_load("one: 1")["one"] + int(_numpy.zeros(1)[0])
_by_hand = problems


def problems(extraction: Extraction, mail: str) -> list[Problem]:
    return list(_by_hand(extraction, mail)) * _one
"""
