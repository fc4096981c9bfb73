"""Projects read from their files, named in three ways, and what is said of broken ones."""

from pathlib import Path

import pytest

from scorecard.catalog.find import BrokenProjectError, UnknownProjectError, choose
from scorecard.catalog.model import Project, Task
from scorecard.catalog.ownership import Ownership, owned, shapes
from scorecard.catalog.read import Problem, read_catalog, read_project
from scorecard.evals.expected import CriteriaError, criteria_file, expected_criteria
from scorecard.toys import CRITERIA, TOML, write_project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_project(tmp_path, 7)
    write_project(tmp_path, 2)
    return tmp_path


@pytest.mark.parametrize("name", ["p07", "7", "07", "p07_toy", "P07", "projects/p07_toy/"])
def test_a_project_answers_to_its_names(root: Path, name: str) -> None:
    (project,) = choose(read_catalog(root), [name])

    assert project.slug == "p07_toy"


def test_no_name_means_all_in_order(root: Path) -> None:
    assert [p.number for p in choose(read_catalog(root), [])] == [2, 7]


def test_a_stranger_is_met_with_a_guess(root: Path) -> None:
    with pytest.raises(UnknownProjectError, match="p07_toy"):
        choose(read_catalog(root), ["p7_toy"])


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("hours = 1", "hours = -1", 7, "greater than 0"),
        ('pillar = "Models"', 'pillar = "Model"', 4, "'Models'"),
        ("id = 1", "id = 2", 1, "task ids must count"),
        ('hints = ["Multiply."]', "hints = []", 13, "at least 1 item"),
        ("hours = 1", "hours = 1\ncolour = 2", 8, "Extra inputs"),
        ("hours = 1", "hours = ", 1, "not TOML"),
    ],
)
def test_a_broken_file_names_line_field_and_next_step(
    tmp_path: Path, old: str, new: str, line: int, word: str
) -> None:
    folder = write_project(tmp_path, toml=TOML.replace(old, new))

    problem = read_project(folder / "project.toml")

    assert isinstance(problem, Problem)
    assert word in problem.happened
    assert problem.where.endswith(f"project.toml:{line}") or "line 7" in problem.happened
    assert problem.advice


def test_a_broken_project_that_is_asked_for_is_no_stranger(tmp_path: Path) -> None:
    write_project(tmp_path, toml=TOML.replace("hours = 1", ""))

    with pytest.raises(BrokenProjectError, match="hours"):
        choose(read_catalog(tmp_path), ["p01"])


def test_a_project_without_its_file_is_a_problem_not_an_absence(tmp_path: Path) -> None:
    (write_project(tmp_path) / "project.toml").unlink()

    catalog = read_catalog(tmp_path)

    assert [problem.happened for problem in catalog.problems] == ["is missing."]


@pytest.mark.parametrize(
    ("body", "ownership"),
    [
        ('"""Twice."""\n    # a remark\n    return (2\n        * number)', Ownership.REFERENCE),
        ("return number + number", Ownership.OWN),
        ("raise NotImplementedError('P01 task 1')", Ownership.STUB),
        ('"""Twice."""\n    raise NotImplementedError', Ownership.STUB),
    ],
)
def test_a_body_is_reference_own_or_stub_by_its_syntax_tree(
    tmp_path: Path, body: str, ownership: Ownership
) -> None:
    task = Task(id=1, function="doubling.double", title="Double", hints=("Multiply.",))
    head = "async def double(number: int) -> int:\n    "
    (tmp_path / "doubling.py").write_text(f"{head}return 2 * number\n")
    record = shapes(tmp_path, _project_with(task))
    (tmp_path / "doubling.py").write_text(f"{head}{body}\n")

    assert owned(tmp_path, task, record) is ownership


def _project_with(task: Task) -> Project:
    return Project.model_validate(
        {
            "number": 1,
            "slug": "p01_toy",
            "title": "Toy",
            "pillar": "Models",
            "skill": "Doubles.",
            "hours": 1,
            "tasks": [task.model_dump()],
        }
    )


def test_without_a_record_nobody_claims_a_body(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    task = Task(id=1, function="doubling.double", title="Double", hints=("Multiply.",))

    assert owned(folder, task, {}) is Ownership.REFERENCE


def test_criteria_are_listed_without_being_run(tmp_path: Path) -> None:
    folder = write_project(tmp_path, criteria="raise SystemExit\n" + CRITERIA)

    checks = expected_criteria(folder / "criteria.py")

    assert [(check.code, check.level) for check in checks] == [("P01.1", 1), ("P01.2", 2)]
    assert str(checks[1].threshold) == "≥ 0.9"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('"P{number:02}.2"', '"P{number:02}.1"', "twice"),
        ("at_least=0.9)", 'at_least=0.9, requires=("P01.9",))', "does not declare"),
        ("at_least=0.9)", "at_least=LIMIT)", "literals"),
        ("def most", "def (most", "criteria.py:"),
    ],
)
def test_criteria_that_cannot_be_listed_say_why(
    tmp_path: Path, old: str, new: str, word: str
) -> None:
    folder = write_project(tmp_path, criteria=CRITERIA.replace(old, new))

    with pytest.raises(CriteriaError, match=word):
        expected_criteria(folder / "criteria.py")


def test_this_repository_s_own_projects_can_be_read() -> None:
    catalog = read_catalog(ROOT)

    assert catalog.problems == ()
    assert catalog.projects


@pytest.mark.parametrize("project", read_catalog(ROOT).projects, ids=lambda p: p.id)
def test_this_repository_s_criteria_and_tasks_are_where_they_should_be(project: Project) -> None:
    folder = ROOT / "projects" / project.slug

    criteria = expected_criteria(criteria_file(folder))

    assert all(check.code.startswith(f"P{project.number:02}.") for check in criteria)
    assert any(check.level == 1 for check in criteria)
    assert set(shapes(folder, project)) == {str(task.id) for task in project.tasks}
