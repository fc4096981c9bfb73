"""Prompts as files: ``prompts/<name>/v<version>.yaml`` declares its variables and its messages.

variables: {facts: data, queues: text, shots: examples}
messages:
- {role: system, text: "Answer from the facts in <facts-{{ nonce }}>."}
- {role: user, each: shots, text: "{{ example.text }}"}
- {role: assistant, each: shots, text: "Answer: {{ example.answer }}"}
- {role: user, text: "{{ facts }}"}
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError, select_autoescape
from pydantic import Field, ValidationError

from shared.errors import CapstoneError
from shared.llm.messages import Frozen

FOLDER = Path(__file__).parents[1] / "prompts"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

Kind: TypeAlias = Literal["text", "data", "examples"]


class PromptError(CapstoneError):
    """A prompt does not exist, or its values do not fit its variables."""


class Example(Frozen):
    """An input and the output wanted for it, to be shown."""

    text: str
    answer: str


Value: TypeAlias = str | tuple[Example, ...]


class Turn(Frozen):
    """A message to write; with ``each``, one for every example of that variable.

    Neighbours with the same ``each`` are written together: question, answer, question, answer.
    """

    role: Literal["system", "user", "assistant"]
    text: str
    each: str = ""


class Prompt(Frozen):
    """A prompt file, read and checked."""

    description: str
    variables: dict[str, Kind] = Field(default_factory=dict)
    messages: tuple[Turn, ...] = Field(min_length=1)


@lru_cache(maxsize=64)
def load(name: str, version: int) -> Prompt:
    """Read a prompt file; raises ``PromptError`` where there is none, or it is broken."""
    file = FOLDER / name / f"v{version}.yaml"
    if not NAME.fullmatch(name) or not file.is_file():
        known = sorted(f"{f.parent.name} {f.stem}" for f in FOLDER.glob("*/v*.yaml"))
        raise PromptError(
            f"There is no prompt {name!r} in version {version}.",
            advice=f"There are {', '.join(known)}.",
        )
    try:
        return Prompt.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise PromptError(f"{file.name} of {name} cannot be read: {said}.") from None


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    """Make a template that raises for a variable without a value; nothing is escaped as HTML."""
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=(), default_for_string=False),
    )
    return environment.from_string(template)


def filled(template: str, values: Mapping[str, object], where: str) -> str:
    """Fill one template; raises ``PromptError`` that says ``where`` it stands."""
    try:
        return _compiled(template).render(values).strip()
    except TemplateError as error:
        raise PromptError(f"Prompt {where} cannot be filled: {error}.") from None
