"""Generate the starter from the reference: signatures and docstrings stay, bodies go.

The reference is the only thing anybody writes. In a copy of it the lines between a task's markers
become ``raise NotImplementedError("P02 task 2: …")``; a class between markers keeps its methods,
each of them to be written. Then whatever is private and served only those bodies goes, and so do
imports that nothing refers to any more. What served nothing before stays: it may be used in ways
that cannot be seen here.
"""

import ast
import json
import re
import textwrap
from collections.abc import Collection, Mapping

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from scorecard.catalog.model import Project, Task
from scorecard.learn.errors import LearnError
from scorecard.learn.prune import prune, reachable
from scorecard.learn.texts import located, module_of
from scorecard.locale import say
from scorecard.syntax import parse

WIDTH = 100
METHOD = "        "
Files = Mapping[str, str]
"""A project's modules: their text by their name in its folder, ``parsing.py``."""


def make_starter(project: Project, files: Files, only: Collection[int] = ()) -> dict[str, str]:
    """Return the modules that change, as the learner first sees them.

    ``only`` limits it to some tasks. Raises ``LearnError`` where a task has no markers.
    """
    before = {name: parse(text) for name, text in files.items()}
    stubbed = dict(files)
    for task in project.tasks:
        if not only or task.id in only:
            name = module_of(task, files)
            stubbed[name] = stub(stubbed[name], project, task)
    after = {name: parse(text) for name, text in stubbed.items()}
    unused = reachable(before) - reachable(after)
    return {
        name: prune(text, after[name], unused, elsewhere=after)
        for name, text in stubbed.items()
        if text != files[name] or any(where == name for where, _ in unused)
    }


def stub(text: str, project: Project, task: Task) -> str:
    """Replace what stands between a task's markers."""
    lines = text.splitlines(keepends=True)
    begin, end = between(text, task)
    inside = lines[begin:end]
    indent = re.match(r"[ \t]*", lines[begin - 1])[0]  # type: ignore[index]  # always matches
    node = located(text, task)
    inner = node.body if isinstance(node, ast.ClassDef) else []
    if any(begin <= method.lineno - 1 < end for method in inner):
        return _stub_methods(text, project, task, begin, end)
    more = [f"{indent}yield\n"] if _yields(inside) else []
    return "".join([*lines[:begin], *raising(project, task, indent), *more, *lines[end:]])


def between(text: str, task: Task) -> tuple[int, int]:
    """Return the lines between a task's markers, counted from 0, the last one excluded."""
    lines = text.splitlines()
    marks = [
        [at for at, line in enumerate(lines) if line.strip() == f"# task {task.id}: {word}"]
        for word in ("begin", "end")
    ]
    begins, ends = marks
    if len(begins) != 1 or len(ends) != 1 or begins[0] >= ends[0]:
        raise LearnError(
            say("Task {id} ({function}) has lost its markers.", id=task.id, function=task.function),
            advice=say("Put `# task {id}: begin` and `# task {id}: end` around it.", id=task.id),
        )
    return begins[0] + 1, ends[0]


def raising(project: Project, task: Task, indent: str) -> list[str]:
    """Write the stub's statement within the line's width."""
    told = f"P{project.number:02} task {task.id}: {task.title}"
    whole = f"{indent}raise NotImplementedError({_quoted(told)})\n"
    if len(whole.rstrip("\n")) <= WIDTH:
        return [whole]
    room = WIDTH - len(indent) - 8
    parts = textwrap.wrap(told, room, drop_whitespace=False, break_on_hyphens=False)
    inner = [f"{indent}    {_quoted(part)}\n" for part in parts]
    return [f"{indent}raise NotImplementedError(\n", *inner, f"{indent})\n"]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _yields(lines: list[str]) -> bool:
    """Whether a body makes its function a generator: then its stub must stay one."""
    body = textwrap.indent(textwrap.dedent("".join(lines)), "    ")
    return _yields_inside(f"async def body():\n{body}".splitlines(keepends=True))


def _is_generator(tree: ast.AST) -> bool:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def _yields_inside(definition: list[str]) -> bool:
    """Whether a definition, given whole, is a generator."""
    (node,) = ast.parse(textwrap.dedent("".join(definition))).body
    inner = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return any(_is_generator(statement) for statement in inner)


def _stub_methods(text: str, project: Project, task: Task, begin: int, end: int) -> str:
    """Stub each method that lies between the markers of a class."""
    wrapper = MetadataWrapper(cst.parse_module(text))
    statement = textwrap.dedent("".join(raising(project, task, METHOD)))
    return wrapper.visit(_Methods(statement, begin, end)).code


class _Methods(cst.CSTTransformer):
    """Replaces the bodies of the functions that begin on some lines."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, statement: str, begin: int, end: int) -> None:
        super().__init__()
        self._statement = cst.parse_statement(statement)
        self._begin, self._end = begin, end

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 (libcst's name)
        """Look no deeper than a method."""
        del node
        return False

    def leave_FunctionDef(  # noqa: N802 (libcst's name)
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Keep signature and docstring."""
        line = self.get_metadata(PositionProvider, original_node).start.line - 1
        if not self._begin <= line < self._end:
            return updated_node
        kept = [] if updated_node.get_docstring() is None else [updated_node.body.body[0]]
        code = cst.Module([original_node]).code.splitlines(keepends=True)
        more = [cst.parse_statement("yield")] if _yields_inside(code) else []
        return updated_node.with_changes(
            body=updated_node.body.with_changes(body=[*kept, self._statement, *more])
        )
