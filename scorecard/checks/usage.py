"""Inside pytest: notice which tasks the tests really call.

A module that holds a task is compiled with one more statement at the head of the task's body. Line
numbers stay as they are, and nothing is traced, so the tests run as fast as without.
"""

import ast
import builtins
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from scorecard.worker.settle import in_utf_8

TASKS = "SCORECARD_TASKS"
HOOK = "_scorecard_seen"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Paths = Mapping[str, str]
"""A task's label by its path inside the module: ``{"Grammar.mask": "p02_…:7"}``."""


def watch(told: Callable[[str], None]) -> None:
    """Begin to watch; ``told`` hears a label whenever its body begins to run."""
    setattr(builtins, HOOK, told)
    sys.meta_path.insert(0, Watcher(by_module(json.loads(os.environ.pop(TASKS, "{}")))))


def by_module(tasks: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Turn ``{slug: {id: "decoder.Grammar.mask"}}`` into paths by module.

    Where the module ends and the path begins is not written, so every place is tried.
    """
    found: dict[str, dict[str, str]] = {}
    for slug, functions in tasks.items():
        for number, function in functions.items():
            parts = function.split(".")
            for cut in range(1, len(parts)):
                module = ".".join(("projects", slug, *parts[:cut]))
                found.setdefault(module, {})[".".join(parts[cut:])] = f"{slug}:{number}"
    return found


class Watcher(MetaPathFinder):
    """Finds the modules that hold tasks, and lets them be compiled with marks."""

    def __init__(self, modules: Mapping[str, Paths]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find ``fullname`` as usual, and change its loader if it holds a task."""
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Marker(fullname, spec.loader.path, self._modules[fullname])
        return spec


class Marker(SourceFileLoader):
    """Compiles a module with marks in its tasks."""

    def __init__(self, fullname: str, path: str, paths: Paths) -> None:
        super().__init__(fullname, path)
        self._paths = paths

    def get_code(self, _fullname: str) -> CodeType:
        """Compile from source: no ``.pyc`` knows of the marks."""
        tree = ast.parse(in_utf_8(self.get_data(self.path), self.path), self.path)
        for path, label in self._paths.items():
            mark(tree, path.split("."), label)
        return compile(tree, self.path, "exec", dont_inherit=True)


def mark(tree: ast.Module | Definition, path: Sequence[str], label: str) -> None:
    """Put the mark at the head of the function at ``path``, or of each method of a class there."""
    for node in tree.body:
        if not isinstance(node, Definition) or (path and node.name != path[0]):
            continue
        if isinstance(node, ast.ClassDef):
            mark(node, path[1:], label)
        elif len(path) <= 1:
            _insert(node, label)


def _insert(node: ast.FunctionDef | ast.AsyncFunctionDef, label: str) -> None:
    head = 1 if ast.get_docstring(node, clean=False) is not None else 0
    call = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(label)], [])
    statement = ast.copy_location(ast.Expr(call), node.body[0])
    node.body.insert(head, ast.fix_missing_locations(statement))
