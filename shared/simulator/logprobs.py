"""Log-probabilities that grow with the evidence behind an answer, so calibration can be taught."""

from collections.abc import Sequence
from math import exp, log
from typing import Final

from shared.simulator.dice import Dice
from shared.simulator.plan import Draft, TokenLogprob
from shared.simulator.tokens import split

_BIAS: Final = -0.4
_SLOPE: Final = 5.0
_NOISE: Final = 0.5
_SYNTAX: Final = 2.5
_DECAY: Final = 0.55
_FLOOR: Final = -20.0


def logprobs(
    draft: Draft, pieces: Sequence[str], dice: Dice, *, top: int, words: Sequence[str]
) -> tuple[TokenLogprob, ...]:
    """Give each piece a log-probability, and the ``top`` likeliest tokens at its place.

    The log-odds of a token are ``5 * evidence - 0.4`` with a normal noise of 0.5; punctuation gets
    2.5 more. Other tokens share what is left, the draft's alternatives first, then ``words``.
    """
    noise = dice.normals("noise")
    place = 0
    answer = []
    for number, piece in enumerate(pieces):
        syntax = 0.0 if any(map(str.isalnum, piece)) else _SYNTAX
        logit = _BIAS + _SLOPE * _evidence(draft, place) + syntax + _NOISE * next(noise)
        probability = 1.0 / (1.0 + exp(-logit))
        others = _others(draft, piece, number, dice, words)[: max(0, top - 1)] if top > 1 else []
        answer.append(_entry(piece, probability, others, top))
        place += len(piece)
    return tuple(answer)


def _evidence(draft: Draft, place: int) -> float:
    for start, end, evidence in draft.spans:
        if start <= place < end:
            return evidence
    return draft.evidence


def _others(draft: Draft, piece: str, number: int, dice: Dice, words: Sequence[str]) -> list[str]:
    """List other tokens: the alternatives' first tokens, then words of the prompt."""
    found = [split(text)[0] for text, _ in draft.alternatives if text] if number == 0 else []
    if words:
        start = int(dice.uniform("other", number) * len(words))
        found.extend((*words[start:], *words[:start]))
    return [token for token in dict.fromkeys(found) if token != piece][:19]


def _entry(piece: str, probability: float, others: Sequence[str], top: int) -> TokenLogprob:
    own = max(_FLOOR, log(probability))
    if top == 0:
        return TokenLogprob(piece, own)
    rest = 1.0 - probability
    ranked = [(piece, own)]
    for rank, other in enumerate(others):
        share = rest * (1.0 - _DECAY) * _DECAY**rank
        ranked.append((other, max(_FLOOR, log(share)) if share > 0 else _FLOOR))
    ranked.sort(key=lambda pair: -pair[1])
    return TokenLogprob(piece, own, tuple(ranked[:top]))
