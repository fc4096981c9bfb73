"""Every project's starter keeps the rules that can be tried in a second or two.

The slow ones (mypy, every test, every criterion) are tried by ``make starters``, in CI.
"""

from pathlib import Path

import pytest

from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership, owned
from scorecard.catalog.read import read_catalog
from scorecard.learn.rules import generated, lint, same_signatures
from scorecard.learn.texts import read_modules
from scorecard.place import Place

ROOT = Path(__file__).resolve().parent.parent
PLACE = Place(ROOT, ROOT / ".capstone")
PROJECTS = read_catalog(ROOT).projects


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.slug)
def test_the_starter_is_clean_and_leaves_only_the_tasks_to_write(
    project: Project, tmp_path: Path
) -> None:
    files = read_modules(ROOT / "projects" / project.slug)
    starter = generated(PLACE, project)
    folder = tmp_path / "projects" / project.slug
    for name, text in {**files, **starter}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    assert {owned(folder, task, {}) for task in project.tasks} == {Ownership.STUB}
    assert list(same_signatures(files, starter)) == []
    assert lint(PLACE, tmp_path, project) == []
    assert {**files, **starter}.keys() == files.keys()
    assert all(task.hints for task in project.tasks)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.slug)
def test_no_stub_tells_the_answer(project: Project) -> None:
    starter = generated(PLACE, project)
    told = "\n".join(starter.values())

    for task in project.tasks:
        assert told.count(f"# task {task.id}: begin") == 1
        assert f"P{project.number:02} task {task.id}: " in told
