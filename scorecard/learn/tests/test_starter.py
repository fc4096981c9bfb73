"""The starter keeps what others see, and nothing of the answer."""

import ast

import pytest

from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership, owned
from scorecard.learn.errors import LearnError
from scorecard.learn.polish import polish
from scorecard.learn.reference import Desk
from scorecard.learn.starter import make_starter
from scorecard.learn.texts import public_signatures, read_modules


def starter_of(desk: Desk, *only: int) -> str:
    files = make_starter(desk.project, read_modules(desk.folder), only)
    return polish(desk.place, desk.slug, files)["doubling.py"]


def test_a_body_becomes_a_stub_that_names_its_task(desk: Desk) -> None:
    text = starter_of(desk)

    assert '    raise NotImplementedError("P01 task 1: Double a number")\n' in text
    assert "# task 1: begin" in text
    assert '"""Double a number."""' in text


def test_each_method_between_the_markers_of_a_class_becomes_a_stub(desk: Desk) -> None:
    tree = ast.parse(starter_of(desk))

    (basket,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {
        n.name: n for n in basket.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(methods) == {"__init__", "add", "each"}
    assert "NotImplementedError" not in ast.unparse(methods["__init__"])
    assert isinstance(methods["add"].body[-1], ast.Raise)


def test_a_generator_s_stub_is_still_a_generator(desk: Desk) -> None:
    tree = ast.parse(starter_of(desk))

    (each,) = [
        n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == "each"
    ]
    assert any(isinstance(node, ast.Yield) for node in ast.walk(each))


def test_what_only_served_the_bodies_goes(desk: Desk) -> None:
    text = starter_of(desk)

    assert "_times" not in text
    assert "_FACTOR" not in text
    assert "import math" not in text
    assert "LIMIT = 3" in text
    assert "AsyncIterator" in text


def test_what_another_task_still_needs_stays(desk: Desk) -> None:
    text = starter_of(desk, 2)

    assert "_times(math.floor(number))" in text
    assert "_checked" not in text


def test_public_signatures_are_the_same(desk: Desk) -> None:
    reference = read_modules(desk.folder)["doubling.py"]

    assert public_signatures(starter_of(desk)) == public_signatures(reference)


def test_a_helper_that_another_module_imports_stays(desk: Desk) -> None:
    (desk.folder / "other.py").write_text(
        f'"""Other."""\n\nfrom projects.{desk.slug}.doubling import _times\n\nprint(_times(1))\n'
    )

    text = starter_of(desk)

    assert "def _times" in text
    assert "_FACTOR" in text


def test_a_long_title_is_folded_into_the_line_s_width(desk: Desk) -> None:
    text = starter_of(desk)

    assert max(map(len, text.splitlines())) <= 100
    told = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    assert any(str(value) == f"P01 task 2: {desk.project.tasks[1].title}" for value in told)


def test_a_task_without_markers_is_named(desk: Desk) -> None:
    files = {"doubling.py": "async def double(number: int) -> int:\n    return 2 * number\n"}
    alone: Project = desk.project.model_copy(update={"tasks": desk.project.tasks[:1]})

    with pytest.raises(LearnError, match=r"Task 1 .* has lost its markers"):
        make_starter(alone, files)


def test_a_class_may_have_one_method_to_write(desk: Desk) -> None:
    work = desk.folder / "doubling.py"
    body = "        self._numbers.append(self._checked(number))\n"
    marked = f"        # task 2: begin\n{body}        # task 2: end\n"
    text = work.read_text().replace("    # task 2: begin\n", "").replace("    # task 2: end\n", "")
    work.write_text(text.replace(body, marked))

    tree = ast.parse(starter_of(desk, 2))

    (basket,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    stubs = [n.name for n in basket.body if "NotImplementedError" in ast.unparse(n)]  # type: ignore[attr-defined]  # methods
    assert [name for name in stubs if name != "__init__"] == ["add"]


def test_a_stub_is_known_for_one_whatever_stands_around_it(desk: Desk) -> None:
    work = desk.folder / "doubling.py"
    work.write_text(
        "from collections.abc import AsyncIterator\n\n\n"
        "async def double(number: int) -> AsyncIterator[int]:\n"
        '    """Double."""\n    print(number)\n'
        "    # task 1: begin\n    yield number\n    # task 1: end\n"
    )
    alone = desk.project.model_copy(update={"tasks": desk.project.tasks[:1]})

    work.write_text(make_starter(alone, read_modules(desk.folder))["doubling.py"])

    assert owned(desk.folder, alone.tasks[0], {"1": "other"}) is Ownership.STUB
