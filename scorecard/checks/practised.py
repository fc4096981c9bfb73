"""Practice: in Git, tested, logged, and not silenced."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from scorecard.catalog.model import Project
from scorecard.checks.sources import SHOWN, Source, Sources
from scorecard.ledger import Cause, Check, Finding, State

LINE = re.compile(r"#\s*(type:\s*ignore|noqa\b)", re.IGNORECASE)
WHOLE_FILE = re.compile(r"#\s*(mypy:|ruff:\s*noqa|flake8:\s*noqa)", re.IGNORECASE)
RELAXED = frozenset({"tests", "criteria"})
TALKS = ("__main__.py", "/cli.py")


def check_git(expected: Check, slug: str, files: dict[str, list[str]] | None) -> Check:
    """Check that the project's folder has nothing uncommitted."""
    if files is None:
        detail = "This folder is no Git repository, or git is missing."
        return expected.ended(State.COULD_NOT_CHECK, Cause.RESOURCE, detail)
    findings = [Finding(where=file, message="not committed") for file in files.get(slug, ())]
    return _judged(expected, findings)


def check_logged(expected: Check, sources: Sources) -> Check:
    """Check that nothing prints but what talks to a person."""
    findings = [
        Finding(where=f"{source.where}:{node.lineno}", message="prints")
        for source in sources.work
        if not source.where.endswith(TALKS)
        for node in ast.walk(source.tree or ast.Module([], []))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    return _judged(expected, findings)


def check_suppressions(expected: Check, project: Project, sources: Sources) -> Check:
    """Check that few findings are silenced, and none for a whole file."""
    most = project.limits.suppressions
    comments = [(s.where, line, text) for s in sources.work for line, text in _comments(s.text)]
    whole = [(where, line, text) for where, line, text in comments if WHOLE_FILE.search(text)]
    single = [(where, line, text) for where, line, text in comments if LINE.search(text)]
    counted = whole + (single if len(single) > most else [])
    findings = [Finding(where=f"{where}:{line}", message=text) for where, line, text in counted]
    findings += [found for source in sources.work for found in _unseen(source)]
    detail = f"{len(single)} of at most {most}"
    return _judged(expected, findings, detail=detail)


def _unseen(source: Source) -> Iterator[Finding]:
    """Find what keeps code from mypy's or ruff's eyes without a comment that says so."""
    if RELAXED & set(source.where.split("/")[3:-1]):
        yield Finding(where=source.where, message="lies where rules are relaxed: call it otherwise")
    for node in ast.walk(source.tree or ast.Module([], [])):
        if isinstance(node, ast.Name | ast.Attribute) and _last_name(node) == "no_type_check":
            yield Finding(where=f"{source.where}:{node.lineno}", message="no_type_check")
        if isinstance(node, ast.If):
            for hidden in _hidden(node):
                where = f"{source.where}:{hidden.lineno}"
                yield Finding(where=where, message="code that only mypy does not see")


def _hidden(branch: ast.If) -> list[ast.stmt]:
    """Return what a branch on ``TYPE_CHECKING`` runs and does not show; imports are fair."""
    test, negated = branch.test, False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    if _last_name(test) not in {"TYPE_CHECKING", "MYPY"}:
        return []
    run = branch.body if negated else branch.orelse
    return [node for node in run if not isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _comments(text: str) -> Iterator[tuple[int, str]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return  # the file does not parse, which the check of types reports


def _judged(expected: Check, findings: Sequence[Finding], *, detail: str = "") -> Check:
    if not findings:
        return expected.ended(State.PASSED, detail=detail)
    count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return expected.ended(State.FAILED, detail=detail or count, findings=tuple(findings[:SHOWN]))
