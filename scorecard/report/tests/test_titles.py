"""Titles are in the reader's language, and what has none there says that it is English."""

from pathlib import Path

from scorecard.place import GRADER_ROOT
from scorecard.report.page.render import Context, page_text
from scorecard.report.result import Scorecard
from scorecard.report.titles import in_language, translated

ENGLISH = "Unknown keys, missing keys and other types are refused"
PORTUGUESE = "Chaves desconhecidas, chaves que faltam e outros tipos são recusados"


def titles(card: Scorecard) -> set[str]:
    return {check.title for check in card.checks}


def test_a_criterion_is_named_in_the_readers_language(card: Scorecard) -> None:
    told = in_language(card, GRADER_ROOT, "pt-BR")

    assert ENGLISH in titles(card)
    assert PORTUGUESE in titles(told)
    assert not titles(card) & titles(told)


def test_nothing_but_titles_changes(card: Scorecard) -> None:
    told = in_language(card, GRADER_ROOT, "pt-BR")

    assert [(c.code, c.state, c.measured) for c in told.checks] == [
        (c.code, c.state, c.measured) for c in card.checks
    ]


def test_a_project_of_elsewhere_keeps_its_titles(card: Scorecard, tmp_path: Path) -> None:
    told = in_language(card, tmp_path, "pt-BR")

    assert ENGLISH in titles(told)
    assert ENGLISH not in translated(card, told)


def test_the_page_marks_as_english_what_is_english(card: Scorecard, tmp_path: Path) -> None:
    ours = page_text(card, Context(language="pt-BR", root=GRADER_ROOT))
    theirs = page_text(card, Context(language="pt-BR", root=tmp_path))

    assert f"<span>{PORTUGUESE}</span>" in ours
    assert f'<span lang="en">{ENGLISH}</span>' in theirs
