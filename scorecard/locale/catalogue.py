"""Find the messages in the code, and keep the ``.po`` and ``.mo`` files in step with them.

The two formats are GNU gettext's; only what we write ourselves is read back: no contexts, no
obsolete entries.
"""

import ast
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jinja2 import Environment, nodes

MAGIC = 0x950412DE
HEADER = """\
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Language: {language}
Plural-Forms: nplurals=2; plural=(n > 1);
"""
SOURCES = ("scorecard",)
MARKS = frozenset({"t", "mark", "say"})


@dataclass(frozen=True, order=True)
class Message:
    """One message: its English text, and the plural where it has one."""

    text: str
    many: str = ""


Translations: TypeAlias = Mapping[Message, tuple[str, ...]]


def find_messages(root: Path) -> dict[Message, str]:
    """Find every message in the code, and the file that says it first."""
    found: dict[Message, str] = {}
    for package in SOURCES:
        for file in sorted((root / package).rglob("*.py")):
            if "tests" not in file.parts:
                for message in _messages(ast.parse(file.read_text(encoding="utf-8"))):
                    found.setdefault(message, file.relative_to(root).as_posix())
        for file in sorted((root / package).rglob("*.jinja")):
            for message in _in_template(file.read_text(encoding="utf-8")):
                found.setdefault(message, file.relative_to(root).as_posix())
    return found


def _in_template(text: str) -> Iterator[Message]:
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        texts = [str(arg.value) for arg in call.args if isinstance(arg, nodes.Const)]
        match call.node:
            case nodes.Name(name="t") if texts:
                yield Message(texts[0])
            case nodes.Getattr(node=nodes.Name(name="t"), attr="plural") if len(texts) > 1:
                yield Message(texts[0], texts[1])
            case _:
                pass


def _messages(tree: ast.Module) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, owner = _name(node.func), getattr(node.func, "value", None)
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if name in MARKS and texts and isinstance(texts[0], str):
            yield Message(texts[0])
        elif name == "plural" and owner is not None and _name(owner) == "t" and len(texts) > 1:
            yield Message(str(texts[0]), str(texts[1]))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def read_po(text: str) -> dict[Message, tuple[str, ...]]:
    """Read the translations of a ``.po`` file, without its header."""
    found: dict[Message, tuple[str, ...]] = {}
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            keyword, _, quoted = line.partition(" ")
            if line.startswith('"'):
                fields[current] += json.loads(line)
            elif not line.startswith("#") and quoted:
                current = keyword
                fields[current] = json.loads(quoted)
        if fields.get("msgid"):
            message = Message(fields["msgid"], fields.get("msgid_plural", ""))
            found[message] = tuple(v for k, v in fields.items() if k.startswith("msgstr"))
    return found


def po_text(language: str, messages: Mapping[Message, str], known: Translations) -> str:
    """Write every message with its translation, by file; a new one is left empty."""
    header = "".join(
        f"{_quoted(line)}\n" for line in HEADER.format(language=language).splitlines(keepends=True)
    )
    blocks = [f'msgid ""\nmsgstr ""\n{header}']
    for message, file in sorted(messages.items(), key=lambda pair: (pair[1], pair[0])):
        blocks.append(f"#: {file}\n{_entry(message, known.get(message, ()))}")
    return "\n".join(blocks)


def _entry(message: Message, told: tuple[str, ...]) -> str:
    lines = [f"msgid {_quoted(message.text)}"]
    if message.many:
        lines.append(f"msgid_plural {_quoted(message.many)}")
        forms = told or ("", "")
        lines += [f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(forms)]
    else:
        lines.append(f"msgstr {_quoted(told[0] if told else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def mo_bytes(language: str, translations: Translations) -> bytes:
    """Compile translations into the form that ``gettext`` reads; what is empty is left out."""
    pairs = {b"": HEADER.format(language=language).encode()}
    for message, told in translations.items():
        if all(told):
            key = "\0".join(filter(None, (message.text, message.many)))
            pairs[key.encode()] = "\0".join(told).encode()
    keys = sorted(pairs)
    count, start = len(keys), 28
    at = start + 16 * count
    tables: list[bytes] = []
    body = b""
    for texts in (keys, [pairs[key] for key in keys]):
        for text in texts:
            tables.append(struct.pack("<II", len(text), at + len(body)))
            body += text + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, start, start + 8 * count, 0, at)
    return head + b"".join(tables) + body
