"""Drills: named faults with their rates, and which of them strikes one call.

A drill is a mapping such as ``{"refusal": 0.3, "malformed_json": 0.1}``. Faults that exclude each
other are drawn once together, so each has exactly its rate and the rates may not add to more than
one. What only changes how an answer comes about is drawn by itself.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.errors import ConfigurationError
from shared.simulator.dice import Dice
from shared.simulator.plan import Fault

INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "error_429": "429 with Retry-After, by chance",
        "error_500": "500 server error",
        "error_502": "502 with an HTML page, as proxies send it",
        "overloaded_529": "529 overloaded",
        "timeout": "no answer for ten minutes (504 on the virtual clock)",
    }
)
CONTENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "refusal": "the model declines",
        "content_filter": "the provider's filter cuts the answer off",
        "truncation": "the answer stops in the middle with finish reason length",
        "hallucination": "the reader's invented answer in place of its own, where it has one",
        "schema_violation": "one of the next five, whichever the schema lets be a violation",
        "malformed_json": "text that no JSON parser takes",
        "wrong_enum": "a value outside its enum",
        "wrong_type": "a value of another type",
        "extra_key": "a key the schema does not know",
        "missing_key": "a required key left out",
    }
)
CUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clean_cut": "the stream ends without a finish reason (no stream: the connection closes)",
        "tcp_cut": "the connection is reset in mid-stream",
        "stream_error": "an error event in mid-stream (no stream: 500)",
    }
)
BESIDE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "slow_stream": "tokens come 20 times slower",
        "nondeterminism": "asking the same again gives another sample",
    }
)
LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "injection": "susceptibility to instructions in data, in place of the profile's",
        "load": "utilisation of the queue before the model, below 1",
        "rate_limit": "requests a second that a token bucket refills; over it 429 with Retry-After",
        "rate_burst": "requests the bucket holds (default: the rate, at least one)",
        "prompt_cache": "seconds, up to a day, for which the beginning of a prompt stays cached",
    }
)
MOST: Final[Mapping[str, float]] = MappingProxyType(
    {"rate_limit": 1_000_000.0, "rate_burst": 1_000_000.0, "prompt_cache": 86_400.0}
)
"""What levels may be at most, where that is not 1."""
EXCLUSIVE: Final = (*INSTEAD, *CONTENT, *CUTS)
DRILLS: Final[Mapping[str, str]] = MappingProxyType(
    {**INSTEAD, **CONTENT, **CUTS, **BESIDE, **LEVELS}
)
STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {"error_429": 429, "error_500": 500, "error_502": 502, "overloaded_529": 529, "timeout": 504}
)
VIOLATIONS: Final = ("malformed_json", "wrong_enum", "wrong_type", "extra_key", "missing_key")
RETRY_AFTER_S: Final = 1.0
TIMEOUT_S: Final = 600.0


def check_drill(drill: Mapping[str, float]) -> Mapping[str, float]:
    """Return the drill if it can be run; raises ``ConfigurationError`` saying what is wrong."""
    for name, rate in drill.items():
        if name not in DRILLS:
            raise ConfigurationError(
                f"There is no drill {name!r}.", advice=f"Choose from {', '.join(DRILLS)}."
            )
        limit = MOST.get(name, 1.0)
        if not 0.0 <= rate <= limit or (name == "load" and rate >= 1.0):
            raise ConfigurationError(
                f"The drill {name}={rate:g} is out of range.", advice=f"{name}: {DRILLS[name]}."
            )
    if sum(drill.get(name, 0.0) for name in EXCLUSIVE) > 1.0 + 1e-9:
        raise ConfigurationError(
            "The rates of faults that exclude each other add to more than 1.",
            advice="Lower them; a call suffers at most one of them.",
        )
    return drill


def parse_drill(text: str) -> Mapping[str, float]:
    """Read ``refusal=0.3,malformed_json=0.1``; raises ``ConfigurationError``."""
    drill: dict[str, float] = {}
    for item in text.split(","):
        name, _, rate = item.partition("=")
        try:
            drill[name] = float(rate)
        except ValueError:
            raise ConfigurationError(
                f"The drill {item!r} is not a name and a rate.",
                advice="Write it as in refusal=0.3,malformed_json=0.1.",
            ) from None
    return check_drill(drill)


def write_drill(drill: Mapping[str, float]) -> str:
    """Write a drill the way ``parse_drill`` reads it."""
    return ",".join(f"{name}={rate!r}" for name, rate in sorted(drill.items()))


def strike(drill: Mapping[str, float], dice: Dice) -> Fault | None:
    """Draw the one fault, if any, that this call suffers."""
    if not drill:
        return None
    left = dice.uniform("strike")
    for name in EXCLUSIVE:
        rate = drill.get(name, 0.0)
        if left < rate:
            return _fault(name)
        left -= rate
    return None


def _fault(name: str) -> Fault:
    status = STATUS.get(name)
    return Fault(name, status=status, retry_after_s=RETRY_AFTER_S if status == 429 else None)
