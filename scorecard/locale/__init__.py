"""Say things in the reader's language: English, or Brazilian Portuguese.

Whatever talks to a person takes a translator, called ``t`` everywhere: so messages are found::

    t = translator(choose_language(asked.lang))
    t("Nothing is open.")                              # a message of the catalogue
    t("{done} of {all} tasks are yours", done=1, all=2)  # values by name, as in str.format
    t.plural("{n} task", "{n} tasks", 3)               # chosen by n, which is also a value
    t.language                                         # "en" or "pt-BR", for <html lang>

What is said far from the reader (an error, a title in a constant) is written in English with
``say(template, **values)`` or ``mark(text)``. Both return a plain ``str`` for the log and the JSON,
which ``t`` translates where it is shown: ``t(error.happened)``. A text that no catalogue knows
comes back as it is.

``python -m scorecard.locale`` brings the catalogue up to date after a message changed.
"""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self, TypeAlias

Language: TypeAlias = Literal["en", "pt-BR"]

FOLDER = Path(__file__).parent
DOMAIN = "scorecard"
LANGUAGES: tuple[Language, ...] = ("en", "pt-BR")
ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")


class Said(str):
    """An English sentence that remembers its template and values, for ``t`` to translate."""

    __slots__ = ("filled", "template")

    template: str
    filled: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        """Fill in the template."""
        said = super().__new__(cls, template.format(**values) if values else template)
        said.template, said.filled = template, values
        return said


def say(template: str, **values: object) -> Said:
    """Write a sentence in English that ``t`` can translate later."""
    return Said(template, values)


def mark(text: str) -> str:
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


class Translator:
    """Turns English messages into one language."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language: Language = language
        self._catalogue = catalogue

    def __call__(self, text: str, /, **values: object) -> str:
        """Translate ``text`` and fill in its values."""
        if isinstance(text, Said):
            return self(text.template, **{**text.filled, **values})
        if not text:
            return ""  # gettext keeps its own header under the empty message
        found = self._catalogue.gettext(text)
        told = {name: self(v) if isinstance(v, Said) else v for name, v in values.items()}
        return found.format(**told) if told else found

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate the form that goes with ``n``."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)


ENGLISH = Translator("en", gettext.NullTranslations())


@cache
def translator(language: Language = "en") -> Translator:
    """Return the translator into ``language``."""
    if language == "en":
        return ENGLISH
    with compiled(language).open("rb") as file:
        return Translator(language, gettext.GNUTranslations(file))


def choose_language(
    asked: str | None = None, environment: Mapping[str, str] | None = None
) -> Language:
    """Choose what was asked for; else what the locale says; else English."""
    known = os.environ if environment is None else environment
    wanted = asked or next((known[name] for name in ASKED if known.get(name)), "")
    return "pt-BR" if wanted.lower().startswith("pt") else "en"


def written(language: Language) -> Path:
    """Say where the translations into ``language`` are written."""
    return FOLDER / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(language: Language) -> Path:
    """Say where they stand in the form that is read."""
    return written(language).with_suffix(".mo")
