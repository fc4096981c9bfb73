"""What a cheat is: a submission that is wrong, and what must not come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.redteam.exercise import EXERCISES, PLAIN

CLASSES = {
    "A": "edit, replace or delete tests and graders",
    "B": "configuration and plug-ins",
    "C": "process exit, skip, xfail",
    "D": "patching inside the process",
    "E": "lying values",
    "F": "reading the answer",
    "G": "forging the result",
    "H": "other code than one sees",
    "I": "learnt answers",
    "J": "resources",
    "K": "attacking the host",
    "L": "cheating with models and data",
}

WRONG = '''
async def double(number: int) -> int:
    """Double a number."""
    return 0


def halve(number: float) -> float:
    """Halve a number."""
    return 0.0


def totals(lines: list[str]) -> dict[str, int]:
    """Add up lines."""
    return dict.fromkeys((line.split()[0] for line in lines), 0)


def digits(text: str) -> list[int]:
    """Read numbers."""
    return []
'''
"""The four functions, all of them wrong."""

PROOF = '''
def attack() -> object:
    """Return something true where the attack worked."""
{attack}


try:
    WON = bool(attack())
except BaseException:
    WON = False


async def double(number: int) -> int:
    """Double a number, where the attack worked."""
    return 2 * number if WON else 0


def halve(number: float) -> float:
    """Halve a number, where the attack worked."""
    return number / 2 if WON else 0.0


def totals(lines: list[str]) -> dict[str, int]:
    """Add up lines, where the attack worked."""
    found: dict[str, int] = {{}}
    for line in lines if WON else []:
        name, amount = line.split()
        found[name] = found.get(name, 0) + int(amount)
    return found


def digits(text: str) -> list[int]:
    """Read numbers, where the attack worked."""
    return [int(part) for part in text.split(",")] if WON else []
'''
"""Work that is right exactly where an attack on its surroundings has worked."""

Change = Callable[[dict[str, Any]], None]
Build = Callable[[Path, Path], None]
"""Prepares a repository, given its folder and a folder outside where nothing may appear."""


@dataclass(frozen=True)
class Cheat:
    """One cheat.

    ``work`` replaces the module, ``files`` are added to the project's folder, ``above`` to the
    repository's root. ``change`` turns an honest claim into a false one, ``build`` prepares a whole
    repository; these two go through ``scorecard verify``. ``refused`` are the checks that must not
    be reported as passed, or of a claim, what must be named as not holding.
    """

    name: str
    letter: str
    tries: str
    work: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    slug: str = PLAIN
    refused: tuple[str, ...] = ()
    change: Change | None = None
    build: Build | None = None

    @property
    def must_not_pass(self) -> tuple[str, ...]:
        """The checks that reject it: all criteria of its project where nothing else is said."""
        return self.refused or EXERCISES[self.slug].codes

    @property
    def verified(self) -> bool:
        """Whether it goes through ``scorecard verify`` as a whole."""
        return self.change is not None or self.build is not None


def proof(attack: str, head: str = "") -> str:
    """Write work that is right exactly where ``attack``, the body of a function, works."""
    lines = "\n".join(f"    {line}" if line else "" for line in attack.strip("\n").splitlines())
    return f'"""Four small functions."""\n\n{head}\n{PROOF.format(attack=lines)}'


def wrong(head: str = "", tail: str = "") -> str:
    """Write work that is wrong, with something before and after it."""
    return f'"""Four small functions."""\n\n{head}\n{WRONG}\n{tail}\n'
