"""Every brief has the same headings, tells the criteria as the code has them, in two languages."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scorecard.catalog.read import read_project
from scorecard.catalog.translated import read_translation, translation_file
from scorecard.evals.expected import criteria_file, expected_criteria
from scorecard.learn.briefs import renewed
from scorecard.learn.guide import brief_name
from scorecard.locale import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = sorted(file.parent for file in ROOT.glob("projects/*/project.toml"))
OTHERS = LANGUAGES[1:]
DOCUMENTS = [ROOT / "docs" / "portfolio.md"]
HEADINGS = {
    "en": [
        "The skill, and why it is paid for",
        "What you will build",
        "Prerequisites and hours",
        "The tasks",
        "How it is graded",
        "Where the fashionable technique does not help",
        "Hints",
        "How to run it against a real model",
        "Further reading",
    ],
    "pt-BR": [
        "A habilidade, e por que ela é paga",
        "O que você vai construir",
        "Pré-requisitos e horas",
        "As tarefas",
        "Como é avaliado",
        "Onde a técnica da moda não ajuda",
        "Dicas",
        "Como rodar com um modelo de verdade",
        "Leituras",
    ],
}
every_project = pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_project
@every_language
def test_a_brief_has_the_same_headings_in_the_same_order(folder: Path, language: Language) -> None:
    found = [title for title, _ in _sections(_read(folder, language))]

    assert [title for title in found if title in HEADINGS[language]] == HEADINGS[language]


@every_project
@every_language
def test_the_table_of_criteria_is_as_the_code_has_it(folder: Path, language: Language) -> None:
    text = _read(folder, language)

    assert renewed(text, folder, language) == text, "run `python -m scorecard briefs`"


@every_project
@every_language
def test_every_task_stands_in_the_table_of_tasks(folder: Path, language: Language) -> None:
    project = read_project(folder / "project.toml")
    tasks = dict(_sections(_read(folder, language)))[HEADINGS[language][3]]

    functions = [task.function for task in project.tasks]  # type: ignore[union-attr]  # it can be read

    assert [function for function in functions if f"`{function}`" not in tasks] == []


@every_project
@pytest.mark.parametrize("language", OTHERS)
def test_every_title_and_hint_is_translated(folder: Path, language: Language) -> None:
    project, words = read_project(folder / "project.toml"), read_translation(folder, language)
    codes = {check.code for check in expected_criteria(criteria_file(folder))}

    assert words is not None, f"write {translation_file(folder, language).name}"
    told = [(len(task.hints), task.title) for task in words.tasks]
    asked = [(len(task.hints), task.title) for task in project.tasks]  # type: ignore[union-attr]  # it can be read
    assert [count for count, _ in told] == [count for count, _ in asked]
    assert not {title for _, title in told} & {title for _, title in asked}
    assert words.criteria.keys() == codes


@pytest.mark.parametrize(
    "file", [*(p / "README.md" for p in PROJECTS), ROOT / "README.md", *DOCUMENTS]
)
@pytest.mark.parametrize("language", OTHERS)
def test_both_languages_say_the_same_numbers_under_the_same_headings(
    file: Path, language: Language
) -> None:
    english = _sections(file.read_text(encoding="utf-8"))
    other = _sections(file.with_suffix(f".{language}.md").read_text(encoding="utf-8"))

    assert len(english) == len(other)
    for (title, told), (_, told_there) in zip(english, other, strict=True):
        assert _numbers(told) == _numbers(told_there), title


def _read(folder: Path, language: Language) -> str:
    return (folder / brief_name(language)).read_text(encoding="utf-8")


def _sections(text: str) -> list[tuple[str, str]]:
    """Split by headings of the second level, without what a command wrote or a machine reads."""
    generated = re.sub(r"<!-- (\w+):begin -->.*?<!-- \1:end -->", "", text, flags=re.DOTALL)
    prose = re.sub(r"```.*?```", "", generated, flags=re.DOTALL)
    parts = re.split(r"^## (.+)$", prose, flags=re.MULTILINE)
    return list(zip(["", *parts[1::2]], parts[0::2], strict=True))


def _numbers(text: str) -> Counter[str]:
    """Count the numbers; 1,5 and 1.5 are one, as are 10,240 and 10.240."""
    visible = re.sub(r"\]\([^)]*\)", "]", text)
    return Counter(re.sub(r"[.,]", "", found) for found in re.findall(r"\d(?:[\d.,]*\d)?", visible))
