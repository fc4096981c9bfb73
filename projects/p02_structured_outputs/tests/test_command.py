"""The command: what it prints, and with which exit code."""

import io
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from projects.p02_structured_outputs import __main__ as program
from shared.llm.model import ChatModel
from shared.settings import Settings


def run(
    monkeypatch: pytest.MonkeyPatch, *words: str, given: bytes = b"", **environment: str
) -> int:
    monkeypatch.setattr(sys, "argv", ["p02", *words])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
    for name in ("CAPSTONE_BASE_URL", "CAPSTONE_MODEL", "CAPSTONE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return program.main()


def test_a_mail_becomes_json(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scripted: Any,
    mail: str,
    payload: dict[str, Any],
) -> None:
    model = scripted(json.dumps(payload))

    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[ChatModel]:
        yield model

    monkeypatch.setattr(program, "connect", connect)
    code = run(monkeypatch, "extract", given=mail.encode())

    printed = json.loads(capsys.readouterr().out)
    assert (code, printed["kind"]) == (0, "extracted")
    assert printed["extraction"]["requests"][0]["order_id"] == "ZX-1234567"
    assert mail.strip() in model.asked[0].messages[-1].text


@pytest.mark.parametrize(("given", "said"), [(b" \n", "no mail"), (b"\xff\xfe", "not UTF-8")])
def test_what_is_no_mail_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: bytes, said: str
) -> None:
    code = run(monkeypatch, "extract", given=given)

    assert code == 2
    assert said in capsys.readouterr().err


def test_a_model_that_cannot_be_reached_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mail: str
) -> None:
    code = run(monkeypatch, "extract", given=mail.encode(), CAPSTONE_MODEL="no-such-model")

    assert code == 2
    assert "CAPSTONE_" in capsys.readouterr().err
