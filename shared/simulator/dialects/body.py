"""Validate request bodies, and say what is wrong in the words of OpenAI's API."""

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from shared.simulator.dialects.errors import ApiError, invalid

T = TypeVar("T", bound=BaseModel)

_BRANCHES: Final = frozenset({"str", "int", "float", "bool", "none", "constrained"})


class Body(BaseModel):
    """A request body: types are taken as they come, unknown names are errors."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, protected_namespaces=()
    )


class Loose(Body):
    """A part of a body where a server ignores what it does not know."""

    model_config = ConfigDict(extra="ignore")


def parse(model: type[T], body: bytes) -> T:
    """Read a body; raises ``ApiError`` 400 naming the first parameter that is wrong."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _translate(error) from None


def _translate(error: ValidationError) -> ApiError:
    details = error.errors(include_url=False, include_context=True)
    # Of a union's branches the one that got furthest says best what is wrong.
    first = max(details, key=lambda item: len(item["loc"]))
    extra = next((item for item in details if item["type"] == "extra_forbidden"), None)
    shown = extra if extra is not None and len(extra["loc"]) == 1 else first
    return _worded(shown)


def _worded(item: ErrorDetails) -> ApiError:
    kind = item["type"]
    param = path(item["loc"])
    if kind == "json_invalid":
        return invalid(
            f"We could not parse the JSON body of your request: {item['ctx']['error']}.",
            code="invalid_json",
        )
    if kind == "extra_forbidden":
        return invalid(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")
    if kind == "missing":
        return invalid(
            f"Missing required parameter: '{param}'.",
            param=param,
            code="missing_required_parameter",
        )
    return invalid(
        f"Invalid value for '{param}': {item['msg']}; you sent {_short(item['input'])}.",
        param=param,
        code="invalid_type" if kind.endswith("_type") else "invalid_value",
    )


def path(location: tuple[int | str, ...]) -> str:
    """Write where a value stands: ``messages[0].content``."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        # The names of a union's branches are ours, not the caller's.
        elif step.isidentifier() and step not in _BRANCHES and not step[0].isupper():
            text += f".{step}" if text else step
    return text


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = repr(value[:99] if isinstance(value, str | bytes) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."
