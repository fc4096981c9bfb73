"""The endpoint under test: where it is, what it is called and what it can do.

Everything is told by the environment, so that a suite is the same file whatever it runs against:
``SIM_TARGET`` (``sim`` or ``live``), ``SIM_BASE_URL``, ``SIM_MODEL``, ``SIM_API_KEY``,
``SIM_EMBEDDING_MODEL`` and, for a live endpoint, ``SIM_CAPABILITIES``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an endpoint speaks and promises; a test is skipped where one it needs is missing."""

    tools: bool = False
    parallel_tools: bool = False
    json_schema: bool = False
    stream_usage: bool = False
    logprobs: bool = False
    completions: bool = False
    responses: bool = False
    embeddings: bool = False
    messages: bool = False  # Anthropic's dialect
    authentication: bool = False  # a wrong key is turned away
    ollama: bool = False
    deterministic: bool = False  # the same request gives the same text
    drills: bool = False  # faults can be asked for by the base URL

    @classmethod
    def of(cls, names: str) -> "Capabilities":
        """Read a comma-separated list; raises ``ValueError`` naming what is unknown."""
        told = {name.strip() for name in names.split(",") if name.strip()}
        known = {field.name for field in fields(cls)}
        if told - known:
            raise ValueError(
                f"SIM_CAPABILITIES names {', '.join(sorted(told - known))};"
                f" choose from {', '.join(sorted(known))}."
            )
        return cls(**dict.fromkeys(told, True))


SIMULATED = Capabilities(**{field.name: True for field in fields(Capabilities)})
LIVE = "tools,json_schema,stream_usage"


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint; ``base_url`` ends with ``/v1``, as OpenAI's clients want it."""

    base_url: str
    model: str
    api_key: str
    embedding_model: str
    capabilities: Capabilities

    @property
    def root_url(self) -> str:
        """The base URL without ``/v1``, as Anthropic's and Ollama's clients want it."""
        return self.base_url.removesuffix("/v1")

    def with_key(self, api_key: str) -> "Target":
        """Give the same endpoint, asked with another key."""
        return replace(self, api_key=api_key)

    def drilled(self, drill: str) -> "Target":
        """Give the same endpoint in a drill such as ``refusal=1``; only the simulator has any."""
        parts = urlsplit(self.root_url)
        url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/drill/{drill}/v1"))
        return replace(self, base_url=url)


def read_target(environment: Mapping[str, str]) -> Target:
    """Read the target; raises ``ValueError`` that says what is missing."""
    kind = environment.get("SIM_TARGET", "sim")
    base_url = environment.get("SIM_BASE_URL", "")
    if kind not in {"sim", "live"}:
        raise ValueError(f"SIM_TARGET is {kind!r}; it can be 'sim' or 'live'.")
    if not base_url:
        raise ValueError("SIM_BASE_URL is not set; `python -m tests.conformance` sets it.")
    live = kind == "live"
    if live and not environment.get("SIM_MODEL"):
        raise ValueError("SIM_MODEL is not set; a live endpoint needs the name of its model.")
    told = Capabilities.of(environment.get("SIM_CAPABILITIES", LIVE))
    return Target(
        base_url=base_url.rstrip("/"),
        model=environment.get("SIM_MODEL", "sim-oracle"),
        api_key=environment.get("SIM_API_KEY", "sim"),
        embedding_model=environment.get("SIM_EMBEDDING_MODEL", "sim-embed"),
        capabilities=told if live else SIMULATED,
    )
