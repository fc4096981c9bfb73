"""Remove what nothing refers to any more: private helpers, then imports.

References are read by name. That keeps a little too much at times, and never too little.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

import libcst as cst

Node: TypeAlias = tuple[str, str]
"""Something private: its module's name, and its path there, ``_item`` or ``Draft._grafted``."""

Trees: TypeAlias = Mapping[str, ast.Module]
ROOT: Node = ("", "")
S = TypeVar("S", cst.ClassDef, cst.FunctionDef, cst.SimpleStatementLine)
N = TypeVar("N", cst.Import, cst.ImportFrom)
Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_private(name: str) -> bool:
    """Whether a name is nobody's business outside its module."""
    return name.startswith("_") and not name.startswith("__")


def reachable(trees: Trees) -> set[Node]:
    """List the private things that what is public, or runs at import, leads to."""
    owned = {node for name, tree in trees.items() for node in _private(name, tree)}
    edges: dict[Node, set[Node]] = {}
    for name, tree in trees.items():
        for holder, used in _uses(name, tree):
            edges.setdefault(holder, set()).update(_meant(name, used, owned))
    found: set[Node] = set()
    waiting = [ROOT]
    while waiting:
        for node in edges.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def _private(module: str, tree: ast.Module) -> Iterator[Node]:
    for statement in tree.body:
        for name in defined(statement):
            if is_private(name):
                yield module, name
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, Defining) and is_private(inner.name):
                    yield module, f"{statement.name}.{inner.name}"


def defined(statement: ast.stmt) -> list[str]:
    """Name what a statement defines; nothing where it does more than that."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _uses(module: str, tree: ast.Module) -> Iterator[tuple[Node, str]]:
    """Yield each name used, and by whom: a private thing, or the root."""
    for statement in tree.body:
        names = [name for name in defined(statement) if is_private(name)]
        holder = (module, names[0]) if names else ROOT
        if not isinstance(statement, ast.ClassDef):
            yield from ((holder, name) for name in mentioned(statement))
            continue
        for inner in statement.body:
            private = isinstance(inner, Defining) and is_private(inner.name)
            path = f"{statement.name}.{inner.name}" if private else ""  # type: ignore[attr-defined]  # private says so
            yield from (((module, path) if private else holder, n) for n in mentioned(inner))
        for part in (*statement.bases, *statement.keywords, *statement.decorator_list):
            yield from ((holder, name) for name in mentioned(part))


def mentioned(tree: ast.AST) -> Iterator[str]:
    """Yield every name in a tree, also those of quoted annotations; ``.name`` for attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                yield name
            case ast.Attribute(attr=name):
                yield f".{name}"
            case ast.ImportFrom(module=module, names=names):
                yield from (f"{(module or '').rpartition('.')[2]}:{alias.name}" for alias in names)
            case ast.Constant(value=str(text)) if len(text) < 200:
                yield from _quoted(text)


def _quoted(text: str) -> Iterator[str]:
    try:
        yield from (n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))
    except (SyntaxError, ValueError):
        return


def _meant(module: str, used: str, owned: Collection[Node]) -> Iterator[Node]:
    """Resolve a name used in ``module`` to what it may mean."""
    if used.startswith("."):
        name = used[1:]
        yield from (node for node in owned if node[1].rpartition(".")[2] == name)
    elif ":" in used:
        origin, _, name = used.partition(":")
        yield from (n for n in owned if n[1] == name and n[0].removesuffix(".py").endswith(origin))
    elif (module, used) in owned:
        yield module, used


def prune(
    text: str, tree: ast.Module, unused: Collection[Node], *, elsewhere: Mapping[str, ast.Module]
) -> str:
    """Remove from a module what is in ``unused`` for it, then its idle imports."""
    module = next(name for name, other in elsewhere.items() if other is tree)
    paths = {path for name, path in unused if name == module}
    pruned = cst.parse_module(text).visit(_Remover(paths)).code
    others = [other for name, other in elsewhere.items() if name != module]
    stem = module.removesuffix(".py").rpartition("/")[2]
    asked = {
        used.partition(":")[2]
        for other in others
        for used in mentioned(other)
        if used.startswith(f"{stem}:")
    }
    return drop_imports(pruned, keep=asked)


class _Remover(cst.CSTTransformer):
    """Removes statements by the path of what they define."""

    def __init__(self, paths: Collection[str]) -> None:
        super().__init__()
        self._paths = paths
        self._inside: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802 (libcst's name)
        """Go inside."""
        self._inside.append(node.name.value)

    def leave_ClassDef(  # noqa: N802 (libcst's name)
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.RemovalSentinel:
        """Remove the class, or keep what is left of it."""
        del original_node
        name = self._inside.pop()
        return self._kept(name, updated_node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 (libcst's name)
        """Stay outside of functions."""
        del node
        return False

    def leave_FunctionDef(  # noqa: N802 (libcst's name)
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        """Remove the function."""
        del original_node
        return self._kept(updated_node.name.value, updated_node)

    def leave_SimpleStatementLine(  # noqa: N802 (libcst's name)
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        """Remove the assignment."""
        del original_node
        match updated_node.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]:
                return self._kept(name, updated_node)
            case [cst.AnnAssign(target=cst.Name(value=name))]:
                return self._kept(name, updated_node)
        return updated_node

    def _kept(self, name: str, node: S) -> S | cst.RemovalSentinel:
        path = ".".join((*self._inside, name))
        return cst.RemoveFromParent() if path in self._paths else node


def drop_imports(text: str, *, keep: Collection[str]) -> str:
    """Remove imports that nothing in the module uses, but for those in ``keep``."""
    used = set(_used(ast.parse(text))) | set(keep)
    return cst.parse_module(text).visit(_Imports(used)).code


def _used(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            yield from mentioned(statement)


class _Imports(cst.CSTTransformer):
    """Removes the names of imports that are not in ``used``."""

    def __init__(self, used: Collection[str]) -> None:
        super().__init__()
        self._used = used

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 (libcst's name)
        """An import inside of a function is that function's."""
        del node
        return False

    def leave_ImportFrom(  # noqa: N802 (libcst's name)
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        """Keep the names that are used."""
        del original_node
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        return self._thinned(updated_node, updated_node.names)

    def leave_Import(  # noqa: N802 (libcst's name)
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Import | cst.RemovalSentinel:
        """Keep the modules that are used."""
        del original_node
        return self._thinned(updated_node, updated_node.names)

    def _thinned(self, node: N, names: Sequence[cst.ImportAlias]) -> N | cst.RemovalSentinel:
        kept = [alias for alias in names if self._needed(alias)]
        return node if len(kept) == len(names) else _with(node, kept)

    def _needed(self, alias: cst.ImportAlias) -> bool:
        bound = alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
        return bound in self._used


def _with(node: N, kept: list[cst.ImportAlias]) -> N | cst.RemovalSentinel:
    if not kept:
        return cst.RemoveFromParent()
    last = kept[-1]
    if getattr(node, "lpar", None) is None:
        last = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(names=[*kept[:-1], last])
