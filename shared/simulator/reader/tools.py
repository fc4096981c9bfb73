"""Tool choice: which tool fits what is asked, with which arguments, and when none does."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.llm.messages import Tool
from shared.simulator.plan import DraftCall
from shared.simulator.profiles import Limits
from shared.simulator.reader.classify import english_stems
from shared.simulator.reader.meaning import Field, meaning_of
from shared.simulator.reader.schema import Form
from shared.simulator.reader.score import synonyms_of
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.slots import KINDS
from shared.simulator.reader.turns import Called
from shared.simulator.reader.values import Kind, names_in, values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import parts, stem, tokens

Fill = Callable[[Tool, str], Form]
GENERIC = frozenset(
    stem(w)
    for w in words(
        """tool function use used call given return returns get fetch user customer value data
    information id by when if it name string"""
    )
)


@dataclass(frozen=True, slots=True)
class Fit:
    """A tool with how well it fits what is asked."""

    tool: Tool
    score: float


def fit(
    tool: Tool, present: Sequence[str], limits: Limits, kinds: frozenset[Kind] = frozenset()
) -> float:
    """Score a tool by the words of its name, description and parameters.

    A request that holds a value of the kind that a parameter takes fits it better.
    """
    there = set(present)
    name = [stem(w) for w in parts(tool.name)]
    told = [s for s in english_stems(tool.description[:2_000]) if s not in GENERIC]
    properties = tool.parameters.get("properties")
    inner = [
        stem(w)
        for key in (properties if isinstance(properties, dict) else {})
        for w in parts(str(key))
    ]
    named = _share([n for n in name if n not in GENERIC] or name, there, limits)
    shared = sum(_present(s, there, limits) for s in set(told))
    fields = sum(_present(s, there, limits) for s in set(inner) - GENERIC)
    fields += any(kind in kinds for kind in _kinds_of(tool))
    return 0.9 * named + 0.32 * min(shared, 4.0) + 0.12 * min(fields, 3.0)


def _kinds_of(tool: Tool) -> Iterator[Kind]:
    """List the kinds of value that a tool's parameters take."""
    properties = tool.parameters.get("properties")
    for name, schema in (properties if isinstance(properties, dict) else {}).items():
        told = schema if isinstance(schema, dict) else {}
        field = Field((name,), name, str(told.get("description") or ""), told)
        yield from KINDS.get(meaning_of(field), ())[:1]


def _share(words: Sequence[str], there: set[str], limits: Limits) -> float:
    return sum(_present(w, there, limits) for w in words) / len(words) if words else 0.0


def _present(word: str, there: set[str], limits: Limits) -> float:
    if word in there:
        return 1.0
    if limits.matching == "synonyms" and not there.isdisjoint(synonyms_of(word, limits.vocabulary)):
        return 0.6
    return 0.0


def rank(tools: Sequence[Tool], request: str, limits: Limits) -> list[Fit]:
    """Rank the tools that the model compares; the last ones are beyond its reach."""
    present = english_stems(request[:8_000], limits.vocabulary)
    kinds = frozenset(value.kind for value in values_in(request[:8_000])) - {"number"}
    found = [Fit(tool, fit(tool, present, limits, kinds)) for tool in tools[: limits.tools]]
    return sorted(found, key=lambda f: -f.score)


def choose(
    tools: Sequence[Tool],
    asks: Sequence[str],
    calls: Sequence[Called],
    *,
    limits: Limits,
    slips: Slips,
    fill: Fill,
    forced: str,
    parallel: bool,
) -> list[DraftCall]:
    """Choose the calls to make now; none where no tool fits or what is needed was already got."""
    named = [t for t in tools if t.name == forced]
    made: list[DraftCall] = []
    done = {(c.name, _canonical(c.arguments)) for c in calls}
    must = forced == "required"
    for number, ask in enumerate(asks):
        ranked = [Fit(named[0], 1.0)] if named else rank(tools, ask, limits)
        if not ranked or (ranked[0].score < limits.tool_fit and not must and not named):
            continue
        best = ranked[0]
        if made and best.tool.name == made[-1].name and not (names_in(ask) or values_in(ask)):
            continue
        crowd = min(1.0, len(tools) / max(1, limits.tools))
        if len(ranked) > 1 and slips.happens(
            f"tool {number}", tools=crowd, thin_evidence=1 - min(1.0, best.score)
        ):
            best = ranked[1]
        form = fill(best.tool, ask)
        worth = ranked[0].score * (1.0 - limits.caution * form.made_up)
        if worth < limits.tool_fit and not must and not named:
            continue
        call = _called(best.tool, form)
        if named or (call.name, _canonical(call.arguments)) not in done:
            made.append(call)
            done.add((call.name, _canonical(call.arguments)))
        if not parallel or (named and forced):
            break
    if must and not made and tools:
        best_tool = rank(tools, " ".join(asks), limits)[0].tool
        made.append(_called(best_tool, fill(best_tool, " ".join(asks))))
    return made if parallel else made[:1]


def _called(tool: Tool, form: Form) -> DraftCall:
    return DraftCall(tool.name, json.dumps(form.value, ensure_ascii=False))


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


def wants_tool(name: str, tools: Sequence[Tool]) -> bool:
    """Tell whether a choice names one of the tools."""
    return any(tool.name == name for tool in tools) and bool(tokens(name))
