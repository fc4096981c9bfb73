"""The model family: every profile that ships, and how to find one."""

import math
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from shared.errors import ConfigurationError
from shared.simulator.profile import FEATURES, Control, Curve, Limits, Profile

__all__ = ["FAST", "PROFILES", "SMART", "Curve", "Limits", "Profile", "profile_named"]


def _noise(bias: float, *weights: float) -> Curve:
    return Curve(bias, MappingProxyType(dict(zip(FEATURES, weights, strict=True))))


UNLIMITED = Limits(
    attention_tokens=1_000_000,
    middle_weight=1.0,
    candidates=10_000,
    hops=6,
    reasoned_hops=8,
    matching="synonyms",
    vocabulary=1.0,
    tools=10_000,
    depth=32,
    digits=100,
    abstains=1.0,
    abstention=0.30,
    correlation=1.0,
    caution=1.0,
)
SILENT = Curve(-math.inf)


def _profile(
    name: str,
    title: str,
    analogue: str,
    *,
    context: int,
    prices: tuple[str, str, str],
    ttft: tuple[float, float],
    speed: float,
    injection: float,
    limits: Limits = UNLIMITED,
    noise: Curve = SILENT,
    control: Control = "",
    reasons: bool = False,
    dimensions: int = 0,
) -> Profile:
    return Profile(
        name=name,
        title=title,
        context_tokens=context,
        max_output_tokens=min(context, 16_384),
        input_price=Decimal(prices[0]),
        output_price=Decimal(prices[1]),
        cached_price=Decimal(prices[2]),
        ttft_p50_s=ttft[0],
        ttft_p95_s=ttft[1],
        prefill_s_per_token=0.00002,
        tokens_per_s=speed,
        itl_sigma=0.35,
        injection_susceptibility=injection,
        limits=limits,
        noise=noise,
        analogue=analogue,
        control=control,
        reasons=reasons,
        dimensions=dimensions,
    )


NANO = _profile(
    "sim-nano",
    "smallest",
    "gpt-5-nano, 3B open models",
    context=8_192,
    prices=(".05", ".40", ".005"),
    ttft=(0.45, 1.1),
    speed=140,
    injection=0.30,
    limits=Limits(
        attention_tokens=1_000,
        middle_weight=0.45,
        candidates=24,
        hops=1,
        reasoned_hops=2,
        matching="words",
        vocabulary=0.70,
        tools=4,
        depth=3,
        digits=2,
        abstains=0.35,
        abstention=0.30,
        correlation=0.3,
        caution=0.0,
        tool_fit=0.30,
        neighbours=1.4,
    ),
    noise=_noise(-2.9, 1.2, 0.9, 0.9, 0.8, 1.0, 0.6, 1.4, 2.0),
)
FAST = _profile(
    "sim-fast",
    "small and quick",
    "gpt-4o-mini",
    context=16_384,
    prices=(".15", ".60", ".075"),
    ttft=(0.65, 1.1),
    speed=105,
    injection=0.35,
    limits=Limits(
        attention_tokens=3_000,
        middle_weight=0.65,
        candidates=80,
        hops=1,
        reasoned_hops=3,
        matching="stems",
        vocabulary=0.90,
        tools=10,
        depth=5,
        digits=3,
        abstains=0.70,
        abstention=0.30,
        correlation=0.4,
        caution=0.65,
        neighbours=1.2,
    ),
    noise=_noise(-3.7, 1.0, 0.8, 0.8, 0.6, 0.8, 0.5, 1.8, 2.0),
)
SMART = _profile(
    "sim-smart",
    "all-round",
    "gpt-4.1, claude-sonnet",
    context=128_000,
    prices=("2", "8", ".50"),
    ttft=(0.75, 2.2),
    speed=80,
    injection=0.20,
    limits=Limits(
        attention_tokens=16_000,
        middle_weight=0.85,
        candidates=600,
        hops=2,
        reasoned_hops=4,
        matching="synonyms",
        vocabulary=1.0,
        tools=32,
        depth=8,
        digits=4,
        abstains=0.92,
        abstention=0.30,
        correlation=0.5,
        caution=0.74,
    ),
    noise=_noise(-5.0, 0.8, 0.6, 0.6, 0.5, 0.6, 0.4, 1.0, 2.0),
)
LARGE = _profile(
    "sim-large",
    "largest",
    "claude-opus, gpt-6-astra",
    context=1_000_000,
    prices=("5", "25", ".50"),
    ttft=(1.1, 3.0),
    speed=50,
    injection=0.25,
    limits=Limits(
        attention_tokens=64_000,
        middle_weight=0.92,
        candidates=2_000,
        hops=3,
        reasoned_hops=5,
        matching="synonyms",
        vocabulary=1.0,
        tools=64,
        depth=12,
        digits=5,
        abstains=0.96,
        abstention=0.30,
        correlation=0.6,
        caution=0.78,
    ),
    noise=_noise(-5.6, 0.7, 0.5, 0.5, 0.4, 0.5, 0.3, 0.8, 2.0),
)
REASONER = _profile(
    "sim-reasoner",
    "thinks before it answers",
    "o-series, gpt-6-sol",
    context=256_000,
    prices=("2", "10", ".20"),
    ttft=(2.5, 6.0),
    speed=60,
    injection=0.10,
    limits=Limits(
        attention_tokens=32_000,
        middle_weight=0.88,
        candidates=1_000,
        hops=5,
        reasoned_hops=5,
        matching="synonyms",
        vocabulary=1.0,
        tools=64,
        depth=12,
        digits=8,
        abstains=0.95,
        abstention=0.30,
        correlation=0.7,
        caution=0.87,
    ),
    noise=_noise(-5.6, 0.7, 0.5, 0.5, 0.4, 0.5, 0.3, 0.8, 2.0),
    reasons=True,
)


def _control(name: str, title: str, control: Control, dimensions: int = 0) -> Profile:
    embeds = control == "embedding"
    return _profile(
        name,
        title,
        "text-embedding-3-small" if embeds else "",
        context=256 if embeds else 1_000_000,
        prices=(".02", "0", "0") if embeds else ("0", "0", "0"),
        ttft=(0.01, 0.02),
        speed=1_000,
        injection=0.0,
        control=control,
        dimensions=dimensions,
    )


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            NANO,
            FAST,
            SMART,
            LARGE,
            REASONER,
            _control("sim-null", "control: valid shape, random content", "null"),
            _control("sim-oracle", "control: the reader without limits or slips", "oracle"),
            _control("sim-embed", "embeddings", "embedding", dimensions=384),
        )
    }
)


def profile_named(name: str) -> Profile:
    """Find a profile; raises ``ConfigurationError`` that lists those there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ConfigurationError(
            f"There is no simulated model {name!r}.", advice=f"Choose one of {', '.join(PROFILES)}."
        ) from None
