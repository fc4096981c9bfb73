"""Prompts as files: a version each, typed variables, and data that cannot pass for instructions.

``prompts/<name>/v<version>.yaml`` declares its variables and its messages. ``render`` fills them
and does nothing else: the same values always give the same bytes. What somebody else wrote is
``data``; it stands between two marks with a nonce that occurs nowhere in it.

    variables: {facts: data, queues: text, shots: examples}
    messages:
      - {role: system, text: "Answer from the facts in <facts-{{ nonce }}>."}
      - {role: user, each: shots, text: "{{ example.text }}"}
      - {role: assistant, each: shots, text: "Answer: {{ example.answer }}"}
      - {role: user, text: "{{ facts }}"}
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import count, groupby
from pathlib import Path
from typing import Literal, TypeAlias

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError, select_autoescape
from pydantic import Field, ValidationError

from shared.errors import CapstoneError
from shared.llm.messages import Frozen, Message, Role, TextPart

FOLDER = Path(__file__).parent / "prompts"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
MARK = re.compile(r"<([a-z][a-z0-9_]*)-([0-9a-f]{16})>\n")

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


def render(name: str, version: int, values: Mapping[str, Value]) -> tuple[Message, ...]:
    """Fill a prompt; the same values give the same messages, byte for byte.

    Raises ``PromptError`` where ``values`` lacks a declared variable, has one that is not declared,
    or gives one of another type: ``text`` and ``data`` take a string, ``examples`` a tuple of
    ``Example``. Data, and every example's text, is put between marks (see ``fenced``), so no text
    changes how many messages there are or who speaks in them, and none is a template itself.
    Templates may also use ``nonce``, and ``example`` in a message with ``each``.
    """
    # task 1: begin
    prompt = load(name, version)
    _check(name, version, prompt.variables, values)
    plain = {key: value for key, value in values.items() if isinstance(value, str)}
    shown = {key: value for key, value in values.items() if not isinstance(value, str)}
    data = {key: text for key, text in plain.items() if prompt.variables[key] == "data"}
    for key, examples in shown.items():
        data |= {f"{key}_{at}": example.text for at, example in enumerate(examples)}
    nonce = nonce_for(data.values())
    known = {**plain, **fenced(data), "nonce": nonce}
    messages: list[Message] = []
    for each, turns in groupby(prompt.messages, key=lambda turn: turn.each):
        together = tuple(turns)
        for extra in _extras(each, shown, known):
            for turn in together:
                text = filled(turn.text, {**known, **extra}, f"{name} v{version}")
                messages.append(Message(role=Role(turn.role), parts=(TextPart(text=text),)))
    return tuple(messages)
    # task 1: end


def _check(
    name: str, version: int, declared: Mapping[str, Kind], values: Mapping[str, Value]
) -> None:
    for verb, keys in (
        ("lacks", declared.keys() - values.keys()),
        ("does not know", values.keys() - declared.keys()),
    ):
        if keys:
            raise PromptError(
                f"Prompt {name} v{version} {verb} {', '.join(sorted(keys))}.",
                advice=f"It takes {', '.join(sorted(declared)) or 'no variables'}.",
            )
    for key, kind in declared.items():
        if isinstance(values[key], str) == (kind == "examples"):
            raise PromptError(
                f"Prompt {name} v{version} takes {kind} for {key}, "
                f"not {type(values[key]).__name__}."
            )


def _extras(
    each: str, shown: Mapping[str, Sequence[Example]], known: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """Give the extra names of a turn: none, or once for every example."""
    if not each:
        yield {}
        return
    for at, example in enumerate(shown.get(each, ())):
        yield {"example": {"text": known[f"{each}_{at}"], "answer": example.answer}}


def filled(template: str, values: Mapping[str, object], where: str) -> str:
    """Fill one template; raises ``PromptError`` that says ``where`` it stands."""
    try:
        return _compiled(template).render(values).strip()
    except TemplateError as error:
        raise PromptError(f"Prompt {where} cannot be filled: {error}.") from None


def fenced(data: Mapping[str, str]) -> dict[str, str]:
    """Put each text between marks of its own: ``<name-nonce>``, the text, ``</name-nonce>``.

    Marks and text stand on lines of their own. All marks share one nonce, ``nonce_for`` the texts.
    """
    nonce = nonce_for(data.values())
    return {name: f"<{name}-{nonce}>\n{text}\n</{name}-{nonce}>" for name, text in data.items()}


def nonce_for(texts: Iterable[str]) -> str:
    """Derive 16 hexadecimal digits that occur in none of ``texts``, and follow from them alone.

    No clock and no random generator: rendering stays pure. Who writes one text cannot foresee the
    nonce without all the others, and a guess that holds would change the text it depends on.
    """
    # task 2: begin
    given = tuple(texts)
    for attempt in count():
        digest = blake2b(digest_size=8)
        for part in (str(attempt), *given):
            raw = part.encode("utf-8", "surrogatepass")
            # Lengths first, or ("ab", "c") and ("a", "bc") would be the same texts.
            digest.update(len(raw).to_bytes(8, "big") + raw)
        nonce = digest.hexdigest()
        if not any(nonce in text for text in given):
            return nonce
    raise AssertionError("counting does not end")
    # task 2: end


def recovered(messages: Sequence[Message]) -> dict[str, str]:
    """Read the data back out of rendered messages, exactly as it was put in."""
    found: dict[str, str] = {}
    for message in messages:
        position = 0
        while mark := MARK.search(message.text, position):
            closing = f"\n</{mark[1]}-{mark[2]}>"
            end = message.text.find(closing, mark.end())
            if end < 0:
                position = mark.end()
                continue
            found.setdefault(mark[1], message.text[mark.end() : end])
            position = end + len(closing)
    return found
