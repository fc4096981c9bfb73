"""Changes of a contract: those that break its clients, and those that do not."""

import copy
import random
from collections.abc import Callable

from .cases import Json

METHODS = ("get", "put", "post", "delete", "patch")
Edit = Callable[[Json, random.Random], str]


def operations(document: Json) -> list[Json]:
    """List the operations of a document."""
    return [o for path in document["paths"].values() for m, o in path.items() if m in METHODS]


def named(document: Json, name: str) -> Json:
    """Find a schema."""
    found: Json = document["components"]["schemas"][name]
    return found


def drop_route(document: Json, draw: random.Random) -> str:
    """Take a route away."""
    path: str = draw.choice(sorted(document["paths"]))
    del document["paths"][path]
    return path


def drop_read_field(document: Json, draw: random.Random) -> str:
    """Take a field out of what is read."""
    schema = named(document, draw.choice(("Order", "Refund", "Answer", "OrderPage")))
    field = draw.choice(sorted(schema["properties"]))
    del schema["properties"][field]
    schema["required"] = [name for name in schema["required"] if name != field]
    return str(field)


def loosen_read_field(document: Json, draw: random.Random) -> str:
    """Make a field that was always there optional."""
    schema = named(document, draw.choice(("Order", "Refund", "Answer")))
    field = draw.choice(sorted(schema["required"]))
    schema["required"] = [name for name in schema["required"] if name != field]
    return str(field)


def retype_read_field(document: Json, draw: random.Random) -> str:
    """Give a field that is read another type."""
    schema = named(document, draw.choice(("Refund", "Line", "Order")))
    numbers = [n for n, s in schema["properties"].items() if s.get("type") == "integer"]
    field = draw.choice(sorted(numbers))
    schema["properties"][field]["type"] = "string"
    return str(field)


def widen_read_enum(document: Json, draw: random.Random) -> str:
    """Let a field that is read have a value more."""
    value = f"state-{draw.randrange(99)}"
    named(document, "AnswerState")["enum"].append(value)
    return value


def require_sent_field(document: Json, draw: random.Random) -> str:
    """Ask for a field that nobody sent before."""
    schema, field = named(document, draw.choice(("RefundIn", "Question"))), f"f{draw.randrange(99)}"
    schema["properties"][field] = {"type": "string"}
    schema["required"].append(field)
    return field


def require_parameter(document: Json, draw: random.Random) -> str:
    """Ask for a parameter that nobody sent before."""
    operation, name = draw.choice(operations(document)), f"x-p{draw.randrange(99)}"
    parameter = {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
    operation.setdefault("parameters", []).append(parameter)
    return name


def tighten_sent_bound(document: Json, draw: random.Random) -> str:
    """Take less than before."""
    schema = named(document, "RefundIn")["properties"]
    field, keyword, value = draw.choice(
        (
            ("amount_cents", "maximum", 10_000),
            ("reason", "maxLength", 80),
            ("amount_cents", "minimum", 100),
        )
    )
    schema[field][keyword] = value
    return f"{field} {keyword}"


def refuse_sent_field(document: Json, _: random.Random) -> str:
    """Take a field no more that was optional."""
    del named(document, "Question")["properties"]["order_id"]
    return "order_id"


def change_media_type(document: Json, draw: random.Random) -> str:
    """Send something else than was read."""
    operation = draw.choice([o for o in operations(document) if "200" in o["responses"]])
    content = operation["responses"]["200"]["content"]
    kind, *_ = content
    content["application/xml"] = content.pop(kind)
    return str(kind)


def change_status(document: Json, draw: random.Random) -> str:
    """Answer success with another status."""
    operation = draw.choice([o for o in operations(document) if "201" in o["responses"]])
    operation["responses"]["200"] = operation["responses"].pop("201")
    return "201"


def add_route(document: Json, draw: random.Random) -> str:
    """Add a route."""
    path = f"/v1/new{draw.randrange(99)}"
    document["paths"][path] = {"get": copy.deepcopy(document["paths"]["/healthz"]["get"])}
    return path


def add_read_field(document: Json, draw: random.Random) -> str:
    """Tell more than before."""
    schema, field = named(document, draw.choice(("Order", "Answer"))), f"g{draw.randrange(99)}"
    schema["properties"][field] = {"type": "string"}
    schema["required"].append(field)
    return field


def add_optional_sent_field(document: Json, draw: random.Random) -> str:
    """Take a field more, if somebody sends it."""
    schema, field = named(document, draw.choice(("RefundIn", "Question"))), f"h{draw.randrange(99)}"
    schema["properties"][field] = {"type": "string"}
    return field


def add_optional_parameter(document: Json, draw: random.Random) -> str:
    """Take a parameter more, if somebody sends it."""
    operation, name = draw.choice(operations(document)), f"q{draw.randrange(99)}"
    parameter = {"in": "query", "name": name, "required": False, "schema": {"type": "string"}}
    operation.setdefault("parameters", []).append(parameter)
    return name


def loosen_sent_bound(document: Json, draw: random.Random) -> str:
    """Take more than before."""
    named(document, "RefundIn")["properties"]["reason"]["maxLength"] = 3_000 + draw.randrange(99)
    return "reason maxLength"


def say_it_better(document: Json, draw: random.Random) -> str:
    """Change words only."""
    draw.choice(operations(document))["description"] = f"Better words {draw.random()}."
    return "description"


BREAKING: tuple[Edit, ...] = (
    drop_route, drop_read_field, loosen_read_field, retype_read_field, widen_read_enum,
    require_sent_field, require_parameter, tighten_sent_bound, refuse_sent_field,
    change_media_type, change_status,
)  # fmt: skip
COMPATIBLE: tuple[Edit, ...] = (
    add_route, add_read_field, add_optional_sent_field, add_optional_parameter, loosen_sent_bound,
    say_it_better,
)  # fmt: skip
