"""Find what keeps code from the eyes of mypy, of ruff or of a reader.

A comment can silence one line, many, or a whole file. Names that mypy decides by their looks can
take a branch out of its sight, whatever they hold when the code runs. And code can come out of a
string, or out of a file that is no module, where nobody looks for code.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from scorecard.checks.sources import Source
from scorecard.ledger import Finding

LINE = re.compile(
    r"#\s*(type:\s*ignore|noqa\b|ruff:\s*ignore|isort:\s*(skip(?!_)|split))", re.IGNORECASE
)
WHOLE_FILE = re.compile(
    r"#\s*(mypy:|ruff:\s*(?!ignore)|flake8:\s*noqa|(ruff:\s*)?isort:\s*(skip_file|off))",
    re.IGNORECASE,
)
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore", re.IGNORECASE)
RELAXED = frozenset({"tests", "criteria", "criteria.py"})
"""Folders and files for which ruff's rules are laxer, wherever they lie."""

ONLY_MYPY = frozenset({"TYPE_CHECKING", "MYPY"})
OLD_PYTHON = frozenset({"PY2", "PY3"})
"""Names mypy takes for true or false by their looks alone."""

UNTYPED = frozenset({"no_type_check", "no_type_check_decorator"})
LOADERS = frozenset({"codeop", "imp", "marshal", "runpy", "zipimport"})
"""Modules that run what is no module."""

LOADING = frozenset(
    [
        *("spec_from_file_location", "spec_from_loader", "SourceFileLoader"),
        *("SourcelessFileLoader", "ExtensionFileLoader", "CodeType"),
    ]
)
RUNNING = frozenset({"exec", "eval", "compile"})


def silenced(source: Source) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """List the comments that silence one line, and those that silence more, by line."""
    single: list[tuple[int, str]] = []
    whole: list[tuple[int, str]] = []
    begins = _begins(source.tree)
    for line, comment in _comments(source.text):
        if WHOLE_FILE.search(comment) or (line < begins and TYPE_IGNORE.search(comment)):
            whole.append((line, comment))
        elif LINE.search(comment):
            single.append((line, comment))
    return single, whole


def unseen(source: Source) -> Iterator[Finding]:
    """Find what hides code without a comment that says so."""
    if RELAXED & set(source.where.split("/")[3:]):
        yield Finding(where=source.where, message="lies where rules are relaxed: call it otherwise")
    tree = source.tree or ast.Module([], [])
    for line, message in sorted({*_undecided(tree), *_loaded(tree)}):
        yield Finding(where=f"{source.where}:{line}", message=message)


def _begins(tree: ast.Module | None) -> int:
    """Give the line of the first statement: above it, one comment speaks for the whole file."""
    return tree.body[0].lineno if tree and tree.body else 0


def _comments(text: str) -> list[tuple[int, str]]:
    """List the comments; where Python's own tokenizer stumbles, whatever looks like one."""
    try:
        return [
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError):
        lines = enumerate(text.splitlines(), start=1)
        return [(at, line[line.index("#") :]) for at, line in lines if "#" in line]


def _undecided(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find what mypy takes to be decided and Python does not, or not so."""
    plain: set[ast.expr] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and (name := _asked(node.test)) is not None:
            plain.add(name)
            for hidden in _hidden(node, name):
                yield hidden.lineno, "code that only mypy does not see"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            word = _last_name(node)
            if word in UNTYPED:
                yield node.lineno, word
            elif word in OLD_PYTHON or (word in ONLY_MYPY and node not in plain):
                yield node.lineno, f"{word} decides what mypy sees"
        elif isinstance(node, ast.alias) and node.name.rpartition(".")[2] in UNTYPED:
            yield node.lineno, node.name
    yield from _other_sys(tree)


def _other_sys(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find a ``sys`` that is not Python's: mypy knows ``sys.platform`` and its kin by name."""
    for node in ast.walk(tree):
        bound = ""
        if isinstance(node, ast.alias):
            bound = (node.asname or node.name) if (node.asname or node.name) != node.name else ""
            bound = bound if node.name != "sys" else ""
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound = node.id
        elif isinstance(node, ast.arg):
            bound = node.arg
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            bound = node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            held = node.attr in {"platform", "version_info"} and _last_name(node.value) == "sys"
            bound = "sys" if held else ""
        if bound == "sys":
            yield getattr(node, "lineno", 1), "a sys that is not Python's decides what mypy sees"


def _asked(test: ast.expr) -> ast.expr | None:
    """Return the name that a plain ``if TYPE_CHECKING`` or ``if not TYPE_CHECKING`` asks for."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    return test if _last_name(test) in ONLY_MYPY else None


def _hidden(branch: ast.If, name: ast.expr) -> list[ast.stmt]:
    """Return what such a branch runs and does not show; imports are fair."""
    test, negated = branch.test, False
    while isinstance(test, ast.UnaryOp) and test is not name:
        test, negated = test.operand, not negated
    run = branch.body if negated else branch.orelse
    return [node for node in run if not isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)]


def _loaded(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find what runs code that lies in no module."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names]
            names = [name for name in names if name in LOADERS]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module)] if node.module in LOADERS else []
            names += [alias.name for alias in node.names if alias.name in LOADING]
        elif isinstance(node, ast.Attribute):
            names = [node.attr] if node.attr in LOADING or _of_builtins(node) else []
        elif isinstance(node, ast.Name) and node.id in RUNNING:
            names = [node.id] if isinstance(node.ctx, ast.Load) else []
        if names:
            yield getattr(node, "lineno", 1), f"{names[0]} runs code that nobody sees"


def _of_builtins(node: ast.Attribute) -> bool:
    return node.attr in RUNNING and _last_name(node.value) in {"builtins", "__builtins__"}


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
