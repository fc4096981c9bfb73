"""What happened to the files is said before mypy and pytest say something else about it."""

from pathlib import Path

import pytest

from scorecard.learn.reference import Desk
from scorecard.learn.start import start
from scorecard.learn.trouble import Trouble, find_trouble
from scorecard.toys import commit_all, git

STUB = '    raise NotImplementedError("P01 task 1: Double a number")\n'


@pytest.fixture
def started(desk: Desk) -> Desk:
    start(desk)
    return desk


def only(desk: Desk) -> Trouble:
    (trouble,) = find_trouble(desk)
    return trouble


def test_a_starter_has_no_trouble(started: Desk) -> None:
    assert find_trouble(started) == ()


def test_a_deleted_file_is_named_with_the_way_back(started: Desk, work: Path) -> None:
    work.unlink()

    first, _ = find_trouble(started)

    assert first.happened == "The file is gone, and with it task 1 (doubling.double)."
    assert "git restore projects/p01_toy/doubling.py" in first.advice


def test_a_renamed_file_is_found_under_its_new_name(started: Desk, work: Path) -> None:
    work.rename(work.with_name("mine.py"))

    first, _ = find_trouble(started)

    assert "projects/p01_toy/mine.py has a function of that name" in first.advice


def test_a_renamed_function_is_told_its_name(started: Desk, work: Path) -> None:
    work.write_text(work.read_text().replace("def double(", "def doubles("))

    trouble = only(started)

    assert trouble.happened == "Task 1 is gone: there is no doubling.double any more."
    assert "Was doubles renamed?" in trouble.advice


def test_a_merge_conflict_inside_a_task_names_the_task(started: Desk, work: Path) -> None:
    both = f"<<<<<<< HEAD\n{STUB}=======\n    return 4\n>>>>>>> upstream/main\n"
    work.write_text(work.read_text().replace(STUB, both))

    trouble = only(started)

    assert trouble.happened == "There is a merge conflict inside task 1."
    assert trouble.where.startswith("projects/p01_toy/doubling.py:")
    assert "<<<<<<<" in trouble.advice


def test_mixed_tabs_are_called_tabs(started: Desk, work: Path) -> None:
    mixed = "    if number:\n\treturn 2 * number\n    return 0\n"
    work.write_text(work.read_text().replace(STUB, mixed))

    assert only(started).happened == "Tabs and spaces are mixed."


def test_a_syntax_error_is_one_sentence_with_its_line(started: Desk, work: Path) -> None:
    work.write_text(work.read_text().replace(STUB, "    return (2\n"))

    trouble = only(started)

    assert trouble.happened.startswith("Python cannot read this line: ")
    assert trouble.where.rpartition(":")[2].isdecimal()


@pytest.mark.parametrize("change", [b"\r\n", b"\xef\xbb\xbf"], ids=["CRLF", "BOM"])
def test_another_system_s_text_is_no_trouble(started: Desk, work: Path, change: bytes) -> None:
    content = work.read_bytes()
    work.write_bytes(content.replace(b"\n", change) if change == b"\r\n" else change + content)

    assert find_trouble(started) == ()


def test_text_that_is_not_utf_8_is_named(started: Desk, work: Path) -> None:
    work.write_bytes(work.read_bytes() + "# ação\n".encode("latin-1"))

    trouble = only(started)

    assert "not UTF-8" in trouble.happened
    assert trouble.advice == "Save it as UTF-8."


def test_an_editor_s_files_are_not_looked_at(started: Desk) -> None:
    (started.folder / ".doubling.py.swp").write_bytes(b"\xff\xfe")
    (started.folder / ".#doubling.py").symlink_to("somebody@host.1234")
    (started.folder / "doubling.py~").write_bytes(b"\xff")

    assert find_trouble(started) == ()


def test_a_signature_that_upstream_changed_is_shown_and_the_work_kept(
    started: Desk, work: Path
) -> None:
    mine = work.read_text().replace(STUB, "    return 2 * number\n")
    upstream = mine.replace("def double(number: int)", "def double(number: int, times: int = 2)")
    work.write_text(upstream)
    commit_all(started.place.root)
    newer = Desk(
        started.place, started.project, {"1": _shape_of(upstream), "2": _shape_of(upstream, 2)}
    )
    (started.kept / "doubling.py").write_text(upstream)
    work.write_text(mine)

    trouble = only(newer)

    assert not trouble.fatal
    assert "yours is `async def double(number: int) -> int`" in trouble.happened
    assert "asked for is `async def double(number: int, times: int=2) -> int`" in trouble.happened
    assert work.read_text() == mine


def test_a_merge_that_changes_the_signature_under_an_own_body_is_told_until_the_body_changes(
    started: Desk, work: Path
) -> None:
    root = started.place.root
    work.write_text(work.read_text().replace(STUB, "    return 2 * number\n"))
    commit_all(root)
    git(root, "checkout", "--quiet", "-b", "upstream", "HEAD~1")
    upstream = work.read_text().replace(
        "(number: int) -> int:", "(number: int, by: int = 2) -> int:", 1
    )
    work.write_text(upstream)
    commit_all(root)
    git(root, "checkout", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-edit", "upstream")
    git(root, "branch", "--quiet", "-D", "upstream")
    record = {"1": _shape_of(upstream), "2": _shape_of(upstream, 2)}
    newer = Desk(started.place, started.project, record)

    trouble = only(newer)
    merged = work.read_text()
    work.write_text(merged.replace("2 * number", "by * number"))
    adapted = find_trouble(newer)
    work.write_text(merged.replace(", by: int = 2", ""))
    kept = only(newer)

    assert not trouble.fatal
    assert "was `async def double(number: int) -> int` when you wrote it" in trouble.happened
    assert "now it is `async def double(number: int, by: int=2) -> int`" in trouble.happened
    assert adapted == ()
    assert "asked for is `async def double(number: int, by: int=2) -> int`" in kept.happened


def _shape_of(text: str, task: int = 1) -> str:
    import ast  # noqa: PLC0415 (only this helper)

    from scorecard.catalog.ownership import shape  # noqa: PLC0415 (same)

    name = "double" if task == 1 else "Basket"
    return shape(next(n for n in ast.parse(text).body if getattr(n, "name", "") == name))  # type: ignore[arg-type]  # a definition
