"""How much of a task's body is the reference's, however its names are changed.

Both bodies become sequences of node types, in the order of the text, without docstrings and with
every name and literal reduced to its kind. What is compared is the set of runs of ``RUN`` nodes:
moved, renamed or reformatted code keeps most of its runs, code of one's own shares only the idioms.
Of large bodies only the ``KEPT`` runs with the smallest hashes are recorded, which estimates the
same share (Broder 1997). The record is ``scorecard/catalog/fingerprints.json``.
"""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from scorecard.catalog.model import Project, Task
from scorecard.catalog.ownership import definition

RECORD = Path(__file__).with_name("fingerprints.json")
RUN = 6
KEPT = 256
DIGITS = 6
PLUMBING = (ast.expr_context, ast.arguments, ast.arg, ast.keyword, ast.alias)


def similarity(folder: Path, task: Task, record: Mapping[str, str]) -> float | None:
    """Give the share of runs in common, 0 to 1; None where there is nothing to compare."""
    theirs = _read(record.get(str(task.id), ""))
    ours = runs(folder, task)
    if not theirs or not ours:
        return None
    # Both are samples by the same hash, so the smallest of both together sample their union.
    sample = sorted(ours | theirs)[:KEPT]
    return round(sum(run in ours and run in theirs for run in sample) / len(sample), 3)


def fingerprints(folder: Path, project: Project) -> dict[str, str]:
    """Describe the bodies that are there now, by task id."""
    found = {str(task.id): runs(folder, task) for task in project.tasks}
    return {number: "".join(sorted(hashes)) for number, hashes in found.items() if hashes}


def read_fingerprints(file: Path = RECORD) -> Mapping[str, Mapping[str, str]]:
    """Read what the reference's runs are, by project and task."""
    if not file.exists():
        return {}
    record: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return record


def runs(folder: Path, task: Task) -> frozenset[str]:
    """Hash the runs of one body; the smallest of them where there are many."""
    found = definition(folder, task.function)
    if found is None:
        return frozenset()
    try:
        kinds = list(_kinds(found.node))
    except RecursionError:
        return frozenset()  # too deep to be anybody's reference
    whole = {" ".join(kinds[at : at + RUN]) for at in range(max(1, len(kinds) - RUN + 1))}
    hashes = sorted(hashlib.sha256(run.encode()).hexdigest()[:DIGITS] for run in whole)
    return frozenset(hashes[:KEPT])


def _kinds(node: ast.AST) -> Iterator[str]:
    """Walk in the order of the text, past docstrings and what every call and signature has."""
    body = getattr(node, "body", None)
    docstring = body[0] if isinstance(body, list) and body and _is_text(body[0]) else None
    for child in ast.iter_child_nodes(node):
        if isinstance(child, PLUMBING) or child is docstring:
            continue
        if not _is_annotation(node, child):
            yield type(child).__name__
            yield from _kinds(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_annotation(parent: ast.AST, child: ast.AST) -> bool:
    """Whether ``child`` is part of the signature, which the starter gives to everybody."""
    return child in (getattr(parent, "returns", None), getattr(parent, "annotation", None))


def _read(written: str) -> frozenset[str]:
    return frozenset(written[at : at + DIGITS] for at in range(0, len(written), DIGITS))
