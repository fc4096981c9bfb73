"""What kind of answer a question asks for."""

import re
from typing import Literal, TypeAlias

from shared.simulator.reader.values import Kind
from shared.simulator.reader.words import fold, tokens

Wanted: TypeAlias = Kind | Literal["person", "place", "yes_no", "sentence", "thing", "list"]

RULES: tuple[tuple[str, Wanted], ...] = (
    (r"\b(?:e-?mail)( address)?\b.*\?|\bwhat .*e-?mail|\bqual .*e-?mail", "email"),
    (r"\b(?:phone|telephone|telefone|whatsapp)\b", "phone"),
    (r"\b(?:url|link|website|site address)\b", "url"),
    (
        (
            r"\b(?:how long|how many (?:\w+ )?(?:days|hours|weeks|months|years|minutes|"
            r"seconds)|quanto tempo|quant[oa]s (?:dias|horas|semanas|meses|anos|minutos|"
            r"segundos)|what (?:is|'s) the (?:\w+ )?(?:duration|period|deadline|window|"
            r"term)|(?:qual|de quanto) (?:e )?o (?:\w+ )?(?:prazo|periodo|tempo)|ate quando|"
            r"within what time|warranty (?:period|last))"
        ),
        "duration",
    ),
    (
        (
            r"\b(?:what|which) (?:\w+ )?(?:percent|percentage|discount|rate)|"
            r"\bqual (?:\w+ )*(?:percentual|porcentagem|desconto|taxa)\b"
        ),
        "percent",
    ),
    (
        (
            r"\b(?:how much (?:is|are|does|do|did|will|was|would)|what (?:is|was|"
            r"'s) the (?:\w+ )*(?:price|cost|fee|total|amount|fare)|price of|cost of|"
            r"how much money|quanto (?:custa|custam|e|vale|custou|paguei|sai|fica)|"
            r"qual (?:e |foi )?o (?:\w+ )*(?:preco|valor|custo|total)|qual (?:e )?a taxa)"
        ),
        "money",
    ),
    (r"\b(?:what time|que horas|a que horas|at what hour|qual (?:e )?o horario)\b", "time"),
    (
        (
            r"\b(?:when|what date|which date|on what day|what day|quando|em que data|"
            r"qual (?:e |foi )?a data|em que dia|que dia)\b"
        ),
        "date",
    ),
    (
        (
            r"\b(?:how (?:heavy|tall|high|wide|broad|deep|big|large|fast|loud|far|thick|hot|"
            r"cold|bright|strong)|(?:qual|"
            r"what) .*(?:weigh|weight|height|width|capacity|power|voltage|length|size|"
            r"frequency|speed|peso|altura|largura|capacidade|potencia|tensao|voltagem|"
            r"tamanho))"
        ),
        "measure",
    ),
    (
        (
            r"\b(?:how many|quantos|quantas|what (?:is|was) the number|number of|"
            r"qual (?:e )?o numero de)\b"
        ),
        "number",
    ),
    (
        (
            r"\b(?:how old|maximum|minimum|limit of|at most|qual (?:e )?o (?:maximo|minimo|"
            r"limite))\b"
        ),
        "number",
    ),
    (
        (
            r"\b(?:(?:order|tracking|invoice|model|serial|part|ticket) (?:number|id|code)|"
            r"what .*\b(?:code|id|sku)\b|qual .*\b(?:codigo|id|sku|numero d[oa] pedido)\b)"
        ),
        "code",
    ),
    (r"\b(?:who|whom|whose|quem)\b", "person"),
    (r"\b(?:where|onde|aonde|in which (?:city|country|town)|em que (?:cidade|pais))\b", "place"),
    (r"\b(?:list|liste|which ones|what are the|quais (?:sao )?(?:os|as)?)\b", "list"),
    (r"\b(?:why|how|explain|describe|por que|porque|como|explique|descreva)\b", "sentence"),
    (r"\b(?:which|what|qual|que)\b", "thing"),
)
COMPILED = tuple((re.compile(pattern), wanted) for pattern, wanted in RULES)
YES_NO = re.compile(
    r"^(?:so |and |e |then |entao )?(?:is|are|was|were|do|does|did|"
    r"can|could|may|will|would|should|has|have|had|must|"
    r"posso|pode|podem|podemos|e possivel|ha|existe|tem|tenho|sera|devo|deve|da para|consigo|"
    r"o \w+ (?:e|tem|pode|inclui|aceita|funciona)|a \w+ (?:e|tem|"
    r"pode|inclui|aceita|funciona|cobre)|voces|esta|sao|foi)\b"
)


def wanted_by(question: str) -> Wanted:
    """Say what type of answer a question asks for."""
    folded = " ".join(fold(question).split())
    if YES_NO.match(folded) and " or " not in folded and " ou " not in folded:
        return "yes_no"
    for pattern, wanted in COMPILED:
        if pattern.search(folded[:600]):
            return wanted
    return "thing" if tokens(folded) else "sentence"


NUMERIC: dict[str, tuple[Kind, ...]] = {
    "duration": ("duration",),
    "money": ("money",),
    "percent": ("percent",),
    "date": ("date",),
    "time": ("time",),
    "measure": ("measure", "duration"),
    "number": ("number", "duration", "measure", "percent", "money"),
    "code": ("code",),
    "email": ("email",),
    "phone": ("phone",),
    "url": ("url",),
}


def kinds_for(wanted: Wanted) -> tuple[Kind, ...]:
    """List the kinds of value that answer, best first; empty where words answer."""
    return NUMERIC.get(wanted, ())
