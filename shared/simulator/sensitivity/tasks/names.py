"""Invented names, so that nothing can be answered but from the prompt."""

from collections.abc import Callable
from random import Random

from shared.simulator.reader.wordlist import words

HEADS = words("Al Bran Cor Dun El Fal Gor Hal Is Jor Kel Lor Mar Nor Or Pel Quin Ros Sal")
MIDDLES = words("a an bi da den e fi ga in ka li mo na o ra ren si ta tho u vi za")
TAILS = words("beck brook by dale field ford gate ham ley mere ness port stow ton wick")
GIVEN = words("Ada Bruno Clara Davi Elsa Fabio Gilda Hugo Irma Joel Kira Lucio Marta Nico")
SURNAMES = words("dran feld gues kov lin mar nes quist ros sen tano vac vel zar")


def places(dice: Random, count: int) -> list[str]:
    """Draw so many different names of places."""
    return _different(count, lambda: _joined(dice, TAILS))


def people(dice: Random, count: int) -> list[str]:
    """Draw so many different people's names."""
    return _different(count, lambda: f"{dice.choice(GIVEN)} {_joined(dice, SURNAMES)}")


def firms(dice: Random, count: int) -> list[str]:
    """Draw so many different companies' names."""
    return _different(count, lambda: f"{_joined(dice, SURNAMES)}ex")


def _joined(dice: Random, tails: tuple[str, ...]) -> str:
    return dice.choice(HEADS) + dice.choice(MIDDLES) + dice.choice(tails)


def _different(count: int, make: Callable[[], str]) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[make()] = None
    return list(found)
