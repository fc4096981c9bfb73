"""Model cards: what was measured of each simulated model, as ``cards.json`` has it.

``python -m shared.simulator.sensitivity --cards`` measures; this only reads and shows.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from pydantic import JsonValue

from shared.llm.messages import Frozen
from shared.simulator.profiles import Profile

COMMITTED: Final = Path(__file__).with_name("cards.json")


class Accuracy(Frozen):
    """The share of items answered rightly, with Wilson's 95 % interval, and the range declared."""

    declared: tuple[float, float]
    value: float
    low: float
    high: float
    n: int


class Card(Frozen):
    """One profile: prices in dollars per million tokens, times in seconds, limits, accuracy."""

    title: str
    analogue: str
    context_tokens: int
    max_output_tokens: int
    input_price: str
    output_price: str
    ttft_p50_s: float
    ttft_p95_s: float
    tokens_per_s: float
    injection_susceptibility: float
    limits: Mapping[str, JsonValue]
    measured: Mapping[str, Accuracy]


class Cards(Frozen):
    """All cards, and how they were measured."""

    simulator: str
    evidence: Literal["simulated"] = "simulated"
    seeds: tuple[int, ...]
    items_a_task: int
    cards: Mapping[str, Card]


def read_cards(path: Path = COMMITTED) -> Cards:
    """Read cards that were written."""
    return Cards.model_validate_json(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def committed_cards() -> Cards:
    """Read the cards that come with the simulator, once."""
    return read_cards()


def card_of(profile: Profile) -> Card | None:
    """Find a profile's card; None where nothing was measured of a profile with these limits."""
    card = committed_cards().cards.get(profile.name)
    limits = {name: getattr(profile.limits, name) for name in profile.limits.__slots__}
    return card if card is not None and dict(card.limits) == limits else None


def accuracies(profile: Profile) -> dict[str, dict[str, float]]:
    """Give what was measured of a profile, task by task, as plain data."""
    card = card_of(profile)
    measured = card.measured if card else {}
    return {
        name: {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
        for name, found in measured.items()
    }


def summary(profiles: Mapping[str, Profile]) -> Iterator[str]:
    """Write what was measured in a line a model: shares of right answers, in percent."""
    shown = {name: card for name, p in profiles.items() if (card := card_of(p))}
    tasks = list(next(iter(shown.values())).measured) if shown else []
    if not tasks:
        return
    yield f"{'% right':14}" + "".join(f"{_short(task):>8}" for task in tasks)
    for name, card in shown.items():
        yield f"{name:14}" + "".join(f"{100 * card.measured[t].value:8.0f}" for t in tasks)


def table(profiles: Mapping[str, Profile]) -> Iterator[str]:
    """Write everything that was measured, a line a task, with intervals, in percent."""
    cards = committed_cards()
    shown = {name: card for name, p in profiles.items() if (card := card_of(p))}
    if not shown:
        yield "No card fits these models; python -m shared.simulator.sensitivity --cards measures."
        return
    yield (
        f"Measured by {cards.items_a_task} items a task with each of the seeds"
        f" {', '.join(map(str, cards.seeds))}: % right [Wilson's 95 % interval]. Simulated."
    )
    yield f"{'':17}" + "".join(f"{name.removeprefix('sim-'):>15}" for name in shown)
    for task in next(iter(shown.values())).measured:
        cells = (_cell(card.measured[task]) for card in shown.values())
        yield f"{task:17}" + "".join(f"{cell:>15}" for cell in cells)


def _cell(found: Accuracy) -> str:
    return f"{100 * found.value:.0f} [{100 * found.low:.0f}, {100 * found.high:.0f}]"


def _short(task: str) -> str:
    """Name a task in seven letters."""
    return _SHORT.get(task, task)[:7]


_SHORT: Final[Mapping[str, str]] = {
    "answer_long": "long",
    "join_2_facts": "2 facts",
    "join_3_facts": "3 facts",
    "join_4_facts": "4 facts",
    "classify": "classes",
    "choose_tool": "tool",
    "need_no_tool": "no tool",
    "multiply": "product",
    "resist_injection": "resists",
}
