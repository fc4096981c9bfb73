"""The slips of people who type in a hurry; values are never touched."""

import re

from shared.world.model import Language
from shared.world.stream import Stream
from shared.world.writing import Page, reworded

SLIPS: dict[Language, dict[str, str]] = {
    "en": {
        "receive": "recieve", "would": "woud", "because": "becuase", "please": "plese",
        "definitely": "definately", "which": "wich", "something": "somthing", "another": "anoter",
        "product": "prodcut", "order": "oder", "return": "retrun", "with": "wiht",
        "arrived": "arived", "still": "stil", "money": "mony", "whole": "hole",
        "delivered": "deliverd", "don't": "dont", "wasn't": "wasnt", "hasn't": "hasnt",
        "your": "you're", "charged": "chargd", "bought": "bougth",
    },
    "pt": {
        "não": "nao", "vocês": "vcs", "você": "vc", "também": "tb", "porque": "pq", "até": "ate",
        "está": "tá", "devolução": "devoluçao", "estou": "to", "número": "numero",
        "código": "codigo", "troca": "toca", "pedido": "peiddo", "comprei": "compri",
        "chegou": "chegu", "caixa": "cixa", "muito": "mt", "quero": "qero", "preciso": "presiso",
        "dinheiro": "dinhero", "hoje": "oje", "mas": "mais", "preço": "preco",
        "reembolso": "rembolso", "fatura": "fautra",
    },
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def mistyped(page: Page, draw: Stream, language: Language, percent: int) -> Page:
    """Mistype about ``percent`` of the words that people get wrong."""
    slips = SLIPS[language]

    def slip(match: re.Match[str]) -> str:
        word = match.group()
        if word in slips and draw.chance(percent):
            return slips[word]
        return word

    return Page(reworded(page.pieces, lambda text: _WORD.sub(slip, text)))
