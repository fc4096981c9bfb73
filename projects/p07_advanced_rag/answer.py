"""Answers whose every sentence can be traced to the characters it came from.

The model writes; code decides what stays. A sentence that no source supports is dropped, and an
answer that is left without sentences is an honest "I don't know".
"""

import re
from collections.abc import Iterator, Sequence

from projects.p07_advanced_rag.passages import Hit, folded, words
from projects.p07_advanced_rag.rewrite import NUMBER, negations, prompt
from shared.llm.messages import ChatRequest, Completion, Frozen, system, user
from shared.llm.model import ChatModel

PROMPT = "prompts/answer.v1.txt"
SUPPORT = 0.8
"""The share of a sentence's content words that a span must hold to support it."""
MOST_SOURCES = 5
SENTENCE = re.compile(r"""\S[^\n]*?(?:[.!?]+["')\]]*(?=\s|\Z)|$)""", re.MULTILINE)
NUMBERED = re.compile(r"\b[A-ZÀ-Þ]\w+ \d+\b|\b(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]+")
"""Codes such as ``E733-8L`` and names such as ``Rumo 907``."""
IGNORED = words(
    """a an and are as at be by can for from has have if in into is it its may no not of on or so
    than that the their them then there these this to was were when which will with you your a ao as
    com da das de do dos e em na nas no nos o os ou para por que se um uma"""
)


class Citation(Frozen):
    """Where a sentence comes from: ``quote`` is ``document.text[start:end]``, verbatim."""

    document_id: str
    start: int
    end: int
    quote: str


class Sentence(Frozen):
    """A sentence of an answer with the spans that support it."""

    text: str
    citations: tuple[Citation, ...]


class Answer(Frozen):
    """What can be said, sentence by sentence; none means that the sources do not tell."""

    sentences: tuple[Sentence, ...]

    @property
    def abstains(self) -> bool:
        """Whether the honest answer is that we do not know."""
        return not self.sentences


async def answer(question: str, hits: Sequence[Hit], model: ChatModel) -> Answer:
    """Let the model answer from ``hits`` and keep the sentences that they support.

    A hit that lacks a code or numbered name of the question is about something else; where no other
    is left, the model is not even asked. Raises ``ModelError`` when it cannot be asked: that is no
    reason to say nothing is known.
    """
    hits = [
        hit for hit in hits if all(name in _squeezed(hit.semantic) for name in _named(question))
    ]
    if not hits:
        return Answer(sentences=())
    request = ChatRequest(
        messages=(system(prompt(PROMPT)), user(_shown(question, hits))),
        temperature=0,
        max_tokens=300,
    )
    reply = await model.complete(request)
    written = reply.text if isinstance(reply, Completion) else ""
    return ground(written, hits)


def _named(question: str) -> list[str]:
    return [_squeezed(match.group()) for match in NUMBERED.finditer(question)]


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", folded(text).lower())


def _shown(question: str, hits: Sequence[Hit]) -> str:
    sources = "\n".join(
        f'<source id="{n}">\n{hit.text[:1500]}\n</source>'
        for n, hit in enumerate(hits[:MOST_SOURCES], 1)
    )
    return f"{sources}\n\n<question>\n{question}\n</question>"


def ground(written: str, hits: Sequence[Hit]) -> Answer:
    """Map each sentence of ``written`` back to verbatim spans of ``hits``; drop the unsupported."""
    # task 9: begin
    sentences = []
    for start, end in sentence_spans(written):
        text = re.sub(r"\s*\[\d+\]", "", written[start:end]).strip()
        citations = _citations(text, hits)
        if citations:
            sentences.append(Sentence(text=text, citations=citations))
    return Answer(sentences=tuple(sentences))
    # task 9: end


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each sentence, without the white space around it."""
    for match in SENTENCE.finditer(text):
        inner = match.group().strip()
        if any(letter.isalnum() for letter in inner):
            start = match.start() + match.group().index(inner)
            yield start, start + len(inner)


def _citations(text: str, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Find the best supporting span of each hit, and keep those that support fully enough."""
    scored = [
        (supports(text, hit.text[start:end]), -rank, start, end, hit)
        for rank, hit in enumerate(hits)
        for start, end in sentence_spans(hit.text)
    ]
    best = max(scored, key=lambda found: found[:2], default=None)
    if best is None or best[0] < SUPPORT:
        return ()
    _, _, start, end, hit = best
    return (
        Citation(
            document_id=hit.document_id,
            start=hit.start + start,
            end=hit.start + end,
            quote=hit.text[start:end],
        ),
    )


def supports(claim: str, source: str) -> float:
    """Measure how much of ``claim`` is in ``source``: a share of its content words.

    Zero when a number of the claim is missing, or when one negates and the other does not: those
    are the small words that turn an answer into its opposite.
    """
    told, known = content(claim), content(source)
    numbers = set(NUMBER.findall(claim))
    if (
        not told
        or not numbers <= set(NUMBER.findall(source))
        or negations(claim) != negations(source)
    ):
        return 0.0
    return len(told & known) / len(told)


def content(text: str) -> set[str]:
    """The words of a text that carry meaning, without endings that inflect."""
    said = re.findall(r"\w+", folded(text).lower())
    return {re.sub(r"(?:ing|ed|es|s)$", "", word) or word for word in said if word not in IGNORED}
