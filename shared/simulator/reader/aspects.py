"""What an amount or a date is of: the aspect that the words next to it speak of."""

import re
from collections.abc import Iterator
from functools import lru_cache

from shared.simulator.reader.words import fold, parts, tokens


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read ``aspect: cue; cue`` rows, a deeper line going on; ``_`` stands for an outer space."""
    rows: dict[str, tuple[str, ...]] = {}
    for row in text.strip().replace("\n        ", " ").split("\n"):
        aspect, _, cues = row.strip().partition(": ")
        rows[aspect] = tuple(cue.strip().replace("_", " ") for cue in cues.split(";"))
    return rows


# Cues are matched at the beginning of folded words, in either language.
MONEY = _table(
    """
    unit: each; apiece; per unit; a piece; a unit; unit price; cada; por unidade; a unidade;
        preco unit; unitar
    shipping: shipping; delivery; deliver; freight; postage; carriage; courier; frete; entrega;
        envio; transporte
    total: total; in all; altogether; overall; sum; whole order; entire order; order cost;
        charged me; cost me; paid; comes to; ao todo; no total; tudo; me custou; me cobra;
        cobra; paguei; pagou; pedido inteiro; pedido todo; deu; da r$; soma; fica em
    refund: refund; reimburs; reembols; estorn; back; devolver
    discount: discount; off; coupon; rebate; desconto; abatiment; cupom
    tax: tax; vat; impost; tarifa; duty
    fee: fee; taxa; penalty; fine; multa
    deposit: deposit; down payment; sinal; entrada
    """
)
DATES = _table(
    """
    deadline: by_; until; no later; deadline; due; before; at the latest; latest; need it;
        wanted; needed; ate_; prazo; venc; no maximo; antes; limite; expir
    order: ordered; order was; order plac; placed; bought; buy; purchas; comprei; compra;
        comprad; pedido foi; fiz o pedido; fiz_; encomend; pedi_; feito; order date; my order
    delivery: deliver; arriv; receiv; reach; came on; got it; got here; got the; showed up;
        turned up; cheg; receb; entreg; veio
    shipping: shipped; dispatch; sent on; posted; despach; enviad; postad
    birth: born; birth; nasc
    start: start; begin; since; from; inici; comec; desde; a partir
    end: end; finish; terminat; fim; termin; encerr
    signature: signed; sign; assin
    payment: paid; payment; pagamento; paguei; pago
    meeting: meeting; appointment; scheduled; reuniao; consulta; agend; marcad
    """
)
NAMED: dict[str, dict[str, str]] = {
    "money": {
        "unit": "unit each item",
        "shipping": "shipping freight delivery postage frete",
        "refund": "refund reimbursement reembolso",
        "discount": "discount coupon desconto",
        "tax": "tax vat imposto",
        "fee": "fee taxa penalty",
        "deposit": "deposit",
        "total": "total grand subtotal overall",
    },
    "date": {
        "deadline": (
            "wanted needed by deadline due until expiry expires latest "
            "before prazo limite vencimento"
        ),
        "order": "ordered order purchase purchased bought placed compra pedido",
        "delivery": ("delivered delivery arrived arrival received entrega recebido chegada"),
        "shipping": "shipped dispatch shipping dispatched sent",
        "birth": "birth born nascimento birthday dob",
        "start": "start begin since from inicio",
        "end": "end finish fim termination",
        "signature": "signed signature",
        "payment": "paid payment",
        "meeting": "meeting appointment",
    },
}

TOTALS = frozenset(("sum", "paid", "amount", "charged"))


@lru_cache(maxsize=2_048)
def aspect_named(kind: str, name: str, description: str) -> str:
    """Say which aspect a field's name asks for, else its description; empty for any.

    A name as general as ``amount`` asks for the total only where the description asks for nothing.
    """
    for words in (parts(name), tokens(description)):
        for aspect, cues in NAMED[kind].items():
            named = cues.split()
            if any(word in named for word in words):
                return aspect
    general = kind == "money" and not TOTALS.isdisjoint((*parts(name), *tokens(description)))
    return "total" if general else ""


def _cues(kind: str) -> dict[str, tuple[str, ...]]:
    return MONEY if kind == "money" else DATES


@lru_cache(maxsize=16)
def _pattern(kind: str, aspect: str) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(re.escape(c) for c in _cues(kind)[aspect]) + ")")


def _marks(kind: str, text: str) -> Iterator[tuple[str, int, int]]:
    for aspect in _cues(kind):
        for mark in _pattern(kind, aspect).finditer(text):
            yield aspect, mark.start(), mark.end()


@lru_cache(maxsize=16_384)
def aspect_at(kind: str, sentence: str, start: int, end: int) -> str:
    """Say which aspect a value in a sentence is of: the nearest cue's, those before it first.

    Another value of the same kind, or a clause's end, stands between a cue and what is beyond it.
    """
    folded = fold(sentence)
    if len(folded) != len(sentence):
        folded = "".join(fold(c)[:1] or " " for c in sentence)
    best, nearest = "", 1_000.0
    for aspect, left, right in _marks(kind, folded):
        if right <= start:
            between = folded[right:start]
            distance = float(len(between)) + 40.0 * _breaks(between, kind)
        elif left >= end:
            between = folded[end:left]
            close = 0.0 if aspect == "unit" and len(between) <= 3 else 12.0
            distance = len(between) + close + 40.0 * _breaks(between, kind)
        else:
            continue
        if (
            kind == "date"
            and aspect == "deadline"
            and right <= start
            and len(folded[right:start].split()) <= 2
        ):
            distance *= 0.2
        if distance < nearest:
            best, nearest = aspect, distance
    return best if nearest < 120 else ""


VALUES = {
    "money": re.compile(r"\d[\d.,]*"),
    "date": re.compile(r"\d{1,4}[/.-]\d|\b\d{1,2} (?:de |of )?[a-z]{3}"),
}


def _breaks(between: str, kind: str) -> int:
    return len(re.findall(r"[;()]|, (?:and|but|so|e|mas)\b", between)) + 2 * len(
        VALUES[kind].findall(between)
    )
