"""Let calls in at the rate a drill allows, and say when they come."""

from collections.abc import Mapping
from hashlib import blake2b
from math import ceil, isfinite, nan

from shared.simulator.address import Address
from shared.simulator.bucket import TokenBucket
from shared.simulator.clock import Clock
from shared.simulator.dialects.errors import ApiError
from shared.simulator.dice import Dice, run_key
from shared.simulator.drills import INSTEAD, strike
from shared.simulator.ledger import Entry
from shared.simulator.plan import Fault
from shared.simulator.state import State
from shared.simulator.wire import Exchange, Header


def request_time(clock: Clock, exchange: Exchange) -> float:
    """Say when a call comes: when its client says, else by the server's clock."""
    told = exchange.headers.get(b"x-sim-now")
    if told is None:
        return clock.elapsed()
    try:
        now = float(told)
    except ValueError:
        now = nan
    if not (isfinite(now) and now >= 0):
        raise ApiError(400, "The header x-sim-now must be a number of seconds.")
    return now


def admit(
    state: State, address: Address, drill: Mapping[str, float], now: float
) -> tuple[Header, ...]:
    """Take a token from the bucket of this drill; raises ``ApiError`` 429 when it is empty."""
    rate = drill.get("rate_limit")
    if rate is None:
        return ()
    bucket = state.buckets.get(address.scope)
    if bucket is None:
        burst = max(1.0, drill.get("rate_burst", rate))
        bucket = TokenBucket(rate=rate, burst=burst, level=burst, at=now)
        state.buckets.put(address.scope, bucket)
    wait = bucket.take(now)
    told = {
        "x-ratelimit-limit-requests": str(int(bucket.burst)),
        "x-ratelimit-remaining-requests": str(int(bucket.level)),
        "x-ratelimit-reset-requests": f"{wait:.3f}s",
    }
    if wait > 0:
        raise limited(wait, told)
    return tuple((name.encode(), value.encode()) for name, value in told.items())


def strike_instead(
    state: State, exchange: Exchange, address: Address, drill: Mapping[str, float], entry: Entry
) -> Fault | None:
    """Draw the error, if any, that comes in place of an answer that is no chat."""
    if not drill:
        return None
    told = exchange.headers.get(b"x-stainless-retry-count", b"0").decode("latin-1")
    before = state.occurrences.count(f"{address.scope}\x1f{told}", entry.body)
    dice = Dice(run_key(state.seed)).sub(entry.dialect, entry.key, told, before)
    fault = strike({name: rate for name, rate in drill.items() if name in INSTEAD}, dice)
    entry.fault = fault.name if fault is not None else ""
    return fault


def call_key(state: State, body: bytes) -> str:
    """Name a call that is no chat: a keyed hash of its body."""
    return blake2b(body, key=run_key(state.seed), digest_size=12).hexdigest()


def limited(wait_s: float, headers: Mapping[str, str] | None = None) -> ApiError:
    """Say how long to wait."""
    return ApiError(
        429,
        f"Rate limit reached for requests. Please try again in {wait_s:.3f}s.",
        code="rate_limit_exceeded",
        headers={
            "retry-after": str(ceil(wait_s)),
            "retry-after-ms": str(ceil(wait_s * 1000)),
            **(headers or {}),
        },
    )
