"""What people do with the standard library, in their own words: the other half of its index.

Documentation says what a symbol does; a question says what somebody needs. Two files close the gap:
``uses.tsv`` holds short jobs (``name, English, Portuguese``), ``situations.tsv`` tells of needs and
avoids the symbol's own words (``name, language, phrase``). Both were written once, by language
models, the second by ones that had seen no question, and are data like the docstrings.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from importlib import resources
from typing import Literal

from shared.llm.messages import Frozen


class Situation(Frozen):
    """A need told in everyday words."""

    language: Literal["en", "pt"]
    text: str


class Expansion(Frozen):
    """What is known of a symbol beside its documentation."""

    uses: tuple[str, ...] = ()
    usos: tuple[str, ...] = ()
    situations: tuple[Situation, ...] = ()


def read_expansions() -> dict[str, Expansion]:
    """Read both files, by symbol."""
    found = {
        name: Expansion(uses=_phrases(english), usos=_phrases(portuguese))
        for name, english, portuguese in _rows("uses.tsv")
    }
    told: dict[str, list[Situation]] = {}
    for name, language, text in _rows("situations.tsv"):
        told.setdefault(name, []).append(
            Situation.model_validate({"language": language, "text": text})
        )
    for name, situations in told.items():
        known = found.get(name, Expansion())
        found[name] = known.model_copy(update={"situations": tuple(situations)})
    return found


def inherited(
    expansions: Mapping[str, Expansion], bases: Mapping[str, Sequence[str]], known: Container[str]
) -> dict[str, Expansion]:
    """Give what is told of an inherited method to the method itself.

    People say ``configparser.ConfigParser.read``; it is defined, and known, by the class's base.
    """
    found = dict(expansions)
    for name, expansion in expansions.items():
        owner, _, method = name.rpartition(".")
        homes = (f"{base}.{method}" for base in bases.get(owner, ()))
        home = next((home for home in homes if home in known), None)
        if name not in known and home is not None:
            found[home] = joined([found.get(home, Expansion()), expansion])
    return found


def joined(expansions: Iterable[Expansion]) -> Expansion:
    """Join what is known under the several names of one object; the first name's uses count."""
    known = list(expansions)
    first = next((one for one in known if one.uses), Expansion())
    told = dict.fromkeys(situation for one in known for situation in one.situations)
    return first.model_copy(update={"situations": tuple(told)})


def _rows(name: str) -> Iterable[list[str]]:
    text = resources.files(__package__).joinpath(f"data/{name}").read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line)


def _phrases(cell: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in cell.split(", ") if phrase.strip())
