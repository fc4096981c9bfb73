"""A true token bucket, and the memory of requests seen before; both bounded."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Generic, TypeVar

V = TypeVar("V")
MAX_REMEMBERED: Final = 50_000


@dataclass(slots=True)
class TokenBucket:
    """Lets ``rate`` requests a second pass, ``burst`` at once; ``level`` is as of ``at``."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Take one token; returns 0, or how many seconds to wait for one."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)
        if self.level >= 1.0:
            self.level -= 1.0
            return 0.0
        return (1.0 - self.level) / self.rate if self.rate > 0 else 3_600.0


class Bounded(Generic[V]):
    """A mapping that forgets what was used longest ago."""

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: OrderedDict[bytes | str, V] = OrderedDict()

    def get(self, key: bytes | str) -> V | None:
        """Look a key up."""
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def put(self, key: bytes | str, value: V) -> None:
        """Remember a value."""
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > MAX_REMEMBERED:
            self._items.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()


class Occurrences:
    """Counts how often the very same request came before.

    Equal requests are exchangeable, so it does not matter which of them was first: the answers to
    all of them together are the same in any order.
    """

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: Bounded[int] = Bounded()

    def count(self, scope: str, body: bytes) -> int:
        """Count this one; returns how many came before it."""
        key = blake2b(body, key=blake2b(scope.encode()).digest(), digest_size=16).digest()
        before = self._seen.get(key) or 0
        self._seen.put(key, before + 1)
        return before

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()
