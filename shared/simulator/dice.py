"""Chance without state: every draw is a keyed hash of what it is drawn for.

Two equal requests get equal draws whatever came before, in whatever order and however many at once.
Content, latency, faults and log-probabilities draw from separate sub-streams, so turning a fault
on never changes a text, nor does a slower model.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b, shake_128
from itertools import count
from json import JSONEncoder
from statistics import NormalDist
from struct import unpack
from typing import TypeAlias, TypeVar

from shared.llm.messages import ToolCall, ToolResult
from shared.simulator.plan import Call

T = TypeVar("T")
Octets: TypeAlias = bytes
"""For use within ``Dice``, where ``bytes`` is a method."""
Knobs: TypeAlias = tuple[float | None, float | None, int | None, int]

_UNIT = 2.0**-53
_NORMAL = NormalDist()
_UNIFORMS_A_DIGEST = 8
_CANONICAL = JSONEncoder(sort_keys=True, separators=(",", ":"))


class Dice:
    """Draws named by labels: ``dice.uniform("abstain", 3)`` is always the same number.

    ``difficulty`` draws are shared by all models (and temperatures) asked the same thing, so that a
    better model is better item by item; the other draws are the model's own.
    """

    __slots__ = ("_item_key", "_key")

    def __init__(self, key: bytes, item_key: bytes | None = None) -> None:
        self._key = key
        self._item_key = key if item_key is None else item_key

    def sub(self, *labels: str | int) -> "Dice":
        """Derive independent dice."""
        text = _written(labels)
        return Dice(
            blake2b(text, key=self._key, digest_size=32).digest(),
            blake2b(text, key=self._item_key, digest_size=32).digest(),
        )

    def uniform(self, *labels: str | int) -> float:
        """Draw from [0, 1)."""
        return _unit(_digest(self._key, labels, 8))

    def difficulty(self, *labels: str | int) -> float:
        """Draw from [0, 1), the same for every model."""
        return _unit(_digest(self._item_key, labels, 8))

    def chance(self, probability: float, *labels: str | int) -> bool:
        """Draw a yes with this probability."""
        return self.uniform(*labels) < probability

    def choice(self, items: Sequence[T], *labels: str | int) -> T:
        """Draw one of ``items``; raises ``IndexError`` when there are none."""
        return items[int(self.uniform(*labels) * len(items))]

    def normal(self, *labels: str | int) -> float:
        """Draw from the standard normal distribution."""
        return _NORMAL.inv_cdf(max(self.uniform(*labels), _UNIT))

    def uniforms(self, *labels: str | int) -> Iterator[float]:
        """Draw an endless sequence from [0, 1)."""
        key = _digest(self._key, labels, 32)
        for block in count():
            digest = blake2b(block.to_bytes(8, "big"), key=key).digest()
            for word in unpack(f">{_UNIFORMS_A_DIGEST}Q", digest):
                yield (word >> 11) * _UNIT

    def normals(self, *labels: str | int) -> Iterator[float]:
        """Draw an endless sequence from the standard normal distribution."""
        inverse = _NORMAL.inv_cdf
        for uniform in self.uniforms(*labels):
            yield inverse(uniform or _UNIT)

    def bytes(self, number: int, *labels: str | int) -> bytes:
        """Draw so many bytes."""
        return shake_128(_digest(self._key, labels, 32)).digest(number)

    def written(self, label: Octets, number: int) -> Octets:
        """Draw up to 64 bytes for a label that is written already: what is hashed as it stands."""
        return blake2b(label, key=self._key, digest_size=number).digest()

    def hex(self, *labels: str | int) -> str:
        """Draw 48 hexadecimal digits, for ids."""
        return _digest(self._key, labels, 24).hex()


def _digest(key: bytes, labels: tuple[str | int, ...], size: int) -> bytes:
    return blake2b(_written(labels), key=key, digest_size=size).digest()


def _written(labels: tuple[str | int, ...]) -> bytes:
    return "\x1f".join(map(str, labels)).encode("utf-8", "surrogatepass")


def _unit(digest: bytes) -> float:
    return (int.from_bytes(digest, "big") >> 11) * _UNIT


@lru_cache(maxsize=8)
def run_key(seed: int | bytes) -> bytes:
    """Turn a run's seed into a key."""
    raw = seed if isinstance(seed, bytes) else str(seed).encode()
    return blake2b(raw, digest_size=32, person=b"sim-run").digest()


def call_dice(seed: int | bytes, call: Call) -> Dice:
    """Make the dice of one call from the run's seed and the canonical request.

    What is transport (streaming, users, metadata, headers, retries, drills) is no part of it, nor
    are token limits: a shorter answer is the beginning of the longer one.
    """
    asked = call.request
    knobs = (asked.temperature, asked.top_p, asked.seed, call.index)
    return _seeded(seed, canonical(call), call.model, knobs)


def text_dice(seed: int | bytes, words: Iterable[str], model: str, knobs: Knobs) -> Dice:
    """Make the dice of a call that is nothing but turns of text: ``words`` are roles and texts.

    They are those that ``call_dice`` makes; ``knobs`` are temperature, top_p, seed and index.
    """
    said = ",".join(map(_CANONICAL.encode, words))
    return _seeded(seed, f'[[{said}],[],"",null,[],true]'.encode(), model, knobs)


def _seeded(seed: int | bytes, item: bytes, model: str, knobs: Knobs) -> Dice:
    item_key = blake2b(item, key=run_key(seed), digest_size=32)
    own_key = item_key.copy()
    own_key.update(f"\x1e{model}\x1e{knobs}".encode())
    return Dice(own_key.digest(), item_key.digest())


def canonical(call: Call) -> bytes:
    """Write what is asked, apart from who is asked and how, in one canonical form.

    Call ids are replaced by their order of appearance, for clients that make up random ones.
    """
    request = call.request
    order: dict[str, str] = {}
    messages: list[object] = []
    for message in request.messages:
        messages.append(message.role.value)
        for part in message.parts:
            if isinstance(part, ToolCall):
                name = order.setdefault(part.id, str(len(order)))
                messages.append(("call", name, part.name, part.arguments))
            elif isinstance(part, ToolResult):
                name = order.setdefault(part.call_id, str(len(order)))
                messages.append(("result", name, part.text, part.is_error))
            elif part.kind == "text":
                messages.append(part.text)
            else:
                messages.append((part.kind, part.media_type, blake2b(part.data).hexdigest()))
    schema = request.response_schema
    body = (
        messages,
        [(tool.name, tool.description, tool.parameters) for tool in request.tools],
        request.tool_choice if request.tools else "",
        (schema.name, schema.json_schema, schema.strict) if schema else None,
        request.stop,
        call.parallel_tool_calls,
    )
    return _CANONICAL.encode(body).encode()
