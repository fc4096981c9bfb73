"""Randomness that gives the same bytes on every platform and every Python.

A stream is blake2b in counter mode, keyed by the seed and a path of names. Each part of the world
reads a stream of its own, so a part that is added or drawn longer shifts no other part. Nothing
here uses ``random``, ``hash()``, floats or the order of a set.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

from shared.errors import WorldError

T = TypeVar("T")

_BLOCK = 64
_WORD = 8
_LIMIT = 1 << (8 * _WORD)


class Stream:
    """An endless series of integers and choices, the same for the same seed and path."""

    def __init__(self, seed: int, *path: str | int) -> None:
        # Hexadecimal, because Python refuses to write very large integers in decimal.
        name = "/".join((f"{seed:x}", *map(str, path)))
        self._key = blake2b(name.encode(), digest_size=_BLOCK).digest()
        self._seed, self._path = seed, path
        self._counter, self._words = 0, list[int]()

    def at(self, *path: str | int) -> "Stream":
        """Open the stream of a part of this part."""
        return Stream(self._seed, *self._path, *path)

    def below(self, limit: int) -> int:
        """Draw an integer from 0 up to, not including, ``limit``, without modulo bias."""
        if not 0 < limit <= _LIMIT:
            raise WorldError(f"Nothing can be drawn below {limit}.", advice="Ask for 1 or more.")
        ceiling = _LIMIT - _LIMIT % limit
        while (word := self._word()) >= ceiling:
            continue
        return word % limit

    def between(self, low: int, high: int, step: int = 1) -> int:
        """Draw an integer from ``low`` to ``high``, both included, in steps."""
        return low + step * self.below((high - low) // step + 1)

    def chance(self, percent: int) -> bool:
        """Say yes in ``percent`` of a hundred draws."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of ``choices``."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Draw one of ``choices``, each as often as its whole weight says."""
        left = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        raise AssertionError("weights add up")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return ``items`` in a drawn order (Fisher and Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Draw ``count`` different items, or all of them where there are fewer."""
        return self.shuffled(items)[:count]

    def code(self, length: int, alphabet: str = "23456789ABCDEFGHJKLMNPQRSTVWXYZ") -> str:
        """Draw an identifier; the usual alphabet has no look-alikes (0 O, 1 I, U V)."""
        return "".join(self.pick(alphabet) for _ in range(length))

    def _word(self) -> int:
        if not self._words:
            block = blake2b(self._counter.to_bytes(8, "big"), key=self._key).digest()
            self._counter += 1
            self._words = [
                int.from_bytes(block[at : at + _WORD], "big") for at in range(0, _BLOCK, _WORD)
            ]
        return self._words.pop()
