"""The values that pass between a dialect, the pure core and a reader.

A dialect turns an HTTP body into a ``Call``; a reader turns its request into a ``Draft``, what a
model would have liked to say; ``respond`` turns that into a ``Plan``, everything a dialect renders:
tokens, log-probabilities, usage, finish reason, timing, fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from shared.llm.messages import ChatRequest, Usage

Finish: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Call:
    """One answer asked of a model, the same whatever dialect it came in.

    ``index`` says which of ``n`` answers it is. ``attempt`` is the client's retry count and how
    often this very request was made before with that count: it moves faults and latency, never
    content. ``cache_marks`` are how many tokens stand before each of the caller's marks of what to
    cache; None where the dialect has no such marks. ``json_object`` mode arrives as a response
    schema that is not strict and says only "object".
    """

    model: str
    request: ChatRequest
    index: int = 0
    attempt: tuple[int, int] = (0, 0)
    logprobs: bool = False
    top_logprobs: int = 0
    parallel_tool_calls: bool = True
    cache_marks: tuple[int, ...] | None = None
    drill: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftCall:
    """A tool a reader wants called; ``arguments`` is the text of a JSON object."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader decided to say.

    ``text`` is the answer: prose, or the text of a JSON object where a schema was asked for.
    ``refusal`` stands alone when it is not empty. ``evidence`` in [0, 1] says how well the prompt
    supports the answer; log-probabilities grow with it. ``spans`` may refine it: (start, end,
    evidence) over characters of ``text``. ``invented`` is what a model that never says "I don't
    know" would have said instead: the same form, of the right types, and wrong; the drill
    ``hallucination`` uses it. ``alternatives`` are other short answers that were considered, best
    first, as (text, evidence). ``reasoning_tokens`` were thought and paid for, never shown.
    """

    text: str = ""
    tool_calls: tuple[DraftCall, ...] = ()
    refusal: str = ""
    evidence: float = 1.0
    spans: tuple[tuple[int, int, float], ...] = ()
    invented: str = ""
    alternatives: tuple[tuple[str, float], ...] = ()
    reasoning_tokens: int = 0
    abstained: bool = False


class TokenLogprob(NamedTuple):
    """A token, its natural-log probability, and the likeliest tokens at its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class PlannedCall(NamedTuple):
    """A tool call as it will be sent: ``pieces`` joined are its arguments."""

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments' text."""
        return "".join(self.pieces)


class Timing(NamedTuple):
    """Seconds: until the first token (of which ``queue_s`` waiting), then before each next one."""

    ttft_s: float
    gaps_s: tuple[float, ...] = ()
    queue_s: float = 0.0

    @property
    def total_s(self) -> float:
        """From the request to the last token."""
        return self.ttft_s + sum(self.gaps_s)


class Fault(NamedTuple):
    """Something that goes wrong with the answer on purpose.

    ``status`` is an HTTP error in place of the answer. ``at`` is the piece before which a stream is
    cut, stalls or crawls. Faults that damage the content itself carry neither.
    """

    name: str
    status: int | None = None
    at: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One answer, complete; every dialect renders this and adds nothing to it.

    ``pieces`` are the tokens of the text or of the refusal. ``usage`` counts this answer and the
    whole prompt, of which ``cache_written`` tokens were newly put in the cache.
    """

    id: str
    key: str
    model: str
    index: int
    finish: Finish
    timing: Timing
    usage: Usage
    pieces: tuple[str, ...] = ()
    is_refusal: bool = False
    tool_calls: tuple[PlannedCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] | None = None
    stop_sequence: str | None = None
    fault: Fault | None = None
    cache_written: int = 0

    @property
    def text(self) -> str:
        """The text, or the refusal's text."""
        return "".join(self.pieces)
