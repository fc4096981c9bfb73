"""General cues: which words name a part of a prompt, ask for a kind of work, or give an order.

Words are folded and compared by stem, so every inflection counts. Nothing here names a project, a
data set or a whole phrase of anybody's prompt.
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import parts, stem, tokens

Part: TypeAlias = Literal["question", "data", "example", "schema", "instruction", "history"]


def _stems(words: str) -> frozenset[str]:
    return frozenset(s for word in words.split() for s in (stem(word), stem(word, "pt")))


LABELS: dict[Part, frozenset[str]] = {
    "question": _stems("question query inquiry pergunta consulta questao duvida"),
    "example": _stems("example exemplo demonstration shot sample few-shot"),
    "history": _stems("history conversation dialogue chat historico conversa dialogo previous"),
    "schema": _stems("schema format esquema formato json structure"),
    "instruction": _stems(
        """instruction rule task guideline instrucao regra tarefa label category categories role
        objective goal criteria constraint step requirement rotulo categoria objetivo"""
    ),
    "data": _stems(
        """context document passage source text email mail message mensagem ticket review article
        content data input contexto texto documento fonte trecho conteudo dado entrada transcript
        chunk snippet excerpt knowledge fact evidence result page artigo avaliacao body note
        resultado"""
    ),
}
# Labels one may meet inside somebody's letter do not start a part of the prompt by themselves.
INLINE = _stems(
    """question query pergunta consulta questao context document documents passage passages
    contexto documento documentos trecho trechos instructions instrucoes rules regras task tarefa
    schema example examples exemplo exemplos text texto email input entrada history historico
    conversation conversa sources fontes labels categories categorias dialogue dialogo"""
)


def part_named(label: str) -> Part | None:
    """Say which part of a prompt a label names, its last word weighing most."""
    for word in reversed(parts(label)):
        for name, stems in LABELS.items():
            if stem(word) in stems or stem(word, "pt") in stems:
                return name
    return None


def is_inline(label: str) -> bool:
    """Tell whether a label before a colon may start a part of the prompt."""
    return any(stem(word) in INLINE or stem(word, "pt") in INLINE for word in parts(label))


ORDERS = _stems(
    """extract classify summarise summarize translate rewrite rephrase reformulate answer return
    reply respond list label output write produce give convert fill identify find decide choose
    pick compute calculate think use cite quote parse read categorize determine generate provide
    expand correct fix repair solve explain show state copy assign detect report consider follow
    ignore resolve turn make do don't never always only be base keep include treat work reason
    extraia extrair classifique classificar resuma resumir traduza traduzir reescreva reescrever
    reformule responda responder devolva devolver liste escreva produza converta preencha
    identifique encontre decida escolha calcule pense use cite leia determine gere forneca expanda
    corrija resolva explique mostre copie considere siga ignore nunca sempre apenas somente nao
    transforme aponte indique informe diga say name tell select""",
)
ROLE = re.compile(
    r"\b(?:you (?:are|must|should|will|may|can|have)|your (?:task|job|role|answer|reply|goal)|"
    r"voc[eê] (?:[eé]|deve|pode|vai)|sua (?:tarefa|resposta|fun[cç][aã]o)|"
    r"(?:if|when|se|quando) .{3,80}(?:say|answer|reply|respond|return|"
    r"diga|responda|devolva|null))\b",
    re.IGNORECASE,
)


def is_order(sentence: str) -> bool:
    """Tell whether a sentence tells the model what to do."""
    words = tokens(sentence[:200])
    while words and words[0] in {"please", "now", "then", "first", "por", "favor", "agora", "and"}:
        words = words[1:]
    if not words:
        return False
    first = words[0]
    return stem(first) in ORDERS or stem(first, "pt") in ORDERS or bool(ROLE.search(sentence[:400]))


def has(words: Iterable[str], *cues: frozenset[str]) -> int:
    """Count the words whose stem is among the cues."""
    found = list(words)
    return sum(1 for word in found for cue in cues if stem(word) in cue or stem(word, "pt") in cue)


INPUTS = frozenset(
    stem(w)
    for w in words(
        """input text question email message review sentence ticket query q user example entrada
    texto pergunta mensagem frase comment comentario utterance request document phrase"""
    )
)
OUTPUTS = frozenset(
    stem(w)
    for w in words(
        """output label answer category class sentiment response a assistant result intent json
    saida rotulo resposta categoria classe sentimento reply prediction classification topic
    department language priority tag"""
    )
)


def side_of(label: str) -> str:
    """Say whether a label names the input or the output of an example, or neither."""
    words = [stem(w) for w in parts(label)]
    if not words or len(words) > 3:
        return ""
    if words[-1] in OUTPUTS:
        return "output"
    return "input" if words[-1] in INPUTS else ""
