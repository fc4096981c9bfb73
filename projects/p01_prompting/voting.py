"""Self-consistency: ask the same several times, let the answers vote, stop once it is decided."""

import re
import unicodedata
from collections import Counter
from decimal import Decimal

from shared.llm.messages import ChatRequest, Completion, Frozen, Usage
from shared.llm.model import ChatModel

MOST_SAMPLES = 15
MARGIN = 3
TEMPERATURE = 0.8

CURRENCIES = {"r$": "brl", "us$": "usd", "$": "usd", "€": "eur", "£": "gbp"}
NUMBER = re.compile(
    r"(?P<before>r\$|us\$|\$|€|£|brl|usd|eur|gbp)?\s*"
    r"(?P<sign>[-+\u2212]?)\s*(?P<digits>\d(?:[\d.,' ]*\d)?)\s*"
    r"(?P<after>r\$|us\$|\$|€|£|%|[^\W\d_]+(?: [^\W\d_]+)*)?"
)
UNITS = {
    "euro": "", "euros": "", "reais": "", "dollar": "", "dollars": "", "dólar": "", "dolar": "",
    "dólares": "", "dolares": "", "percent": "%", "per cent": "%", "por cento": "%",
    "day": "d", "days": "d", "dia": "d", "dias": "d",
    "h": "h", "hour": "h", "hours": "h", "hora": "h", "horas": "h",
}  # fmt: skip
SPACED = re.compile(r"[ ']")
GROUPED = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?")
LONGEST = 200
FINAL = re.compile(r"^\W*(?:answer|resposta)\W*:\s*(.*)$", re.IGNORECASE)


class Vote(Frozen):
    """What the samples came to.

    ``answer`` is the winner as it was first written, None where no sample gave any; ``share`` is
    its share of the votes, 0 without any, ``samples`` how many were asked for.
    """

    answer: str | None
    share: float
    samples: int
    usage: Usage


def final_answer(text: str) -> str:
    """Take the answer out of a reply: what follows the last ``Answer:``, else its last line."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    for line in reversed(lines):
        if found := FINAL.match(line):
            return found[1].strip(" *`\"'")
    return lines[-1].strip(" *`\"'") if lines else ""


def normalised(answer: str) -> str:
    """Write an answer in the one form in which equal answers are equal.

    A number loses its currency, grouping and needless zeros, and keeps its unit: ``1,000``,
    ``1000.0``, ``$1 000`` and ``R$ 1.000,00`` are ``1000``; ``16 per cent`` is ``16 %``. The last
    separator is the decimal one, unless three digits follow it and no other kind of separator
    precedes it: ``1.000`` is a thousand, ``0.125`` is not. Any other text is folded: case,
    surrounding marks, runs of spaces and compatibility forms go; accents stay.
    """
    # task 3: begin
    text = " ".join(unicodedata.normalize("NFKC", answer).casefold().split()).strip(" .;:!\"'`*")
    found = NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return text
    value = read_number(found["digits"])
    if value is None:
        return text
    signed = -value if found["sign"] in {"-", "\u2212"} else value
    after = found["after"] or ""
    unit = "" if after in {*CURRENCIES, *CURRENCIES.values()} else UNITS.get(after, after)
    return f"{written_number(signed)} {unit}".strip()
    # task 3: end


def read_number(digits: str) -> Decimal | None:
    """Read digits with separators; None where they are no number, such as 1.2.3."""
    if SPACED.search(digits) and not GROUPED.fullmatch(digits):
        return None
    grouped = SPACED.sub("", digits)
    marks = [mark for mark in grouped if mark in ".,"]
    if not marks:
        return Decimal(grouped)
    last = marks[-1]
    whole, _, rest = grouped.rpartition(last)
    if len(set(marks)) == 1 and _is_grouping(grouped, last):
        return Decimal(grouped.replace(last, ""))
    other = "," if last == "." else "."
    if last in whole or (other in whole and not _is_grouping(whole, other)):
        return None
    return Decimal(f"{whole.replace(other, '')}.{rest}")


def _is_grouping(digits: str, mark: str) -> bool:
    first, *groups = digits.split(mark)
    return 0 < len(first) <= 3 and not first.startswith("0") and all(len(g) == 3 for g in groups)


def written_number(value: Decimal) -> str:
    """Write a number without needless zeros or an exponent."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


async def self_consistent(
    request: ChatRequest, model: ChatModel, *, most: int = MOST_SAMPLES, margin: int = MARGIN
) -> Vote:
    """Sample until the vote is decided, at most ``most`` times, and give the winner.

    It is decided when the first answer leads the second by ``margin`` votes, or by more than the
    samples that are left. Answers are counted as ``normalised``. Of answers with equally many
    votes the one that came first wins, so the same samples give the same winner. A refusal, and a
    reply without an answer, is a sample without a vote. Each sample has a seed of its own (1, 2,
    3 …) and a temperature, or it would be the first one again.
    """
    # task 4: begin
    votes: Counter[str] = Counter()
    written: dict[str, str] = {}
    usage = Usage()
    samples = 0
    while samples < most and not _decided(votes, margin, most - samples):
        samples += 1
        again = {"seed": samples, "temperature": request.temperature or TEMPERATURE}
        reply = await model.complete(request.model_copy(update=again))
        usage += reply.usage
        if isinstance(reply, Completion) and (answer := final_answer(reply.text)):
            written.setdefault(normalised(answer), answer)
            votes[normalised(answer)] += 1
    if not votes:
        return Vote(answer=None, share=0.0, samples=samples, usage=usage)
    winner, count = votes.most_common(1)[0]
    share = count / votes.total()
    return Vote(answer=written[winner], share=share, samples=samples, usage=usage)
    # task 4: end


def _decided(votes: Counter[str], margin: int, left: int) -> bool:
    first, second, *_ = [*(count for _, count in votes.most_common(2)), 0, 0]
    return first - second >= margin or first - second > left
