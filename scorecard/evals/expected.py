"""Read from ``criteria.py``, or a package ``criteria``, which criteria there are, unrun.

What is expected must be known even where the file cannot be imported, or never comes to an end:
otherwise a criterion that disappears would disappear from the denominator too.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from scorecard.ledger import Bound, Check, Kind
from scorecard.syntax import parse
from shared.criteria import Level
from shared.errors import CapstoneError


class CriteriaError(CapstoneError):
    """A project's criteria cannot be read."""


PACKAGE = "__init__.py"


def criteria_file(folder: Path) -> Path:
    """Say where a project's criteria begin: in a package of their own, or in one module."""
    package = folder / "criteria" / PACKAGE
    return package if package.exists() else folder / "criteria.py"


def expected_criteria(file: Path) -> tuple[Check, ...]:
    """List the criteria of ``file``, or of its package, by code; raises ``CriteriaError``."""
    package = file.name == PACKAGE
    folder = file.parent.parent if package else file.parent
    where = file.relative_to(folder.parent).as_posix()
    if not file.exists():
        raise CriteriaError(f"projects/{where} is missing.", advice="Restore it from Git.")
    modules = sorted(file.parent.rglob("*.py")) if package else [file]
    checks = tuple(check for module in modules for check in _checks(module, folder))
    _distinct(checks, where)
    if not checks:
        raise CriteriaError(f"projects/{where} declares no criterion.", advice="Declare some.")
    return tuple(sorted(checks, key=lambda check: by_code(check.code)))


def by_code(code: str) -> tuple[tuple[int, str], ...]:
    """Order codes the way a person does: P02.2 before P02.10.

    >>> sorted(["P02.10", "P02.2b", "P02.2a"], key=by_code)
    ['P02.2a', 'P02.2b', 'P02.10']
    """
    return tuple((int(number or 0), rest) for number, rest in re.findall(r"(\d*)(\D*)", code))


def _checks(file: Path, folder: Path) -> Iterator[Check]:
    where = file.relative_to(folder.parent).as_posix()
    try:
        tree = parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise CriteriaError(
            f"projects/{where}:{line}: {error}.", advice="Correct it and run again."
        ) from error
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and _name(call.func) == "criterion":
                    yield _check(node, call, where)


def unreadable(folder: Path, detail: str) -> Check:
    """Stand in for criteria that cannot even be listed, so that their absence is seen."""
    return Check(
        code=f"P{folder.name[1:3]}.?",
        kind=Kind.CRITERION,
        title="The criteria can be read",
        level=Level.WORKS,
        advice=detail,
    )


def _check(node: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, where: str) -> Check:
    title, _, advice = (ast.get_docstring(node) or node.name).partition("\n")
    options = {word.arg: word.value for word in call.keywords if word.arg}
    try:
        return Check(
            code=_text(call.args[0]),
            kind=Kind.CRITERION,
            title=title.rstrip("."),
            level=Level[_name(options["level"])],
            threshold=Bound(
                at_least=_number(options.get("at_least")), at_most=_number(options.get("at_most"))
            ),
            requires=tuple(ast.literal_eval(options["requires"])) if "requires" in options else (),
            advice=inspect.cleandoc(advice),
        )
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise CriteriaError(
            f"projects/{where}:{call.lineno}: {node.name} is not declared with literals ({error}).",
            advice='Write @criterion("P01.1", level=Level.WORKS, at_least=0.9).',
        ) from error


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _text(node: ast.expr) -> str:
    value = ast.literal_eval(node)
    if not isinstance(value, str):
        raise TypeError("the code is not a string")
    return value


def _number(node: ast.expr | None) -> float | None:
    return None if node is None else float(ast.literal_eval(node))


def _distinct(checks: tuple[Check, ...], where: str) -> None:
    codes = [check.code for check in checks]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise CriteriaError(
            f"projects/{where} declares {', '.join(twice)} twice.", advice="Codes are unique."
        )
    strangers = sorted({need for c in checks for need in c.requires} - set(codes))
    if strangers:
        raise CriteriaError(
            f"projects/{where} requires {', '.join(strangers)}, which it does not declare.",
            advice="Name codes of the same project.",
        )
