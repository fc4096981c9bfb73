"""The repository is what its README says it is."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECTS = sorted(path.parent for path in ROOT.glob("projects/*/project.toml"))
IGNORED = {"__pycache__", "dist"}


def test_the_tree_in_the_readme_names_what_is_on_disk() -> None:
    block = re.search(r"```text\n(pyproject\.toml.*?)```", README, re.DOTALL)

    assert block is not None
    named = re.findall(r"^((?:  )*)([\w./-]+)", block[1], re.MULTILINE)
    tops = {name.rstrip("/") for indent, name in named if not indent}
    on_disk = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in IGNORED
    }
    assert on_disk <= tops
    assert all((ROOT / name).exists() for name in tops)


def test_the_table_in_the_readme_lists_every_project() -> None:
    rows = re.findall(
        r"^\| \[(p\d\d)\]\((projects/\w+)/?\) \| .+? \| (.+?) \| (\d+) \|", README, re.MULTILINE
    )

    told = {(code, Path(folder).name, pillar, int(hours)) for code, folder, pillar, hours in rows}
    assert told == {
        (folder.name[:3], folder.name, _settings(folder)["pillar"], _settings(folder)["hours"])
        for folder in PROJECTS
    }


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_every_project_has_the_same_shape(folder: Path) -> None:
    expected = ["README.md", "README.pt-BR.md", "__init__.py", "tests", "mutants"]
    criteria = [folder / "criteria.py", folder / "criteria" / "__init__.py"]

    assert [name for name in expected if not (folder / name).exists()] == []
    assert len([file for file in criteria if file.exists()]) == 1


BRIEFS = [ROOT, *PROJECTS]


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_both_languages_hold_the_same_headings_and_code(folder: Path) -> None:
    english, portuguese = (
        (folder / name).read_text(encoding="utf-8") for name in ("README.md", "README.pt-BR.md")
    )

    assert _levels(english) == _levels(portuguese)
    assert _code(english) == _code(portuguese)


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_every_task_is_marked_where_it_says(folder: Path) -> None:
    for task in _settings(folder)["tasks"]:
        module = task["function"].split(".")[0]
        source = (folder / f"{module}.py").read_text(encoding="utf-8")

        assert f"# task {task['id']}: begin" in source
        assert f"# task {task['id']}: end" in source
        assert task["hints"]


def test_every_make_target_named_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [*ROOT.glob("*.md"), *ROOT.glob("projects/*/*.md")]
    named = {
        (path.name, target)
        for path in documents
        for target in re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", path.read_text())
    }

    assert {(name, target) for name, target in named if target not in targets} == set()


def test_no_document_names_a_path_of_somebodys_machine() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("projects/*/*.md")]

    assert [path for path in documents if re.search(r"/(home|root|Users)/", path.read_text())] == []


def _settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))


def _levels(text: str) -> list[int]:
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def _code(text: str) -> list[str]:
    """List the blocks of code; what pictures and comments say is in the reader's language."""
    blocks = re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL)
    told = [code for language, code in blocks if language not in {"mermaid", "text"}]
    return [re.sub(r" +# .*", "", code) for code in told]
