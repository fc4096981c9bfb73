"""How an answer is to be given: short or long, with citations, quotes, reasoning or none."""

import re
from dataclasses import dataclass

from shared.simulator.reader.translate import is_portuguese
from shared.simulator.reader.words import Language, fold

SHORT = re.compile(
    r"\b(?:only the (?:\w+ )?(?:answer|value|number|name|date|amount|"
    r"result)|just the (?:\w+ )?(?:answer|value|number|name|date|"
    r"amount|result)|as (?:short|brief|few)|short answer|"
    r"briefly|concise(?:ly)?|one word|single word|few words|no explanation|"
    r"nothing else|exact (?:value|span|answer)|"
    r"(?:shortest|exact) span|no extra|without explanation|apenas "
    r"(?:a|o) (?:resposta|valor|numero|nome|data)|somente (?:a|o)|"
    r"so (?:a resposta|o valor|o numero)|"
    r"resposta curta|uma palavra|poucas palavras|sem explicac|nada "
    r"mais|em ate \w+ palavras|at most (?:\w+ )?words|(?:\w+) words "
    r"or (?:less|fewer))"
)
CITES = re.compile(
    r"\b(?:cite|cites|citing|citation|citations|source ids?|sources?|"
    r"references?|refer to the|with (?:its|their|the) ids?|\bids? "
    r"of|in brackets|cite os|fontes?|referencias?|citac(?:ao|oes)|"
    r"citando|entre colchetes)\b"
)
QUOTES = re.compile(
    r"\b(?:quote|quotes|quoted|verbatim|word for word|exact(?:ly)? "
    r"(?:words|sentence|as)|copy (?:the )?(?:sentence|exact)|literal(?:ly|"
    r"mente)?|textual(?:mente)?|palavra por palavra|transcreva|citac(?:ao|"
    r"oes) (?:exata|literal))\b"
)
UNKNOWN = re.compile(
    r"\b(?:don'?t know|do not know|not (?:be )?(?:found|known|stated|"
    r"mentioned|present|available|in the|contain|answer|specified)|"
    r"cannot (?:be )?(?:answer|find|tell)|can'?t (?:be )?(?:answer|"
    r"find|tell)|"
    r"unknown|unanswerable|insufficient|no (?:answer|information|"
    r"evidence)|does(?: not|n'?t) (?:contain|say|answer|mention|"
    r"state|have)|abstain|isn'?t (?:there|in)|is(?: not|n'?t) (?:there|"
    r"in|stated|present)|"
    r"nao (?:sei|sabe|souber|consta|encontr|contem|ha|tem|estiver|"
    r"esta|houver|responde|diz)\w*|desconhecid\w*|sem (?:resposta|"
    r"informac\w*|evidencia)|null)\b"
)
STEPS = re.compile(
    r"\b(?:step[- ]by[- ]step|step by step|show (?:your|the) (?:work|"
    r"reasoning|steps)|think (?:it |this )?(?:through|carefully|"
    r"aloud|first|before|in steps|about)|reason(?:ing)? (?:first|"
    r"aloud|before|through|step)|explain your reasoning|"
    r"(?:write|give|list|state|lay out|work out) (?:down )?(?:each|"
    r"every|the|your|all) (?:\w+ )?(?:steps?|facts?|reasoning)|chain "
    r"of thought|first (?:list|find|write|work)|one (?:step|fact) "
    r"at a time|let'?s think|before (?:answering|you answer|giving)|"
    r"passo a passo|mostre (?:o|seu|os) (?:raciocinio|passos|calculo)|"
    r"pense (?:antes|em voz|passo|com calma)|raciocin\w+|etapa por "
    r"etapa)\b"
)
FINAL = re.compile(
    (
        r"(?:end|finish|final line|last line|termine|conclua|ultima "
        r"linha)[^.\n]{0,40}[\"'`“]([^\"'`”\n]{2,40}?)[:\s]*(?:<[^>\n]*>|"
        r"\{[^}\n]*\}|\[[^\]\n]*\]|\.\.\.|…|x)?[\"'`”]"
    ),
    re.IGNORECASE,
)
SAID = re.compile(
    r"[\"“'`\u2018]([^\"”'`\u2019\n]{2,120})[\"”'`\u2019]|\b(?:say|"
    r"answer|reply|respond|output|return|write|diga|responda|devolva|"
    r"escreva)(?: with| only| exactly| com| apenas)*:? ([A-Z][A-Z_ "
    r"]{2,40}|null)\b"
)


TOLD = re.compile(
    r"\b(?:say|answer|reply|respond|write|diga|responda|escreva)\b[^.:\n]{0,24}:\s*"
    r"([^\n:]{2,60}?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Style:
    """How an answer is to be given."""

    short: bool = False
    cites: bool = False
    quotes: bool = False
    may_abstain: bool = False
    steps: bool = False
    unknown: str = ""
    prefix: str = ""
    language: Language = "en"


def _bare(told: str) -> str:
    """Drop the full stop after a code; a sentence keeps its own."""
    return told.strip() if len(told.split()) > 2 else told.strip(" .!")


def _unknown_phrase(orders: str) -> str:
    """Find the very words a prompt wants where there is no answer."""
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", orders):
        folded = fold(sentence)
        if UNKNOWN.search(folded) or re.search(
            r"\b(?:if|when|unless|otherwise|se|caso|senao)\b", folded
        ):
            found = [str(a or b) for a, b in SAID.findall(sentence)]
            found += [_bare(tail) for tail in TOLD.findall(sentence)] if not found else []
            likely = [f for f in found if UNKNOWN.search(fold(f)) or f.isupper() or len(found) == 1]
            if likely:
                return likely[-1].strip()
    return ""


def style_of(orders: str, question: str) -> Style:
    """Read from the orders how the answer is to be given."""
    folded = fold(f"{orders}\n{question}"[:60_000])
    final = FINAL.search(orders[:20_000])
    return Style(
        short=bool(SHORT.search(folded)),
        cites=bool(CITES.search(folded)),
        quotes=bool(QUOTES.search(folded)),
        may_abstain=bool(UNKNOWN.search(folded)),
        steps=bool(STEPS.search(folded)),
        unknown=_unknown_phrase(orders[:20_000]),
        prefix=final[1].strip() if final else "",
        language="pt" if is_portuguese(question or orders) else "en",
    )


def no_answer(style: Style) -> str:
    """Say that the answer is not known, as asked."""
    if style.unknown:
        return style.unknown
    return "Não sei." if style.language == "pt" else "I don't know."
