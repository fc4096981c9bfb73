"""Prompts are files with a version, and their places are filled exactly."""

from pathlib import Path

import pytest

from projects.p02_structured_outputs import prompts
from projects.p02_structured_outputs.prompts import PromptError, render


def test_a_value_is_put_in_its_place() -> None:
    assert "<mail>\nR$ 5 {x} %%\n</mail>" in render("extract_user", 1, mail="R$ 5 {x} %%")


@pytest.mark.parametrize("values", [{}, {"mial": "x"}, {"mail": "x", "more": "y"}])
def test_values_that_do_not_fit_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="mail"):
        render("extract_user", 1, **values)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(PromptError, match=r"reask\.v99\.md"):
        render("reask", 99)


def test_every_prompt_file_has_a_version_and_no_place_left_open() -> None:
    for file in Path(prompts.__file__).parent.glob("*.md"):
        name, version, _ = file.name.split(".")

        assert version.startswith("v")
        assert name
