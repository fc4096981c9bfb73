"""Say which of a project's functions each criterion is about, read from the criteria unrun.

A criterion names the facts it needs, facts name helpers, and somewhere among them stands the
function that is called: ``subject.call("extraction.extract", …)``.
"""

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scorecard.catalog.model import Project, Task
from scorecard.catalog.ownership import definition
from scorecard.syntax import parse

DOTTED = re.compile(r"^[a-z_]\w*(\.[A-Za-z_]\w*)+$")


def task_place(folder: Path, task: Task) -> str:
    """Say where a task's function is: ``projects/p02_…/parsing.py:12``; empty where it is not."""
    return _place(folder, task.function)


def criterion_places(folder: Path, project: Project) -> dict[str, str]:
    """Say by code where the function is that a criterion measures; a task's before any other."""
    functions = {task.function for task in project.tasks}
    found: dict[str, str] = {}
    for code, called in called_by(_modules(folder)).items():
        ordered = sorted(called, key=lambda function: function not in functions)
        places = (_place(folder, function) for function in ordered)
        if place := next(filter(None, places), ""):
            found[code] = place
    return found


@dataclass(frozen=True)
class Mentioned:
    """What one definition mentions: dotted names, and any others."""

    dotted: tuple[str, ...]
    names: tuple[str, ...]


def called_by(modules: list[ast.Module]) -> dict[str, tuple[str, ...]]:
    """List by criterion the dotted names that it, its facts and their helpers mention."""
    each = [{name: _mentioned(node) for name, node in _declared(module)} for module in modules]
    everywhere = {name: found for own in each for name, found in own.items()}
    called: dict[str, tuple[str, ...]] = {}
    for module, own in zip(modules, each, strict=True):
        for name, node in _declared(module):
            if code := _code(node):
                called[code] = _follow(name, {**everywhere, **own})
    return called


def _follow(start: str, declared: Mapping[str, Mentioned]) -> tuple[str, ...]:
    """Follow names from ``start``, nearest first, and list the dotted names on the way."""
    waiting, seen = deque([start]), {start}
    dotted: dict[str, None] = {}
    while waiting:
        found = declared[waiting.popleft()]
        dotted |= dict.fromkeys(found.dotted)
        new = [name for name in found.names if name in declared and name not in seen]
        seen |= set(new)
        waiting += new
    return tuple(dotted)


def _mentioned(node: ast.stmt) -> Mentioned:
    inside = list(ast.walk(node))
    texts = [n.value for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    names = dict.fromkeys(filter(None, map(_name, inside)))
    return Mentioned(tuple(filter(DOTTED.match, texts)), tuple(names))


def _name(node: ast.AST) -> str:
    """Give the name that a node refers to; a parameter is the name of a fact."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return name
        case _:
            return ""


def _declared(module: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node
            case ast.ClassDef(name=name):
                yield name, node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node
            case _:
                pass


def _code(node: ast.stmt) -> str:
    """Read the code of a criterion; empty for what is none."""
    for call in getattr(node, "decorator_list", ()):
        match call:
            case ast.Call(func=function, args=[ast.Constant(value=str(code)), *_]):
                if _name(function) == "criterion":
                    return code
            case _:
                pass
    return ""


def _modules(folder: Path) -> list[ast.Module]:
    package = folder / "criteria"
    files = sorted(package.rglob("*.py")) if package.is_dir() else [folder / "criteria.py"]
    modules: list[ast.Module] = []
    for file in files:
        try:
            modules.append(parse(file.read_text(encoding="utf-8")))
        except (OSError, SyntaxError, ValueError):
            continue  # the ledger says so; nothing is known of places
    return modules


def _place(folder: Path, function: str) -> str:
    found = definition(folder, function)
    if found is None:
        return ""
    return f"projects/{folder.name}/{found.file.relative_to(folder).as_posix()}:{found.node.lineno}"
