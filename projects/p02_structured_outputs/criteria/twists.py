"""Payloads that keep the schema and contradict the mail or themselves, of twenty-two kinds."""

import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from .cases import Case, draw_cases, objects_in
from .results import Json

Twist: TypeAlias = Callable[[Json, Case, random.Random], object]


def _own_words(case: Case) -> str:
    return "\n".join(line for line in case.mail.splitlines() if not line.startswith(">"))


def _request_with(payload: Json, draw: random.Random, *names: str) -> Json:
    """Choose a request that has all these fields; raises ``LookupError`` where there is none."""
    return draw.choice([r for r in payload["requests"] if all(r.get(name) for name in names)])


def _item_with(payload: Json, draw: random.Random, name: str) -> Json:
    return draw.choice([i for r in payload["requests"] for i in r["items"] if i[name]])


def _new(old: str, case: Case, new: str) -> str:
    """Insist that a value is new to the mail; raises ``LookupError`` where it is not."""
    if new == old or new in case.mail.partition("\n\n")[2]:
        raise LookupError(new)
    return new


def _quote_reworded(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    words = request["quote"].split(" ")
    del words[draw.randrange(1, len(words) - 1) if len(words) > 2 else 0]
    request["quote"] = _new(request["quote"], case, " ".join(words))


def _quote_recased(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    request["quote"] = _new(request["quote"], case, request["quote"].upper())


def _quote_respaced(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    request["quote"] = _new(request["quote"], case, request["quote"].replace(" ", "  ", 1))


def _quote_emptied(payload: Json, _: Case, draw: random.Random) -> None:
    _request_with(payload, draw, "quote")["quote"] = draw.choice(["", " ", "."])


def _order_of_others(payload: Json, case: Case, draw: random.Random) -> None:
    """Take the order number from a mail that is only quoted."""
    request = _request_with(payload, draw, "order_id")
    quoted = "\n".join(line for line in case.mail.splitlines() if line.startswith(">"))
    number = draw.choice(re.findall(r"\b[A-Z]{2}-\d{7}\b", quoted))
    if number in _own_words(case):
        raise LookupError(number)
    request["order_id"] = number


def _order_misread(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "order_id")
    number = list(request["order_id"])
    at = draw.randrange(3, len(number))
    number[at] = str((int(number[at]) + draw.randint(1, 9)) % 10)
    request["order_id"] = _new(request["order_id"], case, "".join(number))


def _money_moved(name: str, cents: Sequence[int]) -> Twist:
    def twist(payload: Json, _: Case, draw: random.Random) -> None:
        holder = draw.choice([h for h in objects_in(payload) if h.get(name)])
        whole = int(str(holder[name]).replace(".", "")) + draw.choice(cents)
        holder[name] = f"{whole // 100}.{whole % 100:02d}"

    return twist


def _days_swapped(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "ordered_on", "delivered_on")
    if request["ordered_on"] == request["delivered_on"]:
        raise LookupError("the same day")
    request["ordered_on"], request["delivered_on"] = request["delivered_on"], request["ordered_on"]


def _year_moved(name: str, years: int) -> Twist:
    def twist(payload: Json, _: Case, draw: random.Random) -> None:
        request = _request_with(payload, draw, name)
        day = request[name].replace("-02-29", "-02-28")
        request[name] = f"{int(day[:4]) + years}{day[4:]}"

    return twist


def _quantity_moved(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "quantity")
    item["quantity"] = int(_new(str(item["quantity"]), case, str(draw.randint(13, 99))))


def _sku_invented(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "sku")
    item["sku"] = _new(item["sku"], case, f"{item['sku'][:-2]}{draw.randint(10, 99)}")


def _product_invented(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "product")
    item["product"] = _new(item["product"], case, f"{item['product']} Max")


def _currency_changed(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "currency")
    others = {"BRL", "EUR", "USD"} - {request["currency"]}
    request["currency"] = draw.choice(sorted(others))


def _currency_lost(payload: Json, _: Case, draw: random.Random) -> None:
    _request_with(payload, draw, "currency", "total")["currency"] = None


def _item_twice(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "items")
    request["items"].append(copy.deepcopy(draw.choice(request["items"])))


def _name_invented(payload: Json, case: Case, draw: random.Random) -> None:
    names = ("Eleonora Prado", "Tobias Quirk", "Xavier Nunes", "Ottilie Vance")
    payload["customer_name"] = _new(str(payload["customer_name"]), case, draw.choice(names))


def _shipping_invented(payload: Json, _: Case, draw: random.Random) -> None:
    request = draw.choice([r for r in payload["requests"] if r["kind"] == "order"])
    if request["shipping"] or not request["currency"]:
        raise LookupError("shipping is said")
    request["shipping"] = f"{draw.randint(3, 60)}.{draw.randint(11, 99)}"


def _order_twice(payload: Json, _: Case, draw: random.Random) -> None:
    if len(payload["requests"]) > 4:
        raise LookupError("there is no room")
    payload["requests"].append(copy.deepcopy(_request_with(payload, draw, "order_id")))


def _day_misread(payload: Json, case: Case, draw: random.Random) -> None:
    """Move a day where the mail names days by their numbers, and nobody counts them."""
    if re.search(COUNTED, case.mail, re.IGNORECASE):
        raise LookupError("days are counted")
    name = draw.choice(("wanted_by", "ordered_on", "delivered_on"))
    request = _request_with(payload, draw, name)
    written = {int(number) for number in re.findall(r"\d+", _own_words(case))}
    others = sorted(set(range(1, 29)) - written)
    request[name] = f"{request[name][:8]}{draw.choice(others):02d}"


COUNTED = (
    r"day|ago|last|night|week|morning|tomorrow|hoje|ontem|há|passad|atrás|amanhã|dia"
    r"|segunda|terça|quarta|quinta|sexta|sábado|domingo"
)


TWISTS: Mapping[str, Twist] = {
    "a word missing in the quote": _quote_reworded,
    "the quote in capitals": _quote_recased,
    "the quote with another space": _quote_respaced,
    "an empty quote": _quote_emptied,
    "an order number only quoted": _order_of_others,
    "an order number misread": _order_misread,
    "a total off by a few cents": _money_moved("total", (-2, -1, 1, 2)),
    "a price off by a few cents": _money_moved("unit_price", (-2, -1, 1, 2)),
    "a total in cents": _money_moved("total", (100_000, 500_000)),
    "days swapped": _days_swapped,
    "delivered in the future": _year_moved("delivered_on", 1),
    "wanted in the past": _year_moved("wanted_by", -1),
    "a quantity misread": _quantity_moved,
    "a SKU misread": _sku_invented,
    "a product never named": _product_invented,
    "another currency": _currency_changed,
    "amounts without a currency": _currency_lost,
    "an item twice": _item_twice,
    "a name never signed": _name_invented,
    "shipping never said": _shipping_invented,
    "an order asked about twice": _order_twice,
    "a day misread": _day_misread,
}


def twisted(seed: int, count: int) -> Iterator[tuple[str, Case, Json]]:
    """Draw payloads that are valid and wrong, as many of each kind."""
    draw, kinds = random.Random(seed), list(TWISTS)
    cases = draw_cases(seed + 5, 300)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        for case in draw.sample(cases, len(cases)):
            payload = copy.deepcopy(case.payload)
            try:
                TWISTS[kind](payload, case, draw)
            except (LookupError, IndexError):
                continue
            yield kind, case, payload
            break
