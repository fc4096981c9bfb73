"""Conversations with a model that breaks the schema, refuses, or is cut off.

What was asked is taken from the model's own ledger.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ModelHandle,
    Subject,
    amount,
    criterion,
    fact,
    mean,
)

from .cases import Case, draw_cases, objects_in
from .results import Json, Problem, leaves, share_of

VIOLATING = ModelHandle(drill={"schema_violation": 0.3})
REFUSING = ModelHandle(drill={"refusal": 0.3})
CUTTING = ModelHandle(drill={"truncation": 0.3})
HOPELESS: Mapping[str, ModelHandle] = {
    "refused": ModelHandle(drill={"refusal": 1.0}),
    "truncated": ModelHandle(drill={"truncation": 1.0}),
    "schema_violation": ModelHandle(drill={"missing_key": 1.0}),
}

MOST_CALLS = 3
LONGEST_REASK = 1_000
SHORT_WORD = 8
AT_ONCE = 8


class OutcomeWire(BaseModel):
    """An outcome as it crosses the boundary."""

    kind: Literal["extracted", "refused", "truncated", "schema_violation"]
    calls: int
    extraction: Json | None = None
    doubts: tuple[Problem, ...] = ()


class Asked(BaseModel):
    """One call of the simulator's ledger, taken apart."""

    system: str
    turns: tuple[tuple[str, str], ...]
    max_tokens: int
    fault: str


@dataclass(frozen=True)
class Run:
    """Mails, their outcomes, and what the model was asked for each."""

    cases: Sequence[Case]
    outcomes: Sequence[OutcomeWire]
    asked: Sequence[Sequence[Asked]]

    def rows(self) -> Iterator[tuple[Case, OutcomeWire, Sequence[Asked]]]:
        """Go through them together."""
        return zip(self.cases, self.outcomes, self.asked, strict=True)


async def run(subject: Subject, cases: Sequence[Case], model: ModelHandle) -> Run:
    """Extract from every mail, a few at once, and read the ledger."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> OutcomeWire:
        async with slots:
            return await subject.call(
                "extraction.extract", returns=OutcomeWire, mail=case.mail, model=model
            )

    outcomes = await asyncio.gather(*map(one, cases))
    asked = [_taken_apart(call.request, call.fault) for call in await subject.calls(model)]
    return Run(cases, outcomes, [[a for a in asked if _is_about(a, case)] for case in cases])


def _taken_apart(request: Mapping[str, Any], fault: str) -> Asked:
    messages = [(str(m["role"]), _text(m.get("content"))) for m in request.get("messages", [])]
    budget = request.get("max_tokens") or request.get("max_completion_tokens") or 0
    return Asked(
        system=next((text for role, text in messages if role == "system"), ""),
        turns=tuple((role, text) for role, text in messages if role != "system"),
        max_tokens=budget,
        fault=fault,
    )


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def _is_about(asked: Asked, case: Case) -> bool:
    return any(case.mail in text for _, text in asked.turns)


@fact(timeout_s=120)
async def violating(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies break the schema."""
    return await run(subject, draw_cases(seed, 300), VIOLATING)


# Reference, seeds 101 to 105, 400 mails each: .995, 1, 1, 1, .998; seeds 7 and 12, 300 each: .99.
# Lowest .99, less .01: that is how far chance alone moves 300 mails.
@criterion("P02.4a", level=Level.ROBUST, at_least=0.98, requires=("P02.2",))
def answers_end_valid(violating: Run) -> Measured:
    """Under 30 % violations, at least 98 in 100 mails end with a valid extraction.

    A re-ask may break something else: keep what was already right.
    """
    results = [(case.id, out.kind == "extracted") for case, out, _ in violating.rows()]
    return share_of(results, expected="extracted", mode="invalid in the end")


# Reference, seeds 101 to 105: 1.24, 1.24, 1.27, 1.26, 1.26. The brief allows 1.5.
@criterion("P02.4b", level=Level.ROBUST, at_most=1.5, requires=("P02.2",))
def calls_stay_few(violating: Run) -> Measured:
    """Under 30 % violations, a mail takes at most 1.5 calls on average, by the model's ledger."""
    return mean([len(asked) for _, _, asked in violating.rows()], unit="calls")


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4c", level=Level.ROBUST, at_least=1.0, requires=("P02.4a",))
def reasks_name_places_only(violating: Run) -> Measured:
    """A re-ask tells the model where it was wrong, not what anybody wrote.

    The last turn holds paths and reasons; no name, number or sentence of the customer.
    """
    results = [
        (case.id, _tells_places_only(a.turns[-1][1], case))
        for case, _, asked in violating.rows()
        for a in asked
        if len(a.turns) > 1
    ]
    return share_of(results, expected="paths and reasons", mode="re-ask")


def _tells_places_only(told: str, case: Case) -> bool:
    names = {name for holder in objects_in(case.payload) for name in holder}
    names |= {"notes", "comment", "confidence", "explanation", "answer", "reply"}
    written = [str(value) for _, value in leaves(case.payload) if "_" not in str(value)]
    leaked = [text for text in written if len(text) > SHORT_WORD and text in told]
    return any(name in told for name in names) and not leaked and len(told) < LONGEST_REASK


@fact(timeout_s=60)
async def refusing(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies are refusals."""
    return await run(subject, draw_cases(seed + 1, 60), REFUSING)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4d", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def refusals_are_final(refusing: Run) -> Measured:
    """A refusal ends the matter: it is an outcome of its own, and nobody asks again."""
    results = [
        (case.id, out.kind == "refused" and asked[-1].fault == "refusal")
        for case, out, asked in refusing.rows()
        if any(a.fault == "refusal" for a in asked)
    ]
    return share_of(results, expected="refused, and no call after it", mode="asked again")


@fact(timeout_s=60)
async def cutting(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies are cut off."""
    return await run(subject, draw_cases(seed + 2, 60), CUTTING)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4e", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def cut_replies_get_room(cutting: Run) -> Measured:
    """After a reply that was cut off, the same is asked with twice the budget.

    What was cut is not shown back to the model, and not repaired.
    """
    results = [
        (case.id, after.max_tokens == 2 * before.max_tokens and after.turns == before.turns)
        for case, _, asked in cutting.rows()
        for before, after in pairwise(asked)
        if before.fault == "truncation"
    ]
    return share_of(results, expected="twice the budget", mode="no more room")


@fact(timeout_s=60)
async def hopeless(subject: Subject, seed: int) -> Mapping[str, Run]:
    """Read mails with a model that always refuses, is always cut off, or never keeps a schema."""
    cases = draw_cases(seed + 3, 8)
    return {kind: await run(subject, cases, model) for kind, model in HOPELESS.items()}


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4f", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def outcomes_are_kept_apart(hopeless: Mapping[str, Run]) -> Measured:
    """Refused, cut off and invalid end as three outcomes, each as what it was."""
    results = [
        (f"{case.id} {kind}", out.kind in {kind} | _healed(kind))
        for kind, ran in hopeless.items()
        for case, out, _ in ran.rows()
    ]
    return share_of(results, expected="its own outcome", mode="mixed up")


def _healed(kind: str) -> set[str]:
    """Name what else is right: two replies that lost different keys make one whole."""
    return {"extracted"} if kind == "schema_violation" else set()


# Reference, seeds 101 to 105: 3 each time. A guarantee, so no margin.
@criterion("P02.4g", level=Level.ROBUST, at_most=3, requires=("P02.2",))
def calls_have_a_cap(
    violating: Run, refusing: Run, cutting: Run, hopeless: Mapping[str, Run]
) -> Measured:
    """Whatever the model does, a mail takes at most three calls, by the model's ledger."""
    runs = [violating, refusing, cutting, *hopeless.values()]
    counts = [(case.id, len(asked)) for ran in runs for case, _, asked in ran.rows()]
    over = [Failure(case=case, actual=str(n)) for case, n in counts if n > MOST_CALLS]
    return amount(max(n for _, n in counts), n=len(counts), unit="calls", failures=over)
