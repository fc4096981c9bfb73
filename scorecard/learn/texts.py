"""A project's modules as text: read with care, and tasks found in them.

A learner's file may have a byte order mark, another system's line ends, or a merge conflict. All of
them are read; what cannot be is said in one sentence.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from scorecard.catalog.model import Project, Task
from scorecard.learn.errors import LearnError
from scorecard.locale import say
from scorecard.syntax import parse

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
GRADERS = frozenset({"tests", "criteria", "criteria.py", "mutants"})


def modules(folder: Path) -> Iterator[Path]:
    """Yield the modules of a project that are its work: neither tests nor criteria nor hidden."""
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if parts[0] not in GRADERS and not hidden and file.is_file():
            yield file


def read_modules(folder: Path) -> dict[str, str]:
    """Read a project's modules by name, with plain line ends."""
    return {file.relative_to(folder).as_posix(): read_text(file) for file in modules(folder)}


def read_text(file: Path) -> str:
    """Read a file as Python would: a byte order mark is none of the text, CRLF is a line end."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LearnError(
            say("{file} is not UTF-8 text (byte {at}).", file=file.name, at=error.start),
            advice=say("Save it as UTF-8."),
        ) from None


def like(text: str, old: bytes) -> bytes:
    """Write ``text`` with the byte order mark and line ends of ``old``."""
    ends = "\r\n" if b"\r\n" in old else "\n"
    mark = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.replace("\n", ends).encode()


def module_of(task: Task, names: Iterable[str]) -> str:
    """Name the module a task belongs in, as far as ``names`` tell where the path begins."""
    known = set(names)
    parts = task.function.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        name = "/".join(parts[:cut]) + ".py"
        if name in known:
            return name
    return f"{parts[0]}.py"


@lru_cache(maxsize=128)
def tree_of(text: str) -> ast.Module:
    """Parse a module, once; nobody may change the tree. Raises ``SyntaxError`` and its kin."""
    return parse(text)


def located(text: str, task: Task) -> Definition | None:
    """Find a task's definition in its module; None where it is not there, or nothing parses."""
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError):
        return None
    parts = task.function.split(".")
    found = (_follow(tree.body, parts[cut:]) for cut in range(1, len(parts)))
    return next((node for node in found if node is not None), None)


def _follow(body: list[ast.stmt], path: list[str]) -> Definition | None:
    inner = [n for n in body if isinstance(n, Definition) and n.name == path[0]]
    if not inner:
        return None
    return inner[-1] if len(path) == 1 else _follow(inner[-1].body, path[1:])


def signatures(node: Definition) -> dict[str, str]:
    """Write the signature of a function, or of each public method of a class, without its body."""
    if isinstance(node, ast.ClassDef):
        inner = [n for n in node.body if isinstance(n, Definition) and is_public(n.name)]
        listed = {f"{node.name}.{k}": v for n in inner for k, v in signatures(n).items()}
        return {
            node.name: f"class {node.name}({', '.join(map(ast.unparse, node.bases))})",
            **listed,
        }
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    marks = "".join(f"@{ast.unparse(mark)} " for mark in node.decorator_list)
    return {node.name: f"{marks}{keyword} {node.name}({ast.unparse(node.args)}){returns}"}


def public_signatures(text: str) -> dict[str, str]:
    """Write the signature of everything public in a module."""
    found: dict[str, str] = {}
    for node in tree_of(text).body:
        if isinstance(node, Definition) and is_public(node.name):
            found |= signatures(node)
    return found


def is_public(name: str) -> bool:
    """Whether others may rely on a name; Python's own methods are public too."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def by_module(project: Project, files: Mapping[str, str]) -> dict[str, list[Task]]:
    """Sort a project's tasks by module."""
    found: dict[str, list[Task]] = {}
    for task in project.tasks:
        found.setdefault(module_of(task, files), []).append(task)
    return found
