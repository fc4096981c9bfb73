"""Write a world as JSON: the same bytes for the same seed, everywhere."""

import json
from collections.abc import Sequence

from pydantic import BaseModel, JsonValue

from shared.world.world import World

PARTS = (
    "products",
    "customers",
    "orders",
    "documents",
    "emails",
    "questions",
    "chains",
    "refund_tasks",
    "dialogues",
    "tickets",
    "poisoned",
)


def as_data(world: World, parts: Sequence[str] = PARTS) -> dict[str, JsonValue]:
    """Return the world as plain data; money is text, dates are ISO."""
    data: dict[str, JsonValue] = {
        "seed": f"{world.seed:#x}",
        "today": world.today.isoformat(),
        "rules": _plain(world.rules),
        "old_rules": _plain(world.old_rules),
    }
    for part in parts:
        data[part] = [_plain(value) for value in getattr(world, part)]
    return data


def canonical(world: World, parts: Sequence[str] = PARTS) -> bytes:
    """Serialise with sorted keys and no spaces, as UTF-8."""
    data = as_data(world, parts)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: BaseModel) -> JsonValue:
    dumped: JsonValue = value.model_dump(mode="json")
    return dumped
