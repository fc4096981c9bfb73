"""Everything one running simulator holds: its seed, its models, and what it remembers of calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from shared.connection import REQUEST_TIMEOUT_S
from shared.simulator.bucket import Bounded, Occurrences, TokenBucket
from shared.simulator.clock import Clock
from shared.simulator.ledger import Ledger
from shared.simulator.oracle import Truths
from shared.simulator.profiles import Profile
from shared.simulator.promptcache import PromptCache
from shared.simulator.respond import Reader
from shared.simulator.scenario import Scenario

if TYPE_CHECKING:
    from shared.embeddings.model import Embedder

VERSION: Final = "1"
Mode: TypeAlias = Literal["practice", "exam"]


class Told(NamedTuple):
    """What every answer of one profile says of its server."""

    fingerprint: str
    headers: tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class State:
    """One run of the simulator.

    In ``exam`` mode the seed is secret: its commitment is published, what would reveal it or the
    calls is closed, except to a grader who shows ``grader_token``. Where there are ``grants``, an
    address (its tag and drill) is good for the one model it was handed out for, and no other for
    any: so nobody asks a better model, outside the drill, or where nobody counts.
    """

    seed: int | bytes
    clock: Clock
    profiles: Mapping[str, Profile]
    read: Reader
    embedder: Callable[[], Awaitable["Embedder"]]
    mode: Mode = "practice"
    drill: Mapping[str, float] = field(default_factory=dict)
    scenario: Scenario | None = None
    api_key: str = ""
    grader_token: str = ""
    request_timeout_s: float = REQUEST_TIMEOUT_S
    stopping: bool = False
    grants: dict[str, str] | None = None
    ledger: Ledger = field(default_factory=Ledger)
    truths: Truths = field(default_factory=Truths)
    occurrences: Occurrences = field(default_factory=Occurrences)
    buckets: Bounded[TokenBucket] = field(default_factory=Bounded)
    prompts: PromptCache = field(default_factory=PromptCache)
    _told: dict[str, Told] = field(default_factory=dict)

    def told(self, profile: Profile) -> Told:
        """Say, for headers and bodies, which run and which version of a profile answers."""
        told = self._told.get(profile.name)
        if told is None:
            told = self._told[profile.name] = Told(
                fingerprint(profile),
                (
                    (b"x-sim-version", VERSION.encode()),
                    (b"x-sim-profile", profile.name.encode()),
                    (b"x-sim-run", commitment(self.seed)[:16].encode()),
                    (b"x-sim-clock", self.clock.name.encode()),
                ),
            )
        return told

    def drill_at(self, elapsed_s: float, own: Mapping[str, float]) -> Mapping[str, float]:
        """Join the server's drill, the scenario's phase and a call's own; the latter win."""
        if self.scenario is None and not self.drill:
            return own
        phase = self.scenario.drill_at(elapsed_s) if self.scenario else {}
        return {**self.drill, **phase, **own}

    def forget(self) -> None:
        """Forget every call."""
        self.ledger.clear()
        self.occurrences.clear()
        self.buckets.clear()
        self.prompts.clear()
        self.truths.clear()


def commitment(seed: int | bytes) -> str:
    """Commit to a seed without giving it away: SHA-256 of its bytes, or of its decimal digits."""
    return sha256(seed if isinstance(seed, bytes) else str(seed).encode()).hexdigest()


def fingerprint(profile: Profile) -> str:
    """Name this version of a profile: it changes when the profile does."""
    digest = blake2b(repr(profile).encode(), digest_size=5).hexdigest()
    return f"sim_{VERSION}_{digest}"
