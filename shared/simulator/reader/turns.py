"""Dialogue: turns written out in a text, tools called, and answers that were found wanting."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from shared.llm.messages import Message, Role, ToolCall, ToolResult
from shared.simulator.reader.examples import Example
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import parts, tokens

MOST_CHARACTERS = 4_000_000
LONGEST_QUOTED = 200_000


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said earlier in the dialogue."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call made earlier, with its result if it came."""

    name: str
    arguments: str
    result: str | None = None
    failed: bool = False


def ends_with_results(message: Message) -> bool:
    """Tell whether a message brings tools' results."""
    return any(isinstance(part, ToolResult) for part in message.parts)


def last_user(messages: tuple[Message, ...]) -> int:
    """Find the user turn that sets the task: the last, unless it only complains of an answer."""
    spoken = [i for i, m in enumerate(messages) if m.role is Role.USER and m.text.strip()]
    for index in reversed(spoken):
        if not (index and _complains(messages, index)):
            return index
    return spoken[-1] if spoken else -1


def _complains(messages: tuple[Message, ...], index: int) -> bool:
    """Tell whether a user turn finds fault with the answer just before it."""
    before, told = messages[index - 1], messages[index].text
    if before.role is Role.ASSISTANT:
        return index > 1 and _is_structured(before) and bool(_faults(told))
    # Some clients quote the answer beside the complaint, in place of its own turn.
    return before.role is Role.USER and bool(_faults(told)) and bool(_quoted_answer(told))


def _quoted_answer(text: str) -> str:
    """Find a JSON object that a text quotes, or an empty string."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if 0 <= start < end < LONGEST_QUOTED else None
    except (ValueError, RecursionError):
        return ""
    return text[start : end + 1] if isinstance(found, dict) else ""


def _is_structured(message: Message) -> bool:
    if any(isinstance(part, ToolCall) for part in message.parts):
        return True
    return "{" in message.text


FAULTS = frozenset(
    words(
        """error errors invalid validation wrong failed fails mismatch incorrect missing required
    expected violates violation correct fix retry problem problems rejected not match erro
    erros invalido invalida validacao errado errada falhou faltando falta obrigatorio
    esperado corrija corrigir problema schema"""
    )
)


def _faults(text: str) -> int:
    found = sum(word in FAULTS for word in tokens(text[:4_000]))
    return found if found >= 2 else 0


def feedback_in(messages: tuple[Message, ...], last: int) -> tuple[str, str]:
    """Find the last structured answer that was found wanting, and what was said of it."""
    for index in range(len(messages) - 1, 0, -1):
        message = messages[index]
        if message.role is Role.ASSISTANT:
            return "", ""
        told = message.text + "\n".join(
            p.text
            for p in message.parts
            if isinstance(p, ToolResult) and p.is_error | _looks_wrong(p)
        )
        if index == last and not _complains(messages, index):
            continue
        if messages[index - 1].role is Role.USER and _complains(messages, index):
            answered = _quoted_answer(message.text)
            return answered, told.replace(answered, "")
        answer = next((m for m in reversed(messages[:index]) if m.role is Role.ASSISTANT), None)
        if answer is None:
            continue
        if _is_structured(answer) and _faults(told):
            calls = [p.arguments for p in answer.parts if isinstance(p, ToolCall)]
            return (calls[-1] if calls else answer.text), told
    return "", ""


def _looks_wrong(result: ToolResult) -> bool:
    return _faults(result.text[:400]) > 1


def calls_in(messages: tuple[Message, ...]) -> Iterator[Called]:
    """Yield the tool calls made so far, each with its result if it came."""
    results = {
        part.call_id: part for m in messages for part in m.parts if isinstance(part, ToolResult)
    }
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                result = results.get(part.id)
                yield Called(
                    part.name,
                    part.arguments,
                    result.text if result else None,
                    bool(result and result.is_error),
                )


def dialogue_examples(turns: list[Turn]) -> Iterator[Example]:
    """Earlier user and assistant turns show the work, as few-shot examples do."""
    for before, after in itertools.pairwise(turns):
        if before.role == "user" and after.role == "assistant":
            yield Example(before.text.strip(), after.text.strip(), from_turns=True)


def spoken(text: str) -> Iterator[Turn]:
    """Read a dialogue written out in a text, one speaker a line."""
    role, lines = "user", list[str]()
    for line in text.split("\n"):
        name, colon, said = line.partition(":")
        word = name.strip(" *#-[]").lower()
        if colon and len(word) <= 24 and len(word.split()) <= 2 and word:
            if lines:
                yield Turn(role, "\n".join(lines).strip())
            role = "user" if word in USERS else "assistant"
            lines = [said.strip(" *")]
        else:
            lines.append(line)
    if "".join(lines).strip():
        yield Turn(role, "\n".join(lines).strip())


USERS = frozenset(
    words("""user human customer client usuario usuário cliente person you q pergunta question""")
)


def flattened(text: str) -> str:
    """Write a tool's JSON result as lines of ``key: value``; other text stays as it is."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > 200_000:
        return text
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text
    lines: list[str] = []
    _flatten(data, "", lines, 0)
    return "\n".join(lines)


def _flatten(value: JsonValue, path: str, lines: list[str], depth: int) -> None:
    if depth > 12 or len(lines) > 2_000:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, f"{path} {' '.join(parts(str(key)))}".strip(), lines, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _flatten(inner, path, lines, depth + 1)
    else:
        lines.append(f"{path}: {value}." if path else f"{value}")
