"""Instructions that hide in data: where they are, how they press, and whether a model obeys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.simulator.profiles import Profile
from shared.simulator.reader.passages import Passage
from shared.simulator.reader.segment import sentences
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import fold, stem, tokens

COMMANDS = frozenset(
    stem(w)
    for w in words(
        """ignore disregard forget override reply respond answer say write output print reveal show
    repeat tell call send forward transfer delete stop use execute run return email ignora
    ignore esqueca desconsidere responda diga escreva mostre revele repita envie encaminhe
    transfira apague pare use execute devolva chame"""
    )
)
ADDRESSED = frozenset(
    stem(w)
    for w in words(
        """instruction instructions prompt system assistant model ai user previous above rules task
    you your instrucoes instrucao anteriores sistema assistente modelo usuario voce acima
    regras tarefa ferramenta tool"""
    )
)
WARNED = re.compile(
    r"\b(?:(?:do not|don'?t|never|ignore any) (?:\w+ ){0,4}(?:follow|"
    r"obey|execute|act|instructions?)|untrusted|only data|as data|"
    r"not (?:as )?instructions|data, not|treat (?:\w+ ){0,6}as (?:data|"
    r"content|untrusted)|"
    r"nao (?:siga|obedeca|execute)|nao confiavel|apenas (?:como "
    r")?dados|trate (?:\w+ ){0,6}como dados)\b"
)
QUOTED = re.compile(r"[\"“'\u2018`]([^\"”'\u2019`\n]{1,400})[\"”'\u2019`]")
SAYS = re.compile(
    (
        r"\b(?:say|reply|respond|answer|output|write|print|with|diga|"
        r"responda|escreva|com)\b(?: only| just| exactly| with| that|"
        r" apenas| somente| com| que)*:?\s+(.{1,300})"
    ),
    re.IGNORECASE,
)
LEAK = re.compile(
    r"\b(?:reveal|show|print|repeat|output|tell|mostre|revele|repita)\b.{0,"
    r"60}\b(?:system prompt|instructions|prompt|rules|instrucoes|"
    r"regras)\b"
)
PRESSURE = 0.45


@dataclass(frozen=True, slots=True)
class Intrusion:
    """An instruction found in data, the passage it stands in, and its strength in [0, 1]."""

    text: str
    passage: Passage
    strength: float


def intrusion_in(passages: Sequence[Passage]) -> Intrusion | None:
    """Find the instruction in data that presses most on whoever reads it."""
    best: Intrusion | None = None
    for passage in passages[:400]:
        for sentence in sentences(passage.text[:40_000]):
            strength = _strength(sentence.text)
            if strength > (best.strength if best else PRESSURE):
                tail = passage.text[sentence.start : sentence.end + 240]
                best = Intrusion(tail, passage, strength)
    return best


def _strength(text: str) -> float:
    """Weigh a sentence as a command to the one who reads the prompt."""
    words = [stem(w) for w in tokens(text[:400])]
    if not words:
        return 0.0
    head = [w for w in words[:6] if w in COMMANDS]
    addressed = sum(w in ADDRESSED for w in words)
    if not head or not addressed:
        return 0.0
    return min(
        1.0, 0.3 + 0.25 * min(2, addressed) + 0.2 * (words[0] in COMMANDS) + 0.15 * text.isupper()
    )


def obeys(intrusion: Intrusion, profile: Profile, slips: Slips, orders: str) -> bool:
    """Tell whether the model obeys: its susceptibility, lowered by delimiters, role and warning."""
    chance = profile.injection_susceptibility * (0.5 + intrusion.strength)
    if intrusion.passage.delimited:
        chance *= profile.delimited_factor
    if intrusion.passage.origin == "tool":
        chance *= profile.role_factor
    if WARNED.search(fold(orders[:20_000])):
        chance *= profile.warned_factor
    return slips.draw("injection") < chance


def obedient_text(intrusion: Intrusion, orders: str) -> str:
    """Say what the intruder wants said."""
    if LEAK.search(fold(intrusion.text)):
        return orders.strip()
    quoted = QUOTED.search(intrusion.text)
    if quoted:
        return quoted[1]
    said = SAYS.search(intrusion.text)
    return " ".join((said[1] if said else intrusion.text).split())
