"""Notice that upstream changed what a task is asked to be, after somebody wrote it.

A merge may take upstream's signature over a body that was written for the old one, and no test need
fail. What the file was before the last merge or rebase tells.
"""

from collections.abc import Iterator, Mapping

from scorecard.catalog.model import Task
from scorecard.catalog.ownership import Ownership, owned
from scorecard.learn.reference import Desk
from scorecard.learn.texts import Definition, by_module, located, signatures

BEFORE = ("HEAD", "ORIG_HEAD")


def changed_under(desk: Desk, texts: Mapping[str, str]) -> Iterator[tuple[str, Task, str, str]]:
    """Yield the own tasks whose signature is new and whose body is as it was: where, old, new."""
    for name, tasks in by_module(desk.project, texts).items():
        own = [task for task in tasks if owned(desk.folder, task, desk.record) is Ownership.OWN]
        if not own:
            continue
        versions = list(_before(desk, name))
        for task in own:
            mine = located(texts[name], task)
            if mine is None:
                continue
            now, body = signatures(mine), _body(texts[name], mine)
            for text in versions:
                old = located(text, task)
                if old is None or _body(text, old) != body or signatures(old) == now:
                    continue
                before = signatures(old)
                path = next(key for key in now | before if now.get(key) != before.get(key))
                where = f"{desk.where}/{name}:{mine.lineno}"
                yield where, task, before.get(path, "—"), now.get(path, "—")
                break


def _before(desk: Desk, name: str) -> Iterator[str]:
    """Yield a module as it was before the last merge, rebase, or uncommitted change."""
    merge = (desk.git.ask("rev-list", "--merges", "--max-count=1", "HEAD") or "").strip()
    for commit in (*BEFORE, *([f"{merge}^1"] if merge else [])):
        if text := desk.git.ask("show", f"{commit}:./{desk.where}/{name}"):
            yield text


def _body(text: str, node: Definition) -> list[str]:
    """Cut out what follows the docstring, comments and all."""
    first = node.body[1] if len(node.body) > 1 else node.body[0]
    return [line.strip() for line in text.splitlines()[first.lineno - 1 : node.end_lineno]]
