"""Tell whose a task's body is: the reference, a stub, or the learner's own.

Bodies are compared as syntax trees without docstrings, so neither layout nor comments make a body
one's own. What the reference looks like is recorded in ``scorecard/catalog/reference.json``, by
``python -m scorecard reference``.
"""

import ast
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scorecard.catalog.model import Project, Task
from scorecard.syntax import parse

RECORD = Path(__file__).with_name("reference.json")
STUB = re.compile(r"P\d\d task \d+: ")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Ownership(StrEnum):
    """Whose body it is."""

    REFERENCE = "reference"
    STUB = "stub"
    OWN = "own"
    MISSING = "missing"


def owned(folder: Path, task: Task, record: Mapping[str, str]) -> Ownership:
    """Say whose the body of ``task`` is; without a record, nobody claims it."""
    found = _definition(folder, task)
    if found is None:
        return Ownership.MISSING
    if _is_stub(found):
        return Ownership.STUB
    expected = record.get(str(task.id))
    return Ownership.OWN if expected and expected != shape(found) else Ownership.REFERENCE


def shapes(folder: Path, project: Project) -> dict[str, str]:
    """Describe the bodies that are there now, by task id."""
    found = {str(task.id): _definition(folder, task) for task in project.tasks}
    return {number: shape(node) for number, node in found.items() if node is not None}


def read_record(file: Path = RECORD) -> Mapping[str, Mapping[str, str]]:
    """Read what the reference bodies look like, by project and task."""
    if not file.exists():
        return {}
    record: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return record


@dataclass(frozen=True)
class Found:
    """Where a function or class is written."""

    file: Path
    node: Definition


def _definition(folder: Path, task: Task) -> Definition | None:
    found = definition(folder, task.function)
    return found.node if found else None


def definition(folder: Path, function: str) -> Found | None:
    """Find ``module.function`` in a project; the last one where it is written twice."""
    module, *path = function.split(".")
    file = folder / f"{module}.py"
    while not file.exists() and len(path) > 1:
        module, path = f"{module}/{path[0]}", path[1:]
        file = folder / f"{module}.py"
    try:
        node: ast.Module | Definition = parse(file.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return None
    for name in path:
        inner = [n for n in node.body if isinstance(n, Definition) and n.name == name]
        if not inner:
            return None
        node = inner[-1]
    return None if isinstance(node, ast.Module) else Found(file, node)


def _body(node: Definition) -> list[ast.stmt]:
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def _is_stub(node: Definition) -> bool:
    """Whether a function, or any method of a class, is still to be written.

    Its body only raises ``NotImplementedError``, or somewhere raises the one that a starter puts
    there: what stands around a task's markers stays.
    """
    if any(STUB.match(_raised(inner)) for inner in ast.walk(node)):
        return True
    if isinstance(node, ast.ClassDef):
        return any(_is_stub(inner) for inner in node.body if isinstance(inner, Definition))
    body = _body(node)
    return len(body) == 1 and bool(_raised(body[0]))


def _raised(node: ast.AST) -> str:
    """Say with what a statement raises ``NotImplementedError``; nothing where it does not."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    called = raised.func if isinstance(raised, ast.Call) else raised
    if not isinstance(called, ast.Name) or called.id != "NotImplementedError":
        return ""
    given = raised.args if isinstance(raised, ast.Call) else []
    told = given[0].value if given and isinstance(given[0], ast.Constant) else ""
    return str(told) or called.id


def shape(node: Definition) -> str:
    """Hash the tree without docstrings; the same on every Python version we run on."""
    for inner in ast.walk(node):
        if isinstance(inner, Definition):
            inner.body = _body(inner)
    try:
        written = ast.unparse(node)
    except RecursionError:
        return ""  # too deep to be written back, and so nobody's reference
    return hashlib.sha256(written.encode()).hexdigest()[:16]
