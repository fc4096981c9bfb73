"""A prompt file is read with care, and one that cannot be is one sentence."""

from pathlib import Path

import pytest

from projects.p01_prompting.given import prompt_files
from projects.p01_prompting.given.prompt_files import PromptError


@pytest.mark.parametrize("name", ["nothing", "../answer", "answer/v1", ""])
def test_an_unknown_prompt_is_refused_by_name(name: str) -> None:
    with pytest.raises(PromptError, match="There is no prompt"):
        prompt_files.load(name, 1)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(PromptError, match="version 9"):
        prompt_files.load("answer", 9)


@pytest.mark.parametrize("text", ["- a list", "messages: []", "{", "description: x\nmore: y"])
def test_a_broken_file_is_one_sentence(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "v1.yaml").write_text(text)
    monkeypatch.setattr(prompt_files, "FOLDER", tmp_path)

    with pytest.raises(PromptError, match="cannot be read"):
        prompt_files.load.__wrapped__("broken", 1)


def test_every_prompt_can_be_read_and_says_what_it_is_for() -> None:
    files = sorted(prompt_files.FOLDER.glob("*/v*.yaml"))

    assert files
    assert all(
        prompt_files.load(file.parent.name, int(file.stem.removeprefix("v"))).description
        for file in files
    )
