"""Mails of a fresh world, and the payloads that are their truth.

Every mail comes from a world of its own seed, so no answer can be prepared.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from shared.world.model import Email
from shared.world.world import draw as draw_world

from .results import Json


@dataclass(frozen=True)
class Case:
    """A mail and the payload that a careful reader would write."""

    id: str
    mail: str
    payload: Json


def draw_cases(seed: int, count: int) -> list[Case]:
    """Draw mails with their truth in the form of version 2."""
    return [
        Case(email.id, email.text, payload_of(email))
        for email in draw_world(seed).draw_emails(count)
    ]


def payload_of(email: Email) -> Json:
    """Write a mail's truth as a payload."""
    truth = email.truth.model_dump(mode="json")
    return {
        "version": "2",
        "language": truth["language"],
        "customer_name": truth["customer_name"],
        "requests": [_request(email, at, request) for at, request in enumerate(truth["requests"])],
    }


def _request(email: Email, at: int, truth: Json) -> Json:
    places = [m.start for m in email.mentions if m.field.startswith(f"requests.{at}.")]
    own = ("shipping", "wanted_by")
    after = ("order_id", "ordered_on", "delivered_on", "reason", "resolution")
    return {
        "quote": sentence_at(email.body, min(places)),
        "kind": truth["kind"],
        "items": [
            {name: item[name] for name in ("product", "sku", "quantity", "unit_price")}
            for item in truth["items"]
        ],
        "currency": truth["currency"],
        "total": truth["total"],
        **{name: truth[name] for name in (own if truth["kind"] == "order" else after)},
    }


def sentence_at(text: str, place: int) -> str:
    """Return the sentence or line around a place."""
    breaks = [0, *(m.end() for m in re.finditer(r"[.!?:]\s+|\n+", text)), len(text)]
    start = max(at for at in breaks if at <= place)
    end = min(at for at in breaks if at > place)
    return text[start:end].strip()


def objects_in(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """Visit every object, outermost first."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for item in inner:
        yield from objects_in(item)
