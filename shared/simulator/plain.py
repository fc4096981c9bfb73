"""The commonest call in one pass: a whole chat completion of text alone, where nobody waits.

It gives, byte for byte, what the application gives for such a call, without the steps that such a
call does not need. Whatever is not plain is left to the application, and so is every error.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic_core import from_json, to_json

from shared.errors import ConfigurationError
from shared.llm.messages import ChatRequest, Role
from shared.simulator.address import read_address
from shared.simulator.dialects.openai_chat import render_plain
from shared.simulator.dice import Dice, text_dice
from shared.simulator.latency import plain_timing
from shared.simulator.ledger import Entry, price
from shared.simulator.profiles import Profile
from shared.simulator.state import State
from shared.simulator.tokens import MESSAGE_TOKENS, REPLY_TOKENS, count
from shared.simulator.wire import Header

MOST_TOKENS: Final = 1_000
"""Reading a longer prompt takes so long that nothing would be saved here."""
_NAMES: Final = frozenset({"model", "messages", "stream", "temperature", "top_p", "seed"})
_NUMBERS: Final = frozenset({"temperature", "top_p", "seed"})
_SETTINGS: Final[Mapping[str, float]] = MappingProxyType({"temperature": 2.0, "top_p": 1.0})
_ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "system": Role.SYSTEM,
        "developer": Role.SYSTEM,
        "user": Role.USER,
        "assistant": Role.ASSISTANT,
    }
)
_SEEDS: Final = range(-(2**63), 2**63)
_TELLING: Final = frozenset({b"x-sim-now", b"transfer-encoding"})
"""Headers that make a call more than plain."""
_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b"
    b"x-request-id: sim-req-%b-0-0\r\nopenai-processing-ms: %d\r\nx-sim-ttft-ms: %.3f\r\n"
    b"x-sim-total-ms: %.3f\r\n\r\n%b"
)


class _Model(NamedTuple):
    """A model, and what all its answers say of it: headers, and JSON texts."""

    profile: Profile
    headers: bytes
    name: bytes
    fingerprint: bytes
    most_tokens: int


class PlainAnswers:
    """Answers the plain calls of one run with whole HTTP answers, and others with None."""

    def __init__(self, state: State) -> None:
        self._state = state
        # A drill may strike any call, a key must be checked, and on the wall clock answers wait.
        self._open = not (state.clock.name == "wall" or state.drill or state.scenario)
        self._open = self._open and not state.api_key
        self._models = {
            name: _model(state, profile)
            for name, profile in state.profiles.items()
            if profile.control in {"", "null"}
        }

    def __call__(self, url: bytes, headers: Sequence[Header], body: bytes) -> bytes | None:
        """Answer a request, if it is plain."""
        state = self._state
        if not self._open or state.stopping or state.grants is not None:
            return None
        tag = _tag(url)
        if tag is None or not _TELLING.isdisjoint(dict(headers)):
            return None
        try:
            asked = from_json(body, allow_inf_nan=False)
            return self._answer(asked, Entry(tag, "openai_chat", "", body))
        except Exception:  # noqa: BLE001 - the application meets it again, and tells of it
            return None

    def _answer(self, asked: Any, entry: Entry) -> bytes | None:
        """Answer a parsed body; the ledger gets the entry where there is an answer."""
        if type(asked) is not dict or not asked.keys() <= _NAMES:
            return None
        model = self._models.get(asked.get("model", ""))
        said = _said(asked.get("messages"))
        if model is None or said is None or said[2] > model.most_tokens or not _settled(asked):
            return None
        turns, words, tokens = said
        request = ChatRequest.model_validate({"messages": turns, **_settings(asked)})
        knobs = (request.temperature, request.top_p, request.seed, 0)
        dice = text_dice(self._state.seed, words, model.profile.name, knobs)
        answer = self._read(model, request, tokens, dice, entry)
        if answer is not None:
            self._state.ledger.add(entry)
        return answer

    def _read(
        self, model: _Model, request: ChatRequest, tokens: int, dice: Dice, entry: Entry
    ) -> bytes | None:
        """Read the prompt; None where the reader wants to do more than to say a text."""
        profile = model.profile
        draft = self._state.read(request, profile, dice.sub("content"))
        pieces, reasoning = count(draft.text), draft.reasoning_tokens
        given = pieces + reasoning
        most = min(profile.max_output_tokens, profile.context_tokens - tokens)
        if draft.tool_calls or draft.refusal or given > most:
            return None
        name = dice.written(b"id", 24).hex()
        first_s, total_s = plain_timing(profile, dice, tokens, reasoning, pieces)
        entry.model, entry.key, entry.finish = profile.name, name[24:], "stop"
        entry.input_tokens, entry.reasoning_tokens = tokens, reasoning
        entry.output_tokens = entry.delivered = given
        entry.cost_usd = price(profile, tokens, 0, given)
        entry.ttft_ms, entry.total_ms = first_ms, total_ms = first_s * 1000, total_s * 1000
        created = int(self._state.clock.date())
        plain = (name[:24].encode(), draft.text, tokens, given, reasoning)
        answer = render_plain(plain, created, model.name, model.fingerprint)
        key = entry.key.encode()
        return _HEAD % (len(answer), model.headers, key, total_ms, first_ms, total_ms, answer)


def _model(state: State, profile: Profile) -> _Model:
    told = state.told(profile)
    return _Model(
        profile,
        b"".join(b"%b: %b\r\n" % header for header in told.headers),
        to_json(profile.name),
        to_json(told.fingerprint),
        min(MOST_TOKENS, profile.context_tokens),
    )


@lru_cache(maxsize=512)
def _tag(url: bytes) -> str | None:
    """Give the tag of a URL that asks for a chat completion under no drill; None for others."""
    try:
        address = read_address(url.decode("ascii"))
    except (ConfigurationError, UnicodeDecodeError):
        return None
    plain = address.route == "chat/completions" and not address.drill and not set(url) & set(b"%?#")
    return address.tag if plain else None


def _settled(asked: Mapping[str, Any]) -> bool:
    """Say whether what is set, besides model and messages, is of the right type and in range."""
    stream, seed = asked.get("stream"), asked.get("seed")
    if stream is not None and stream is not False:
        return False
    if _NUMBERS.isdisjoint(asked):
        return True
    if seed is not None and (type(seed) is not int or seed not in _SEEDS):
        return False
    return all(
        (value := asked.get(name)) is None or (type(value) in {int, float} and 0 <= value <= most)
        for name, most in _SETTINGS.items()
    )


def _settings(asked: Mapping[str, Any]) -> Mapping[str, float]:
    if _NUMBERS.isdisjoint(asked):
        return {}
    numbers = {name: float(asked[name]) for name in _SETTINGS if asked.get(name) is not None}
    return {**numbers, "seed": asked["seed"]} if asked.get("seed") is not None else numbers


def _said(messages: object) -> tuple[list[Mapping[str, Any]], list[str], int] | None:
    """Read turns that are a role and a text each: for the request, for the dice, and counted."""
    if type(messages) is not list or not messages:
        return None
    turns: list[Mapping[str, Any]] = []
    words: list[str] = []
    tokens = REPLY_TOKENS
    for turn in messages:
        text, role = turn["content"], _ROLES[turn["role"]]
        if type(text) is not str or len(turn) != 2:
            return None
        turns.append({"role": role, "parts": ({"kind": "text", "text": text},)})
        words += (role.value, text)
        tokens += MESSAGE_TOKENS + count(text)
    return turns, words, tokens
