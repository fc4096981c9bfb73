"""Every message is translated, the compiled catalogue is current, and any terminal can show it."""

import io
import re
from pathlib import Path

import pytest

from scorecard.locale import (
    LANGUAGES,
    Language,
    choose_language,
    compiled,
    mark,
    say,
    translator,
    written,
)
from scorecard.locale.catalogue import Message, find_messages, mo_bytes, po_text, read_po
from scorecard.locale.terminal import encode_anything

ROOT = Path(__file__).resolve().parents[3]
OTHERS = LANGUAGES[1:]


@pytest.fixture(scope="module")
def messages() -> dict[Message, str]:
    return find_messages(ROOT)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_none_is_stale(
    language: Language, messages: dict[Message, str]
) -> None:
    known = read_po(written(language).read_text(encoding="utf-8"))

    assert [m.text for m in messages if not all(known.get(m, ("",)))] == []
    assert [m.text for m in known if m not in messages] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_files_are_as_the_command_writes_them(
    language: Language, messages: dict[Message, str]
) -> None:
    text = written(language).read_text(encoding="utf-8")
    known = read_po(text)

    assert text == po_text(language, messages, known)
    assert compiled(language).read_bytes() == mo_bytes(language, known)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_and_commands_of_its_message(language: Language) -> None:
    known = read_po(written(language).read_text(encoding="utf-8"))

    for message, forms in known.items():
        for form, text in zip(forms, (message.text, message.many or message.text), strict=False):
            assert sorted(_values(form)) == sorted(_values(text)), text
            assert sorted(re.findall(r"`[^`]+`", form)) == sorted(re.findall(r"`[^`]+`", text)), (
                text
            )


def _values(text: str) -> list[str]:
    return re.findall(r"\{\w+[^}]*\}", text)


def test_a_sentence_said_far_away_is_translated_where_it_is_shown() -> None:
    told = say("There is no project {name!r}.", name="p99")

    assert told == "There is no project 'p99'."
    assert translator("pt-BR")(told) == "Não existe o projeto 'p99'."


def test_a_sentence_inside_another_is_translated_too() -> None:
    inner = say("{n} GB free", n="3")

    assert translator("pt-BR")("{model} answers", model=inner) == "3 GB livres responde"


def test_what_no_catalogue_knows_comes_back_as_it_is() -> None:
    assert translator("pt-BR")("Zulu {not a value}") == "Zulu {not a value}"
    assert translator("pt-BR")(mark("")) == ""


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        (None, {}, "en"),
        (None, {"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        (None, {"LC_ALL": "C", "LANG": "pt_BR.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LANG": "pt_BR"}, "pt-BR"),
        ("en", {"LANG": "pt_BR.UTF-8"}, "en"),
        ("pt-BR", {"LANG": "C"}, "pt-BR"),
    ],
)
def test_the_language_is_what_was_asked_for_else_the_locale_s(
    asked: str | None, environment: dict[str, str], language: str
) -> None:
    assert choose_language(asked, environment) == language


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_text_can_be_written_to_any_terminal(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    encode_anything(stream)

    stream.write("✓ ação █░ … 日本")
    stream.flush()

    shown = raw.getvalue().decode(encoding)
    assert shown.startswith(("✓ ação", "+ ação", "+ acao"))
