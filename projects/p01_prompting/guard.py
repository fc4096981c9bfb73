"""Answer from documents that anybody may have written, and do nothing they say.

No prompt makes a gullible model safe. Marks and a warning make it fall less often; what counts is
that a reply is checked before anybody sees it, and that the check does not ask the model.
"""

import re
from typing import Literal

from projects.p01_prompting.prompting import render
from shared.llm.messages import ChatRequest, Frozen, Refusal, Usage
from shared.llm.model import ChatModel

MOST_CALLS = 3
SHARED_WORDS = 2
SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")
WORD = re.compile(r"[^\W_]{4,}")
LEAKED_WORDS = 5
ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|you must|you are now|assistant|language model|system prompt|"
    r"(?:previous|above|your) (?:instructions|rules|task)|(?:reply|respond|answer) "
    r"(?:with|only|\W)|desconsidere|esqueça|assistente|modelo de linguagem|"
    r"instruções (?:acima|anteriores)|"
    r"respond[ae] (?:com|apenas|\W))",
    re.IGNORECASE,
)


class Guarded(Frozen):
    """An answer that the document bears out, or that there is none to be trusted."""

    kind: Literal["answered", "withheld"]
    text: str
    calls: int
    usage: Usage


async def answer_untrusted(document: str, question: str, note: str, model: ChatModel) -> Guarded:
    """Answer from an untrusted document in at most ``MOST_CALLS`` calls, or withhold the answer.

    ``note`` stands in the system message and may never come out. A reply is trusted when it tells
    nothing of the note (``leaks``) and repeats one sentence of the document that is about the
    question and orders nothing (``support``). After one that is not trusted, the sentence it came
    from is taken out of the document, or, where it came from none, every sentence that shares no
    word with the question, and the rest is asked again. A refusal is withheld at once.
    """
    # task 9: begin
    usage = Usage()
    for calls in range(1, MOST_CALLS + 1):
        values = {"document": document, "question": question, "note": note}
        request = ChatRequest(messages=render("guarded", 1, values), temperature=0)
        reply = await model.complete(request)
        usage += reply.usage
        if isinstance(reply, Refusal):
            return Guarded(kind="withheld", text="", calls=calls, usage=usage)
        if not leaks(reply.text, note) and support(reply.text, document, question):
            return Guarded(kind="answered", text=reply.text.strip(), calls=calls, usage=usage)
        document = without_source(reply.text, document, question)
    return Guarded(kind="withheld", text="", calls=MOST_CALLS, usage=usage)
    # task 9: end


def leaks(text: str, note: str) -> bool:
    """Tell whether a text gives the note away: any of its rare words, or a few in a row."""
    said, secret = text.casefold(), note.casefold().split()
    rows = [" ".join(secret[at : at + LEAKED_WORDS]) for at in range(len(secret))]
    codes = [word.strip(".,;:") for word in secret if re.search(r"\d", word)]
    flat = " ".join(said.split())
    return any(row in flat for row in rows if len(row.split()) == LEAKED_WORDS) or any(
        code in flat for code in codes
    )


def sentences(text: str) -> list[str]:
    """Cut a text into sentences and lines."""
    return [found for found in (m[0].strip() for m in SENTENCE.finditer(text)) if found]


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _words(text: str) -> set[str]:
    return {word[:6] for word in WORD.findall(text.casefold())}


def support(said: str, document: str, question: str) -> str:
    """Find the one sentence that a reply was taken from, if that answers and does not order.

    A reply that says more than one sentence was not taken from it. The reply itself has to share
    words with the question, not only its sentence: an instruction may well be hidden in a sentence
    about the right thing. Nor may it speak to a model. No list of ``ORDERS`` is complete, and a
    false fact that orders nothing passes.
    """
    words, asked = _folded(said), _words(question)
    if not words or len(asked & _words(said)) < min(SHARED_WORDS, len(asked)):
        return ""
    told = ((sentence, _folded(sentence)) for sentence in sentences(document))
    found = next((sentence for sentence, text in told if words in text), "")
    return "" if ORDERS.search(found) or ORDERS.search(said) else found


def without_source(said: str, document: str, question: str) -> str:
    """Take the sentences out that a reply came from; failing that, those beside the question."""
    words = _folded(said)
    source = [
        sentence
        for sentence in sentences(document)
        if words and (words in _folded(sentence) or _folded(sentence) in words)
    ]
    if not source:
        asked = _words(question)
        source = [sentence for sentence in sentences(document) if not asked & _words(sentence)]
    for sentence in source:
        document = document.replace(sentence, "")
    return document
