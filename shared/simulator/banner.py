"""What ``serve`` tells a person: where it is, its models, how to point a client at it."""

from collections.abc import Iterator

from shared.simulator.cards import summary
from shared.simulator.profiles import Profile
from shared.simulator.state import State, commitment

_LOCAL = ("127.0.0.1", "::1", "localhost")


def banner(url: str, host: str, state: State) -> str:
    """Write it all down."""
    return "\n".join(_lines(url, host, state))


def _lines(url: str, host: str, state: State) -> Iterator[str]:
    root = url.removesuffix("/v1")
    yield f"Simulator at {url}"
    yield (
        "Reached from this machine only (loopback)."
        if host in _LOCAL
        else f"Reached from the network: it listens on {host}; whoever can connect may use it."
    )
    told = commitment(state.seed)
    yield f"{state.mode} mode, {state.clock.name} clock, sha256 of the seed {told}"
    yield "It is a simulator: what passes here says nothing about any vendor's model."
    yield ""
    yield "model            context   $ in/out per M   first token  tokens/s  what"
    yield from map(_card, state.profiles.values())
    yield "Prices are simulated dollars; the first token is median to 95th percentile."
    yield ""
    measured = list(summary(state.profiles))
    if measured:
        yield from measured
        yield f"As measured; with intervals: python -m shared.simulator cards, GET {url}/models"
        yield ""
    yield ("Point a client at it" + (":" if state.api_key else " (any key will do):"))
    yield f"  this repository  CAPSTONE_BASE_URL={url} CAPSTONE_MODEL=sim-smart CAPSTONE_API_KEY=x"
    yield f'  openai           OpenAI(base_url="{url}", api_key="sim")'
    yield f'  anthropic        Anthropic(base_url="{root}", api_key="sim")'
    yield f'  langchain        ChatOpenAI(model="sim-smart", base_url="{url}", api_key="sim")'
    yield f'  pydantic-ai      OpenAIProvider(base_url="{url}", api_key="sim")'
    yield f'  llama-index      OpenAILike(model="sim-smart", api_base="{url}", is_chat_model=True)'
    yield f'  litellm          completion("openai/sim-smart", api_base="{url}", api_key="sim")'
    yield f"  ollama           OLLAMA_HOST={root}"
    yield f'  curl             curl {url}/chat/completions -H "content-type: application/json" \\'
    yield '                     -d \'{"model": "sim-fast", "messages": [{"role": "user",'
    yield '                          "content": "Ana lives in Porto. Where does Ana live?"}]}\''
    yield ""
    yield f"Faults by URL: {root}/drill/refusal=0.3,error_500=0.1/v1"
    yield "  (python -m shared.simulator drills lists them)"
    if state.mode == "practice":
        yield f"Calls of one caller: base URL {root}/tag/NAME/v1, then GET"
        yield f"  {root}/sim/ledger?tag=NAME"
    yield "Ctrl-C stops it."


def _card(profile: Profile) -> str:
    prices = f"{profile.input_price}/{profile.output_price}"
    first = f"{profile.ttft_p50_s:g}-{profile.ttft_p95_s:g} s"
    context = f"{profile.context_tokens:,}"
    return (
        f"{profile.name:14}{context:>10}{prices:>17}{first:>14}{profile.tokens_per_s:>10g}"
        f"  {profile.title}"
    )
