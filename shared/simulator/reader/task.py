"""What kind of work a request asks for, from its structure first and its verbs next."""

import re
from typing import Literal, TypeAlias

from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.cues import ORDERS, ROLE
from shared.simulator.reader.words import fold, stem, tokens

Task: TypeAlias = Literal[
    "answer", "classify", "rewrite", "translate", "summarise", "extract", "split", "talk"
]

VERBS: dict[Task, str] = {
    "classify": (
r"\b(?:classif\w+|categori[sz]\w+|label (?:the|each|this)|assign "
r"(?:\w+ ){0,3}(?:label|category|topic|tag)|sentiment|which "
r"(?:category|label|intent|topic|department)|route (?:the|this|"
r"each)|choose (?:one|a|the) (?:label|category)|rotul\w+|categoriz\w+|"
r"sentimento|triage)"
),
    "rewrite": (
r"\b(?:rewrit\w+|rephras\w+|reformulat\w+|stand-?alone|paraphras\w+|"
r"(?:search|retrieval) quer(?:y|ies)|self-contained|expand (?:the "
r"|this |each )?(?:query|question|search)|reescrev\w+|reformul\w+|"
r"parafras\w+|condense|make (?:it|the question|the query) (?:explicit|"
r"clear)|query rewrit\w+|turn (?:\w+ ){0,6}into (?:\w+ ){0,5}quer(?:y|"
r"ies)|consultas? de busca|autonom\w+)"
),
    "translate": (
r"\b(?:translat\w+|traduz\w+|traduc\w+|in(?:to)? english|into "
r"portuguese|em ingles|para (?:o )?ingles)"
),
    "summarise": (
r"\b(?:summar\w+|tl;?dr|sum up|condense the (?:text|article|"
r"document)|abstract of|headline|resum\w+|sintetiz\w+)"
),
    "extract": (
r"\b(?:extract\w*|fill (?:in|out)|pull out|parse (?:the|this)|"
r"structured data|extrai\w*|extra(?:ia|cao|ir)|preench\w+)"
),
    "split": (
r"\b(?:decompos\w+|sub-?questions?|sub-?queries|break (?:\w+ "
r"){0,4}(?:down|into)|split (?:\w+ ){0,3}into|decompo\w+|divid\w+ "
r"(?:\w+ ){0,3}em (?:sub)?perguntas)"
),
    "answer": (
r"\b(?:answer\w*|respon(?:d|da|der|dendo)\b|using (?:only )?the "
r"(?:context|passages|documents|sources)|based (?:only )?on|"
r"reply to the question)"
),
}  # fmt: skip
COMPILED = {task: re.compile(pattern) for task, pattern in VERBS.items()}


def scores_of(orders: str) -> dict[Task, float]:
    """Weigh what the orders ask for; earlier and imperative mentions weigh more."""
    folded = fold(orders[:40_000])
    scores: dict[Task, float] = {}
    for task, pattern in COMPILED.items():
        total = 0.0
        for mark in list(pattern.finditer(folded))[:12]:
            begin = max(folded.rfind(c, 0, mark.start()) for c in ".\n:;!?") + 1
            lead = folded[begin : mark.start()].strip()
            first = tokens(lead)[:1]
            commands = (
                not lead or bool(ROLE.search(lead)) or (bool(first) and (stem(first[0]) in ORDERS))
            )
            denied = bool(
                re.search(r"\b(?:not|n't|never|nao|without|instead of)\W*(?:\w+\W+){0,2}$", lead)
            )
            place = 1.0 + 0.5 * (mark.start() < 160)
            total += 0.0 if denied else place * (1.5 if commands else 0.7)
        if total:
            scores[task] = total
    return scores


def task_of(prompt: Prompt, *, labels: int) -> Task:
    """Say what a request without a schema or tools asks for."""
    scores = scores_of(prompt.orders)
    if not scores.keys() - {"answer"}:
        own = scores_of(prompt.question or prompt.message)
        if not prompt.passages or prompt.question == "":
            scores.update({t: s for t, s in own.items() if t in {"translate", "summarise"}})
    if labels >= 2 and (not prompt.question or "classify" in scores):
        scores["classify"] = scores.get("classify", 0.0) + 1.2
    if "rewrite" in scores:
        scores["rewrite"] += 0.6 * ("translate" in scores)
    if prompt.question and prompt.passages:
        scores["answer"] = scores.get("answer", 0.0) + 1.0
    if scores:
        return max(scores, key=lambda task: scores[task])
    if prompt.question:
        return "answer"
    shown = [e for e in prompt.examples if not e.from_turns]
    if shown:
        return "classify"
    return "talk"
