"""The composition root: from settings to a model, ready to be talked to.

The only module that knows how the parts of this package fit together.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import HttpUrl, SecretStr

from shared.errors import ConfigurationError
from shared.llm.deadline import DeadlineModel
from shared.llm.ledger import Ledger, LedgerModel
from shared.llm.limit import LimitedModel
from shared.llm.model import ChatModel
from shared.llm.prices import Price, PriceList
from shared.llm.retry import RetryBudget, RetryingModel, RetryPolicy
from shared.settings import Settings

OFFICIAL = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
NO_KEY = "no-key"
CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection may take; see the wrappers of the same names."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    max_in_flight: int = 16
    deadline_s: float = 60.0


@asynccontextmanager
async def connect(
    settings: Settings,
    *,
    ledger: Ledger | None = None,
    limits: Limits | None = None,
    budget: RetryBudget | None = None,
) -> AsyncIterator[ChatModel]:
    """Open the model that the settings name; close it at the end.

    Starts the simulator where no server is named. For several models at one server, or several
    connections to one simulator, enter ``serving`` first and pass on the settings it gives.
    """
    limits = limits or Limits()
    own = simulated_prices() if settings.model.startswith("sim-") else {}
    async with serving(settings) as served, provider(served, timeout_s=limits.deadline_s) as model:
        retrying = RetryingModel(
            LimitedModel(
                DeadlineModel(model, seconds=limits.deadline_s), max_in_flight=limits.max_in_flight
            ),
            policy=limits.retry,
            budget=budget,
        )
        prices = PriceList(own=own, base_url=str(served.base_url))
        yield LedgerModel(retrying, Ledger() if ledger is None else ledger, prices=prices)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Settings]:
    """See that a server stands behind the settings, and give them with its ``base_url`` set."""
    if not settings.simulated:
        yield settings.model_copy(update={"base_url": _base_url(settings)})
        return
    from shared.simulator.server import running  # noqa: PLC0415 - live models need no simulator

    async with running(home=settings.home) as base_url:
        # The simulator wants no key, so a real one stays here.
        yield settings.model_copy(update={"base_url": HttpUrl(base_url), "api_key": None})


def _base_url(settings: Settings) -> HttpUrl:
    if settings.base_url is not None:
        return settings.base_url
    if settings.api_key is None:
        raise ConfigurationError(
            f"CAPSTONE_MODEL names {settings.model}, which is not one of the simulated models.",
            advice="Set CAPSTONE_API_KEY, or CAPSTONE_BASE_URL for a server of your own; "
            "or unset CAPSTONE_MODEL to use the simulator.",
        )
    return HttpUrl(OFFICIAL[settings.dialect])


@asynccontextmanager
async def provider(settings: Settings, *, timeout_s: float = 60.0) -> AsyncIterator[ChatModel]:
    """Open the bare model at ``settings.base_url``, without any wrapper."""
    key = read_key(settings.api_key)
    url = str(_base_url(settings)).rstrip("/")
    opened = _anthropic if settings.dialect == "anthropic" else _openai
    async with opened(settings.model, url, key, timeout_s) as model:
        yield model


def read_key(secret: SecretStr | None) -> str:
    """Take the key out of its wrapping, if it can be sent as a header at all."""
    key = NO_KEY if secret is None else secret.get_secret_value().strip()
    if not key.isascii() or not key.isprintable() or not key:
        raise ConfigurationError(
            "CAPSTONE_API_KEY is empty or holds characters that no key has.",
            advice="Copy the key again, without quotes or line breaks.",
        )
    return key


@asynccontextmanager
async def _openai(name: str, url: str, key: str, timeout_s: float) -> AsyncIterator[ChatModel]:
    # Each client takes long to import, so only the one in use is.
    from openai import AsyncOpenAI, Timeout  # noqa: PLC0415

    from shared.llm.loopback import loopback_client  # noqa: PLC0415
    from shared.llm.openai_model import OpenAIModel  # noqa: PLC0415

    timeout = Timeout(timeout_s, connect=CONNECT_S)
    async with AsyncOpenAI(
        api_key=key,
        base_url=url,
        max_retries=0,
        timeout=timeout,
        http_client=loopback_client(url, timeout),
    ) as client:
        official = client.base_url.host.endswith((".openai.com", ".azure.com"))
        yield OpenAIModel(
            client, name, limit_field="max_completion_tokens" if official else "max_tokens"
        )


@asynccontextmanager
async def _anthropic(name: str, url: str, key: str, timeout_s: float) -> AsyncIterator[ChatModel]:
    from anthropic import AsyncAnthropic, Timeout  # noqa: PLC0415

    from shared.llm.anthropic_model import AnthropicModel  # noqa: PLC0415
    from shared.llm.loopback import loopback_client  # noqa: PLC0415

    timeout = Timeout(timeout_s, connect=CONNECT_S)
    async with AsyncAnthropic(
        api_key=key,
        base_url=url.removesuffix("/v1"),  # this client adds the version to every path
        max_retries=0,
        timeout=timeout,
        http_client=loopback_client(url, timeout),
    ) as client:
        yield AnthropicModel(client, name)


def simulated_prices() -> Mapping[str, Price]:
    """Read the prices that the simulated models publish."""
    from shared.simulator.profiles import PROFILES  # noqa: PLC0415 - only simulated models need it

    return {
        name: Price(
            input=profile.input_price, output=profile.output_price, cached=profile.cached_price
        )
        for name, profile in PROFILES.items()
    }
