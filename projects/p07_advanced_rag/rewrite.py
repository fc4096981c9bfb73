"""Questions into queries: stand-alone, in the language of the documents, and never for the worse.

A rewriter is a model, so it may drop the one word that matters, answer instead of rewriting, or not
answer at all. What can be checked by code is checked here; what fails falls back to the question.
"""

import re
from collections.abc import Sequence
from importlib import resources

from projects.p07_advanced_rag.passages import folded, words
from shared.errors import ModelError
from shared.llm.messages import ChatRequest, Completion, FinishReason, system, user
from shared.llm.model import ChatModel

PROMPT = "prompts/rewrite.v1.txt"
SAME_LANGUAGE_PROMPT = "prompts/rewrite_same_language.v1.txt"
MOST_CHARACTERS = 400
ENGLISH = words(
    """a an and are be by can did do does for from get have how i if in into is it make many much my
    not of on one or so than that the their them there this to two up was what when where which
    while who why will with without you your"""
)
PORTUGUESE = words(
    """a ao aos as ate cada com como da das de do dos e ela ele em entre esta eu foi isso ja mais me
    meu minha mas na nao nas nem no nos num numa o onde os ou para pela pelo por posso preciso quais
    qual quando quanto que quem quero se sem ser seu sua tem ter todo todos um uma umas uns"""
)
REFERRING = words(
    """it its they them their this that these those one ones he she there then same other also too
    ele ela eles elas isso isto esse essa esses essas este esta aquele aquela dele dela deles nele
    nela la ali mesmo mesma outro outra tambem entao"""
)
FILLER = re.compile(r"^(?:ok(?:ay)?|right|thanks|certo|entendi|obrigad[oa])[.,!]\s+", re.IGNORECASE)
OPENING = words("and but or so then also e mas ou entao certo ok")
NOT_ENGLISH = words("no not nor never none nothing without neither cannot")
NOT_PORTUGUESE = words("nao nem nunca nenhum nenhuma nada sem jamais")
IDENTIFIER = re.compile(
    r"[A-Za-z_][\w-]*(?:[._/-][\w-]*\w)+|\b[A-Z]{2,}[\w-]*\b|\b\w*_\w+\b|`[^`]+`"
)
NAME = re.compile(r"(?<=[^\W\d_] )[A-ZÀ-Þ][^\W\d_]+")
"""A capital inside a sentence; the first word has one for no reason of its own."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def needs_rewriting(
    question: str, history: Sequence[str] = (), *, into_english: bool = True
) -> bool:
    """Say whether a question cannot be searched for as it stands.

    It cannot when the documents are English and it is not, or when it leans on what was said
    before: a word such as ``it``, a beginning such as ``and``, or too few words to mean anything.
    """
    # task 6: begin
    said = re.findall(r"[^\W\d_]+", folded(FILLER.sub("", question)).lower())
    if into_english and not speaks_english(question):
        return True
    if not history or not said:
        return False
    opening = said[0] in OPENING or " ".join(said[:2]) in {"what about", "what if", "how about"}
    leaning = len(said) < 4 or any(word in REFERRING for word in said)
    return leaning or (opening and len(said) < 12)
    # task 6: end


def speaks_english(question: str) -> bool:
    """Guess from the little words, which neither names nor borrowed terms have."""
    said = re.findall(r"[a-z]+", folded(question).lower())
    english, other = (sum(word in known for word in said) for known in (ENGLISH, PORTUGUESE))
    return english > other or (english == other and question.isascii())


async def rewrite(
    question: str, model: ChatModel, history: Sequence[str] = (), *, into_english: bool = True
) -> str:
    """Return a stand-alone query, or ``question`` where that cannot be had.

    ``history`` holds what was said before, the person's turns and the assistant's in alternation.
    With ``into_english`` the query is in English, else in the language of the question.
    """
    # task 7: begin
    if not needs_rewriting(question, history, into_english=into_english):
        return question
    instructions = prompt(PROMPT if into_english else SAME_LANGUAGE_PROMPT)
    request = ChatRequest(
        messages=(system(instructions), user(_asked(question, history))),
        temperature=0,
        max_tokens=120,
    )
    try:
        reply = await model.complete(request)
    except ModelError:
        return question
    if not isinstance(reply, Completion) or reply.finish_reason is not FinishReason.STOP:
        return question
    query = reply.text.strip().strip('"').strip()
    faithful = is_faithful(question, query, history, into_english=into_english)
    return query if faithful else question
    # task 7: end


def _asked(question: str, history: Sequence[str]) -> str:
    speakers = ("User", "Assistant")
    said = "\n".join(f"{speakers[turn % 2]}: {text}" for turn, text in enumerate(history))
    question = FILLER.sub("", question)
    before = f"<conversation>\n{said}\n</conversation>\n\n" if said else ""
    return f"{before}<question>\n{question}\n</question>"


def prompt(name: str) -> str:
    """Read a prompt; the file's name carries its version."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def is_faithful(
    question: str, query: str, history: Sequence[str] = (), *, into_english: bool = True
) -> bool:
    """Check what code can check: numbers, names and negation stay, and nothing is made up.

    Numbers and identifiers of the query must come from the question or the conversation.
    """
    # task 8: begin
    if not query or len(query) > MOST_CHARACTERS or "\n" in query:
        return False
    if any(name not in query for name in NAME.findall(question)):
        return False
    known = "\n".join([question, *history])
    for pattern in (NUMBER, IDENTIFIER):
        kept, given = set(pattern.findall(query)), set(pattern.findall(known))
        if not set(pattern.findall(question)) <= kept or not kept <= given:
            return False
    english = speaks_english(query if into_english else question)
    return bool(negations(query, english=english)) >= bool(negations(question))
    # task 8: end


def negations(text: str, *, english: bool | None = None) -> int:
    """Count the negations of a text; ``no`` is one in English, and "in the" in Portuguese.

    The language is guessed where it is not given.
    """
    plain = folded(text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    said = re.findall(r"[a-z']+", plain)
    known = (
        NOT_ENGLISH if (speaks_english(text) if english is None else english) else NOT_PORTUGUESE
    )
    return sum(word in known or word.endswith("n't") for word in said)
