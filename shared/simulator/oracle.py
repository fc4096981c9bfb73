"""Truths a grader tells the oracle out of band; no other model ever sees them."""

from collections.abc import Sequence

from pydantic import Field

from shared.llm.messages import ChatRequest, Frozen, TextPart, ToolResult
from shared.simulator.dice import Dice
from shared.simulator.plan import Draft, DraftCall
from shared.simulator.profiles import Profile
from shared.simulator.respond import Reader


class TruthCall(Frozen):
    """A tool call that is right."""

    name: str
    arguments: str


class Truth(Frozen):
    """What is right to say to a prompt that holds all of ``when``."""

    when: tuple[str, ...] = Field(min_length=1)
    text: str = ""
    tool_calls: tuple[TruthCall, ...] = ()


class Truths:
    """The truths of a run; where several fit, the one with most to match is taken."""

    __slots__ = ("_truths",)

    def __init__(self) -> None:
        self._truths: list[Truth] = []

    def tell(self, truths: Sequence[Truth]) -> int:
        """Add truths; returns how many there are now."""
        self._truths.extend(truths)
        self._truths.sort(key=lambda truth: -sum(map(len, truth.when)))
        return len(self._truths)

    def clear(self) -> None:
        """Forget them."""
        self._truths.clear()

    def informing(self, read: Reader) -> Reader:
        """Give a reader that knows the truths, and reads as ``read`` does where none fits."""

        def informed(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
            truth = self._fitting(request) if self._truths else None
            if truth is None:
                return read(request, profile, dice)
            calls = tuple(DraftCall(call.name, call.arguments) for call in truth.tool_calls)
            return Draft(text=truth.text, tool_calls=calls)

        return informed

    def _fitting(self, request: ChatRequest) -> Truth | None:
        prompt = "\n".join(
            part.text
            for message in request.messages
            for part in message.parts
            if isinstance(part, TextPart | ToolResult)
        )
        return next(
            (truth for truth in self._truths if all(piece in prompt for piece in truth.when)), None
        )
