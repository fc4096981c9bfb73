"""Who writes plans: a model (``prompts/plan``), or the form of the question, at no cost."""

import re
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import TypeAlias

from projects.p01_prompting.prompting import render
from shared.llm.messages import ChatRequest, Completion, Frozen, Usage
from shared.llm.model import ChatModel

OPENING = re.compile(r"(?P<ask>what is|who is|qual é|quem é)\s+(?P<rest>.+?)\s*\?*", re.IGNORECASE)
CONTRACTED = ((re.compile(r"\bd([oa])\b"), r"de \1"), (re.compile(r"\bpel([oa])\b"), r"por \1"))
JOINED = ((re.compile(r"\bde ([oa])\b"), r"d\1"), (re.compile(r"\bpor ([oa])\b"), r"pel\1"))
EN_LINK = re.compile(r"\b(?:of|for|that \w+(?: for)?)\s+(?=(?:the|an?|class)\b|[A-Z])")
PT_LINK = re.compile(r"\b(?:de|por|que \w+(?: para)?)\s+(?=[oa]\s|[A-Z])")
HEAD = re.compile(
    r"(?P<article>the|an?|o|a)\s+(?:[^\W_]+\s+)*?(?P<noun>[^\W_]+)\s+"
    r"(?:of|for|that|responsible|de|por|que|respons[áa]vel)\b"
)


class Planned(Frozen):
    """A plan as somebody wrote it, unread, and what writing it took."""

    text: str
    usage: Usage = Usage()


Planner: TypeAlias = Callable[[str], Awaitable[Planned]]


def unnested(question: str) -> str:
    """Write the plan of a nested question: ask for the innermost thing first, then outwards.

    "What is the delivery time of the courier that collects for the Selva centre?" becomes
    ``1. What is the courier that collects for the Selva centre?`` and
    ``2. What is the delivery time of the courier #1?``. A question without a nest is one step.
    """
    found = OPENING.fullmatch(question.strip())
    if found is None:
        return f"1. {' '.join(question.split())}"
    rest, link = found["rest"], EN_LINK
    if found["ask"].lower() in {"qual é", "quem é"}:
        link = PT_LINK
        for contracted, full in CONTRACTED:
            rest = contracted.sub(full, rest)
    cuts = [0, *(mark.end() for mark in link.finditer(rest)), len(rest)]
    parts = [rest[a:b].strip() for a, b in pairwise(cuts)]
    what = "What is" if link is EN_LINK else "Qual é"
    steps = [f"{what} {parts[-2]} {parts[-1]}?"] if len(parts) > 1 else [question.strip()]
    for number, part in enumerate(reversed(parts[:-2]), start=1):
        head = HEAD.match(parts[-1 - number])
        kind = f"{head['article']} {head['noun']}" if head else ""
        steps.append(f"{what} {part} {kind} #{number}?")
    return "\n".join(f"{at}. {_joined(step)}" for at, step in enumerate(steps, start=1))


def _joined(step: str) -> str:
    for apart, contracted in JOINED:
        step = apart.sub(contracted, step)
    return " ".join(step.split())


async def plan_by_rule(question: str) -> Planned:
    """Plan by the form of the question, at no cost; see ``unnested``."""
    return Planned(text=unnested(question))


def plan_by(model: ChatModel) -> Planner:
    """Plan by asking a model, which is shown plans of two and three steps."""

    async def planned(question: str) -> Planned:
        request = ChatRequest(messages=render("plan", 1, {"question": question}), temperature=0)
        reply = await model.complete(request)
        text = reply.text if isinstance(reply, Completion) else ""
        return Planned(text=text, usage=reply.usage)

    return planned
