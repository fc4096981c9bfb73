"""The small words that agree with a product: articles, contractions, endings."""

from collections.abc import Mapping

from shared.world.model import Gender, Language, Product
from shared.world.phrases import manual_en, manual_pt

PT: Mapping[Gender, dict[str, str]] = {
    "m": {
        "o": "o", "do": "do", "no": "no", "ao": "ao", "pelo": "pelo", "um": "um", "este": "este",
        "deste": "deste", "ele": "ele", "dele": "dele", "oa": "o", "meu": "meu", "seu": "seu",
    },
    "f": {
        "o": "a", "do": "da", "no": "na", "ao": "à", "pelo": "pela", "um": "uma", "este": "esta",
        "deste": "desta", "ele": "ela", "dele": "dela", "oa": "a", "meu": "minha", "seu": "sua",
    },
}  # fmt: skip


def words(product: Product, language: Language) -> dict[str, str]:
    """Give the slots a template may use beside a product, with capitals too (``O``, ``Este``)."""
    noun = product.noun_en if language == "en" else product.noun_pt
    slots = {"noun": noun}
    if language == "en":
        return slots | {"a": article(noun)}
    small = PT[product.gender]
    return slots | small | {word.capitalize(): form.capitalize() for word, form in small.items()}


def the_property(attribute: str, language: Language) -> dict[str, str]:
    """Give the slots that speak of a property: ``what``, and ``the_what`` with an article."""
    if language == "en":
        name = manual_en.ATTRIBUTES[attribute]
        return {"what": name, "the_what": f"the {name}"}
    name = manual_pt.ATTRIBUTES[attribute]
    article = "a" if attribute in manual_pt.FEMININE else "o"
    return {"what": name, "the_what": f"{article} {name}"}


def by(phrase: str) -> str:
    """Put the Portuguese "por" before a phrase: pelo centro, pela mesa, por Ana."""
    return f"pel{phrase}" if phrase.startswith(("o ", "a ")) else f"por {phrase}"


def a(noun: str) -> str:
    """Put the English article before a noun: an air purifier."""
    return f"{article(noun)} {noun}"


def article(noun: str) -> str:
    """Choose the English article that goes before a noun."""
    return "an" if noun[:1] in "aeio" else "a"


def of(phrase: str) -> str:
    """Put the Portuguese "de" before a phrase: do centro, da classe, de Ana."""
    if phrase.startswith(("o ", "a ")):
        return f"d{phrase}"
    return f"de {phrase}"
