"""Starting and going back: in place, and nothing is ever lost."""

from pathlib import Path

import pytest

from scorecard.catalog.ownership import Ownership
from scorecard.learn.errors import LearnError
from scorecard.learn.reference import Desk, find_reference
from scorecard.learn.standing import ownership_of
from scorecard.learn.start import reset, start
from scorecard.toys import commit_all, git

OWN = "    return number + number  # mine\n"
STUB = '    raise NotImplementedError("P01 task 1: Double a number")\n'


def write_own(work: Path) -> str:
    text = work.read_text().replace(STUB, OWN)
    work.write_text(text)
    return text


def test_start_leaves_every_task_to_be_written(desk: Desk) -> None:
    done = start(desk)

    assert done.files == ("doubling.py",)
    assert set(ownership_of(desk)) == {Ownership.STUB}


def test_start_of_one_task_leaves_the_others_as_they_are(desk: Desk) -> None:
    start(desk, [1])

    assert ownership_of(desk) == [Ownership.STUB, Ownership.REFERENCE]


def test_the_diff_of_a_start_touches_the_modules_with_tasks_only(desk: Desk) -> None:
    start(desk)

    assert git(desk.place.root, "diff", "--name-only").splitlines() == [
        "projects/p01_toy/doubling.py"
    ]


@pytest.mark.parametrize("name", ["doubling.py", "notes.txt"])
def test_start_refuses_over_uncommitted_work(desk: Desk, work: Path, name: str) -> None:
    before = work.read_text()
    (desk.folder / name).write_text(before + "\n# mine\n")

    with pytest.raises(LearnError, match=rf"uncommitted work .*{name}") as told:
        start(desk)

    assert "git stash push" in told.value.advice
    assert "NotImplementedError" not in work.read_text()


@pytest.mark.parametrize(
    "name", ["doubling.py~", ".doubling.py.swp", "#doubling.py#", "doubling.py.orig"]
)
def test_what_an_editor_leaves_behind_is_nobody_s_work(desk: Desk, name: str) -> None:
    (desk.folder / name).write_text("leftover")

    assert start(desk).files == ("doubling.py",)


def test_a_second_start_is_told_and_changes_nothing(desk: Desk, work: Path) -> None:
    start(desk)
    text = write_own(work)

    with pytest.raises(LearnError, match="started already: 1 of 2") as told:
        start(desk)

    assert "make reset P=p01" in told.value.advice
    assert work.read_text() == text


def test_reset_brings_the_starter_and_keeps_the_work_in_a_stash(desk: Desk, work: Path) -> None:
    start(desk)
    starter = work.read_text()
    text = write_own(work)

    done = reset(desk)

    assert work.read_text() == starter
    assert "scorecard reset p01" in git(desk.place.root, "stash", "list")
    command = str(done.back).partition(": ")[2]
    git(desk.place.root, *command.split()[1:])
    assert work.read_text() == text


def test_reset_to_the_reference_is_the_reference_to_the_byte(desk: Desk, work: Path) -> None:
    before = work.read_bytes()
    start(desk)
    write_own(work)

    reset(desk, to_reference=True)

    assert work.read_bytes() == before
    assert set(ownership_of(desk)) == {Ownership.REFERENCE}


def test_reset_of_one_task_leaves_the_others_alone(desk: Desk, work: Path) -> None:
    start(desk)
    text = write_own(work)
    mine = text.replace("# mine", "# mine too") + "\n\ndef extra() -> int:\n    return 1\n"
    work.write_text(mine)

    reset(desk, task=1)

    assert STUB in work.read_text()
    assert "def extra() -> int:" in work.read_text()
    assert work.read_text().count("# task 1: end") == 1


def test_reset_of_committed_work_names_the_commit(desk: Desk, work: Path) -> None:
    start(desk)
    write_own(work)
    commit = commit_all(desk.place.root)

    done = reset(desk)

    assert commit[:10] in done.back
    assert git(desk.place.root, "stash", "list") == ""


def test_reset_during_a_merge_keeps_both_sides(desk: Desk, work: Path) -> None:
    start(desk)
    write_own(work)
    commit_all(desk.place.root)
    git(desk.place.root, "checkout", "--quiet", "-b", "other")
    work.write_text(work.read_text().replace("# mine", "# theirs"))
    commit_all(desk.place.root)
    git(desk.place.root, "checkout", "--quiet", "main")
    work.write_text(work.read_text().replace("# mine", "# ours"))
    commit_all(desk.place.root)
    with pytest.raises(Exception, match="merge"):
        git(desk.place.root, "merge", "other")

    reset(desk)

    assert "<<<<<<<" not in work.read_text()
    assert "<<<<<<<" in git(desk.place.root, "show", "stash@{0}:projects/p01_toy/doubling.py")


def test_reset_without_git_keeps_a_dated_copy(desk: Desk, work: Path) -> None:
    start(desk)
    text = write_own(work)
    (desk.place.root / ".git").rename(desk.place.root / "git.away")

    done = reset(desk)

    (copy,) = (desk.place.home / "kept" / desk.slug).iterdir()
    assert str(copy) in done.back
    assert (copy / "doubling.py").read_text() == text


def test_what_was_never_started_cannot_be_reset(desk: Desk) -> None:
    with pytest.raises(LearnError, match="never started"):
        reset(desk)


def test_the_reference_is_found_in_the_history_of_a_fork(desk: Desk, tmp_path: Path) -> None:
    start(desk)
    commit_all(desk.place.root)
    fork = tmp_path / "fork"
    git(desk.place.root, "clone", "--quiet", f"file://{desk.place.root}", str(fork))
    there = Desk(type(desk.place)(fork, fork / ".capstone"), desk.project, desk.record)

    found = find_reference(there)

    assert "_times" in found["doubling.py"]


def test_a_shallow_clone_made_after_the_start_says_what_to_fetch(
    desk: Desk, tmp_path: Path
) -> None:
    start(desk)
    commit_all(desk.place.root)
    fork = tmp_path / "fork"
    git(desk.place.root, "clone", "--quiet", "--depth=1", f"file://{desk.place.root}", str(fork))
    there = Desk(type(desk.place)(fork, fork / ".capstone"), desk.project, desk.record)

    with pytest.raises(LearnError, match="not on this machine") as told:
        reset(there)

    assert "git fetch --unshallow" in told.value.advice
    assert "NotImplementedError" in (there.folder / "doubling.py").read_text()


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(desk: Desk, work: Path) -> None:
    before = work.read_text()
    (desk.folder / ".doubling.py.scorecard").mkdir()  # where the new text is written first

    with pytest.raises(LearnError, match="cannot be written") as told:
        start(desk)

    assert "Nothing was changed" in told.value.advice
    assert work.read_text() == before


def test_line_ends_and_a_byte_order_mark_are_kept(desk: Desk, work: Path) -> None:
    work.write_bytes(b"\xef\xbb\xbf" + work.read_bytes().replace(b"\n", b"\r\n"))
    git(desk.place.root, "commit", "--quiet", "--all", "--message", "Another system's ends")
    before = work.read_bytes()

    start(desk)
    started = work.read_bytes()
    reset(desk, to_reference=True)

    assert started.startswith(b"\xef\xbb\xbf")
    assert started.count(b"\n") == started.count(b"\r\n")
    assert work.read_bytes() == before


def test_starting_the_rest_keeps_what_is_written_and_a_copy_of_it(desk: Desk, work: Path) -> None:
    before = work.read_text()
    start(desk, [1])
    text = write_own(work)

    done = start(desk)

    assert ownership_of(desk) == [Ownership.OWN, Ownership.STUB]
    assert "# mine" in work.read_text()
    assert "1 of 2 tasks are to be written" in done.told
    commit = str(done.back).partition("--source=")[2].split()[0]
    kept = git(desk.place.root, "show", f"{commit}:projects/p01_toy/doubling.py")
    assert kept == text.strip()
    assert (desk.kept / "doubling.py").read_text() == before


def test_a_checkout_that_is_read_only_names_the_file_and_none_of_ours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, _content: bytes) -> int:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "write_bytes", refuse)

    with pytest.raises(LearnError, match=r"^projects/p01_toy/doubling\.py cannot be written"):
        start(desk)
