"""Practice: in Git, tested, logged, and not silenced."""

import ast
from collections.abc import Iterator, Sequence

from scorecard.catalog.model import Project
from scorecard.checks.sources import SHOWN, Sources
from scorecard.checks.unseen import silenced, unseen
from scorecard.ledger import Cause, Check, Finding, State

TALKS = ("/__main__.py", "/cli.py")
STREAMS = frozenset({"stdout", "stderr", "__stdout__", "__stderr__"})


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
        Finding(where=f"{source.where}:{line}", message="prints")
        for source in sources.work
        if source.tree and not source.where.endswith(TALKS)
        for line in sorted(set(_printing(source.tree)))
    ]
    return _judged(expected, findings)


def _printing(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that print, or give ``print`` another name; a script may write."""
    script = any(isinstance(node, ast.If) and _is_main(node.test) for node in tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "print" and isinstance(node.ctx, ast.Load):
            yield node.lineno
        if isinstance(node, ast.Attribute) and (
            (node.attr == "print" and _name(node.value) == "builtins")
            or (node.attr in {"write", "writelines"} and _is_stream(node.value) and not script)
        ):
            yield node.lineno


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and _name(test.left) == "__name__"


def _is_stream(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in STREAMS and _name(node.value) == "sys"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def check_suppressions(expected: Check, project: Project, sources: Sources) -> Check:
    """Check that few findings are silenced, none for a whole file, and that no code hides."""
    most = project.limits.suppressions
    single: list[Finding] = []
    findings: list[Finding] = []
    for source in sources.work:
        lines, more = silenced(source)
        single += [Finding(where=f"{source.where}:{at}", message=text) for at, text in lines]
        findings += [Finding(where=f"{source.where}:{at}", message=text) for at, text in more]
    findings += single if len(single) > most else []
    findings += [found for source in sources.work for found in unseen(source)]
    detail = f"{len(single)} of at most {most}"
    return _judged(expected, findings, detail=detail)


def _judged(expected: Check, findings: Sequence[Finding], *, detail: str = "") -> Check:
    if not findings:
        return expected.ended(State.PASSED, detail=detail)
    count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return expected.ended(State.FAILED, detail=detail or count, findings=tuple(findings[:SHOWN]))
