"""How long an answer takes: log-normal waits, prefill by the token, tokens that come in bursts."""

from functools import lru_cache
from hashlib import shake_128
from math import exp, log
from statistics import NormalDist
from typing import Final

from shared.llm.messages import Usage
from shared.simulator.dice import Dice
from shared.simulator.plan import Call, Timing
from shared.simulator.profiles import Profile

_Z95: Final = 1.6448536269514722
_NORMAL: Final = NormalDist()
_QUANTILES: Final = 256
_UNIT: Final = 2.0**-53
_WORD: Final = 8
_PLAIN: Final = b"latency\x1f0\x1f0"
BURST: Final = 0.3
"""The share of tokens that arrive together with the one before."""
SLOW_FACTOR: Final = 20.0
"""How many times slower a stream in the drill ``slow_stream`` crawls."""


def timing(profile: Profile, dice: Dice, call: Call, usage: Usage, pieces: int) -> Timing:
    """Draw the waits of one answer of so many ``pieces``.

    The first token waits for the queue, the model's overhead (log-normal through the profile's
    median and 95th percentile), the prompt and the hidden reasoning.
    """
    drill = call.drill
    labels = ("latency", *call.attempt)
    drawn = dice.bytes(_WORD + max(0, pieces - 1), *labels)
    queue = _queue(profile, dice, drill["load"], labels) if "load" in drill else 0.0
    slow = "slow_stream" in drill and dice.chance(drill["slow_stream"], *labels, "slow")
    pace = SLOW_FACTOR / profile.tokens_per_s if slow else 1.0 / profile.tokens_per_s
    waits = _gaps(profile.itl_sigma, pace)
    return Timing(
        ttft_s=queue
        + _overhead(profile, drawn)
        + profile.prefill_s_per_token * usage.input_tokens
        + usage.reasoning_tokens / profile.tokens_per_s,
        gaps_s=tuple([waits[byte] for byte in drawn[_WORD:]]),
        queue_s=queue,
    )


def plain_timing(
    profile: Profile, dice: Dice, tokens: int, reasoning: int, pieces: int
) -> tuple[float, float]:
    """Draw what ``timing`` does where there is no drill: seconds to the first token and the last.

    ``tokens`` are the prompt's, ``reasoning`` the hidden ones.
    """
    drawn = shake_128(dice.written(_PLAIN, 32)).digest(_WORD + max(0, pieces - 1))
    waits = _gaps(profile.itl_sigma, 1.0 / profile.tokens_per_s)
    first = (
        _overhead(profile, drawn)
        + profile.prefill_s_per_token * tokens
        + reasoning / profile.tokens_per_s
    )
    return first, first + sum([waits[byte] for byte in drawn[_WORD:]])


def _overhead(profile: Profile, drawn: bytes) -> float:
    """Draw the model's own wait before its first token."""
    sigma = log(profile.ttft_p95_s / profile.ttft_p50_s) / _Z95
    uniform = (int.from_bytes(drawn[:_WORD], "big") >> 11 or 1) * _UNIT
    return profile.ttft_p50_s * exp(sigma * _NORMAL.inv_cdf(uniform))


def _queue(profile: Profile, dice: Dice, load: float, labels: tuple[str | int, ...]) -> float:
    """Draw the wait in an M/M/1 queue at this load; the mean service is the median first token."""
    if dice.uniform(*labels, "queued") >= load:
        return 0.0
    return -log(1.0 - dice.uniform(*labels, "queue")) * profile.ttft_p50_s / (1.0 - load)


@lru_cache(maxsize=256)
def _gaps(sigma: float, mean_s: float) -> tuple[float, ...]:
    """List 256 equally likely gaps: a share of bursts, then the quantiles of a log-normal."""
    together = round(BURST * _QUANTILES)
    rest = _QUANTILES - together
    shape = [exp(sigma * _NORMAL.inv_cdf((number + 0.5) / rest)) for number in range(rest)]
    scale = mean_s * _QUANTILES / sum(shape)
    return (0.0,) * together + tuple(scale * value for value in shape)
