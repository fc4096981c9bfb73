"""Ask a model for an extraction, and end in exactly one of four outcomes.

The only module that talks to a model. A reply that breaks the contract is asked for again, naming
the places that are wrong and nothing else; one that was cut off gets a larger budget; a refusal is
an answer and is never argued with. There are at most three calls for a mail, whatever happens.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from projects.p02_structured_outputs import prompts
from projects.p02_structured_outputs.contracts import (
    Boundary,
    ContractError,
    Extraction,
    Problem,
)
from projects.p02_structured_outputs.parsing import (
    Steps,
    UnreadableReplyError,
    parse_extraction,
    put,
    value_at,
)
from projects.p02_structured_outputs.schemas import wire_schema
from projects.p02_structured_outputs.validation import problems
from shared.llm.messages import (
    ChatRequest,
    FinishReason,
    Refusal,
    ResponseSchema,
    assistant,
    system,
    user,
)
from shared.llm.model import ChatModel

MAX_CALLS = 3
MAX_TOKENS = 1_024


class Extracted(Boundary):
    """A valid extraction; ``doubts`` says where it disagrees with the mail, for a person to see."""

    kind: Literal["extracted"] = "extracted"
    extraction: Extraction
    doubts: tuple[Problem, ...]
    calls: int


class Refused(Boundary):
    """The model declined; ``text`` says how."""

    kind: Literal["refused"] = "refused"
    text: str
    calls: int


class Truncated(Boundary):
    """The answer did not fit, even in the last and largest budget; split the mail."""

    kind: Literal["truncated"] = "truncated"
    max_tokens: int
    calls: int


class SchemaViolation(Boundary):
    """Every answer broke the contract; ``problems`` are those of the best one."""

    kind: Literal["schema_violation"] = "schema_violation"
    problems: tuple[Problem, ...]
    calls: int


Outcome: TypeAlias = Annotated[
    Extracted | Refused | Truncated | SchemaViolation, Field(discriminator="kind")
]


def first_request(mail: str, max_tokens: int = MAX_TOKENS) -> ChatRequest:
    """Write the first request for a mail."""
    return ChatRequest(
        messages=(
            system(prompts.render("extract_system", 1)),
            user(prompts.render("extract_user", 1, mail=mail)),
        ),
        response_schema=_response_schema(),
        temperature=0,
        max_tokens=max_tokens,
    )


@lru_cache(maxsize=1)
def _response_schema() -> ResponseSchema:
    """Generate the schema once: it takes as long as a short call."""
    return ResponseSchema(name="extraction", json_schema=wire_schema())


async def extract(mail: str, model: ChatModel, max_tokens: int = MAX_TOKENS) -> Outcome:
    """Extract what a mail asks for, in at most ``MAX_CALLS`` calls.

    ``Refused`` as soon as the model refuses. A reply cut off by the budget is asked for again with
    twice the budget, ``Truncated`` if that was the last call. A reply that breaks the contract is
    asked for again, telling the model only the paths and reasons; if the new reply is broken too,
    its values are grafted onto the old one at those paths; ``SchemaViolation`` if nothing helped.
    Raises only what the model raises (``ModelError``).
    """
    # task 8: begin
    request, draft = first_request(mail, max_tokens), Draft()
    outcome: Outcome = SchemaViolation(problems=(), calls=0)
    for calls in range(1, MAX_CALLS + 1):
        reply = await model.complete(request)
        if isinstance(reply, Refusal):
            return Refused(text=reply.text, calls=calls)
        if reply.finish_reason is FinishReason.LENGTH:
            outcome = Truncated(max_tokens=max_tokens, calls=calls)
            max_tokens *= 2
            request = request.model_copy(update={"max_tokens": max_tokens})
            continue
        read = draft.improved(reply.text)
        if isinstance(read, Extraction):
            return Extracted(extraction=read, doubts=tuple(problems(read, mail)), calls=calls)
        draft = read
        outcome = SchemaViolation(problems=draft.problems, calls=calls)
        request = _asked_again(first_request(mail, max_tokens), draft)
    return outcome
    # task 8: end


@dataclass(frozen=True)
class Draft:
    """The best reply so far and what is wrong with it; ``payload`` is None while it is no JSON."""

    text: str = ""
    payload: JsonValue = None
    problems: tuple[Problem, ...] = ()

    def improved(self, reply: str) -> "Extraction | Draft":
        """Read a new reply, on its own or else grafted onto this draft."""
        try:
            return parse_extraction(reply)
        except UnreadableReplyError as error:
            unreadable = Draft(reply, problems=(Problem(path="", reason=error.happened),))
            return self if self.payload is not None else unreadable
        except ContractError as error:
            fresh = Draft(reply, error.payload, error.problems)
        return self._grafted(fresh) if self.payload is not None else fresh

    def _grafted(self, fresh: "Draft") -> "Extraction | Draft":
        """Take from ``fresh`` only what it was asked for, since it broke something else."""
        try:
            return parse_extraction(json.dumps(graft(self.payload, self.problems, fresh.payload)))
        except ContractError as error:
            joined = Draft(json.dumps(error.payload), error.payload, error.problems)
            return min((joined, fresh), key=lambda draft: len(draft.problems))


def graft(old: JsonValue, wrong: Sequence[Problem], new: JsonValue) -> JsonValue:
    """Return ``old`` with the values of ``new`` at the paths that are wrong.

    A key that ``new`` does not have either goes. Everything else stays as it was.
    """
    joined = deepcopy(old)
    for problem in wrong:
        steps = _steps(problem.path)
        if not steps:
            continue
        holder, key = value_at(joined, steps[:-1]), steps[-1]
        source = value_at(new, steps[:-1])
        if isinstance(holder, dict) and isinstance(source, dict) and key not in source:
            holder.pop(str(key), None)
        else:
            put(joined, steps, deepcopy(value_at(new, steps)))
    return joined


def _steps(path: str) -> Steps:
    return tuple(int(step) if step.isdigit() else step for step in path.split(".") if step)


def _asked_again(request: ChatRequest, draft: Draft) -> ChatRequest:
    listed = "\n".join(f"- {p.path or 'the whole answer'}: {p.reason}" for p in draft.problems)
    told = user(prompts.render("reask", 1, problems=listed))
    return request.model_copy(update={"messages": (*request.messages, assistant(draft.text), told)})
