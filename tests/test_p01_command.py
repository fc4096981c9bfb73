"""The command: what it prints, with which exit code, and that a live model is marked as one."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from projects.p01_prompting.__main__ import main
from projects.p01_prompting.ablation import Row
from projects.p01_prompting.given.png import save_png
from shared.errors import ConfigurationError
from shared.simulator.server import running

VARIABLES = ("CAPSTONE_BASE_URL", "CAPSTONE_MODEL", "CAPSTONE_API_KEY")


def run(monkeypatch: pytest.MonkeyPatch, *words: str, **environment: str) -> int:
    monkeypatch.setattr(sys, "argv", ["p01", *words])
    monkeypatch.setenv("COLUMNS", "110")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return main()


def test_an_ablation_shows_a_real_endpoint_beside_the_simulated_and_marks_it_live(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "cost.png"
    few = ("--items", "3", "--profiles", "sim-reasoner", "--strategies", "zero_shot,decompose")
    words = ("ablation", *few, "--png", str(picture))

    async def remote() -> int:
        async with running(seed=3, home=tmp_path) as url:
            live = {"CAPSTONE_BASE_URL": url, "CAPSTONE_MODEL": "sim-smart"}
            return await anyio.to_thread.run_sync(lambda: run(monkeypatch, *words, **live))

    code = anyio.run(remote)

    printed = capsys.readouterr().out
    assert code == 0
    assert "sim-reasoner (simulated), 3 items" in printed
    assert "sim-smart (LIVE, a real model), 3 items" in printed
    assert all(printed.count(f" {name} ") >= 2 for name in ("zero_shot", "decompose"))
    assert printed.count("Choose zero_shot") == 2
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        save_png([Row(model="m", strategy="zero_shot", right=(True,))], tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ablation", "--profiles", "gpt-9"), "no simulated model 'gpt-9'"),
        (("ablation", "--strategies", "guess"), "no strategy 'guess'"),
        (("ablation", "--strategies", ","), "names none"),
        (("ablation", "--items", "2"), "--items is 2"),
        (("ablation", "--png", "/no/such/folder/a.png"), "no folder"),
        (("prompt", "nothing"), "no prompt 'nothing'"),
        (("prompt", "route", "message"), "NAME=VALUE"),
        (("prompt", "route", "message=x"), "lacks queues"),
    ],
)
def test_bad_input_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    code = run(monkeypatch, *words)

    assert code == 2
    assert said in capsys.readouterr().err


def test_a_live_model_that_cannot_be_reached_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--items", "3", "--profiles", "", "--strategies", "zero_shot")
    code = run(monkeypatch, "ablation", *words, CAPSTONE_MODEL="no-such-model")

    assert code == 2
    assert "CAPSTONE_" in capsys.readouterr().err


def test_a_prompt_is_shown_as_the_model_gets_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(monkeypatch, "prompt", "route", "message=Where is it?", "queues=a, b")

    assert code == 0
    assert "--- system" in capsys.readouterr().out


def test_the_project_loads_nothing_heavy() -> None:
    code = (
        "import sys, projects.p01_prompting.__main__, projects.p01_prompting.given.picture\n"
        "print([m for m in ('matplotlib', 'langgraph', 'llama_index', 'onnxruntime') "
        "if m in sys.modules])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
