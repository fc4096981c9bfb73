"""Find a function of a project, fit plain data to its annotations, and make its answer plain."""

import importlib
import importlib.util
import inspect
import json
from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from typing import Any, get_args, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from scorecard.worker.clients import Opened
from shared.errors import CapstoneError

LONGEST_TEXT = 2_000


class ArgumentMismatchError(CapstoneError):
    """A parameter is annotated with something the grader's argument does not fit."""


class ReturnMismatchError(CapstoneError):
    """A function returned something other than its annotation says."""


class Callee:
    """One function of the project, with the types of its parameters and its answer."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self._name = name
        self._function = function
        self._hints = _hints(function)
        self._adapters: dict[str, TypeAdapter[Any]] = {}

    @classmethod
    def find(cls, project: str, dotted: str) -> "Callee":
        """Find ``module.function`` or ``module.Class.method`` inside the project's package."""
        module, *path = dotted.split(".")
        found: Any = importlib.import_module(f"projects.{project}.{module}")
        for name in path:
            submodule = f"{found.__name__}.{name}" if inspect.ismodule(found) else ""
            if submodule and not hasattr(found, name) and importlib.util.find_spec(submodule):
                found = importlib.import_module(submodule)
            else:
                found = getattr(found, name)
        return cls(dotted, found)

    async def invoke(self, arguments: Mapping[str, Any]) -> bytes:
        """Call it and return its answer as JSON; whatever it raises comes through."""
        fitted = {name: self._fit(name, value) for name, value in arguments.items()}
        answer = self._function(**fitted)
        hint = self._hints.get("return", Any)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, AsyncIterable):
            answer = [item async for item in answer]
            hint = _list_of(hint)
        elif isinstance(answer, Iterator):
            answer, hint = list(answer), _list_of(hint)
        return self._dump(answer, hint)

    def _fit(self, name: str, value: Any) -> Any:
        if isinstance(value, Opened):
            return value.value
        hint = self._hints.get(name, Any)
        try:
            return self._adapter(name, hint).validate_json(json.dumps(value))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ArgumentMismatchError(
                f"{self._name} takes {name}: {hint}, which the grader's value does not fit "
                f"({first['msg']}).",
                advice="Keep the signature the brief gives.",
            ) from error

    def _dump(self, answer: Any, hint: Any) -> bytes:
        try:
            adapter = self._adapter("return", hint)
            return adapter.dump_json(answer, warnings="error", fallback=_plain)
        except PydanticSerializationError as error:
            raise ReturnMismatchError(
                f"{self._name} is annotated to return {hint} and returned "
                f"{type(answer).__name__} ({str(error)[:200]})."
            ) from error

    def _adapter(self, name: str, hint: Any) -> TypeAdapter[Any]:
        if name not in self._adapters:
            self._adapters[name] = _adapter(hint)
        return self._adapters[name]


def _adapter(hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint)
    except PydanticSchemaGenerationError:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target = function.__init__ if inspect.isclass(function) else function
    hints = get_type_hints(target, include_extras=True)
    return hints | {"return": function} if inspect.isclass(function) else hints


def _list_of(hint: Any) -> Any:
    items = get_args(hint)
    return list[items[0]] if items else list[Any]  # type: ignore[valid-type]  # known at run time


def _plain(value: Any) -> Any:
    """Turn an array or a NumPy scalar into lists and numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not plain data")


def raised(error: BaseException) -> dict[str, Any]:
    """Describe an exception by the names of its classes, nearest first, and its message."""
    names = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 (its own __str__ may do anything)
        message = f"(its message raised {type(broken).__name__})"
    return {"raised": names, "message": message[:LONGEST_TEXT]}
