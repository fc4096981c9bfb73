"""What calls cost, in US dollars, from published prices; a price nobody published is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.llm.messages import Usage

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; without a price for cached ones they cost as input."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None

    def cost(self, usage: Usage) -> Decimal:
        """Price a call's tokens."""
        cached_price = self.input if self.cached is None else self.cached
        fresh = usage.input_tokens - usage.cached_tokens
        total = fresh * self.input + usage.cached_tokens * cached_price
        return (total + usage.output_tokens * self.output) / MILLION


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by model: your own first, then those published for the server at ``base_url``.

    With no ``base_url`` the provider is guessed from the model's name, which would price a model
    that you host yourself as if a vendor served it: pass the URL whenever you know it.
    """

    own: Mapping[str, Price] = field(default_factory=dict)
    base_url: str | None = None

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Price a call; ``None``, never 0, where the model's price or the usage is not known."""
        if usage == Usage():
            return None
        if model in self.own:
            return self.own[model].cost(usage)
        return _published(model, usage, self.base_url)


def _published(model: str, usage: Usage, base_url: str | None) -> Decimal | None:
    # Reading the published table takes longer than most programs need before their first call.
    from genai_prices import Usage as PricedUsage  # noqa: PLC0415
    from genai_prices import calc_price  # noqa: PLC0415

    priced = PricedUsage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        return calc_price(priced, model, provider_api_url=base_url).total_price
    except LookupError:
        return None
