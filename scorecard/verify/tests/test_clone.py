"""Cloning what nobody vouches for: plain files come along, everything else has a name."""

import contextlib
import os
import secrets
from pathlib import Path

import pytest

from scorecard.toys import commit_all, git, write_project
from scorecard.verify.clone import Clone, clone
from scorecard.verify.trouble import CloneError, LeftOut, Limits, Oddity, Trouble

pytestmark = pytest.mark.anyio
WORK = "projects/p01_toy"
DEFAULT = Limits()


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    write_project(tmp_path / "theirs")
    return tmp_path / "theirs"


async def cloned(repository: Path | str, into: Path, commit: str = "") -> Clone:
    return await clone(str(repository), into / "clone", commit=commit)


async def trouble_with(
    repository: Path | str, into: Path, *, commit: str = "", limits: Limits = DEFAULT
) -> CloneError:
    with pytest.raises(CloneError) as caught:
        await clone(str(repository), into / "clone", commit=commit, limits=limits)
    return caught.value


async def test_the_commit_counts_and_not_what_lies_beside_it(theirs: Path, tmp_path: Path) -> None:
    commit = commit_all(theirs)
    (theirs / WORK / "doubling.py").write_text("uncommitted = True\n")

    found = await cloned(theirs, tmp_path)

    assert found.commit == commit
    assert "Double a number" in (found.root / WORK / "doubling.py").read_text()
    assert found.slugs == {"p01_toy"}


async def test_a_bundle_is_a_repository_too(theirs: Path, tmp_path: Path) -> None:
    commit = commit_all(theirs)
    git(theirs, "bundle", "create", "--quiet", "work.bundle", "main")

    found = await cloned(theirs / "work.bundle", tmp_path)

    assert found.commit == commit


@pytest.mark.parametrize("form", ["branch", "tag", "hash", "short hash"])
async def test_an_older_commit_is_found_by_any_of_its_names(
    theirs: Path, tmp_path: Path, form: str
) -> None:
    older = commit_all(theirs)
    git(theirs, "branch", "old")
    git(theirs, "tag", "v1")
    commit_all(theirs)
    name = {"branch": "old", "tag": "v1", "hash": older, "short hash": older[:9]}[form]

    found = await cloned(theirs, tmp_path, name)

    assert found.commit == older


async def test_nothing_there_is_no_repository(tmp_path: Path) -> None:
    error = await trouble_with(tmp_path / "nowhere", tmp_path)

    assert error.trouble is Trouble.NO_REPOSITORY


async def test_a_folder_without_git_is_no_repository(theirs: Path, tmp_path: Path) -> None:
    error = await trouble_with(theirs, tmp_path)

    assert error.trouble is Trouble.NO_REPOSITORY


async def test_a_file_that_is_no_bundle_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no bundle")

    error = await trouble_with(tmp_path / "notes.txt", tmp_path)

    assert error.trouble is Trouble.NO_REPOSITORY


async def test_a_repository_without_commits_is_named(theirs: Path, tmp_path: Path) -> None:
    git(theirs, "init", "--quiet")

    error = await trouble_with(theirs, tmp_path)

    assert error.trouble is Trouble.NO_COMMITS


async def test_a_commit_that_is_not_there_is_named(theirs: Path, tmp_path: Path) -> None:
    commit_all(theirs)

    error = await trouble_with(theirs, tmp_path, commit="0" * 40)

    assert error.trouble is Trouble.NO_SUCH_COMMIT


async def test_a_repository_of_something_else_has_no_projects(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    commit_all(tmp_path / "other")

    error = await trouble_with(tmp_path / "other", tmp_path)

    assert error.trouble is Trouble.NO_PROJECTS


async def test_links_stay_out_and_are_named(theirs: Path, tmp_path: Path) -> None:
    (theirs / WORK / "answers.py").symlink_to("/etc/passwd")
    (theirs / WORK / "loop").symlink_to(".")
    commit_all(theirs)

    found = await cloned(theirs, tmp_path)

    assert found.left_out == (
        LeftOut(f"{WORK}/answers.py", Oddity.LINK),
        LeftOut(f"{WORK}/loop", Oddity.LINK),
    )
    assert not (found.root / WORK / "answers.py").exists()


async def test_submodules_stay_out_and_are_named(theirs: Path, tmp_path: Path) -> None:
    write_project(tmp_path / "other")
    commit_all(tmp_path / "other")
    commit_all(theirs)
    git(theirs, "submodule", "--quiet", "add", str(tmp_path / "other"), f"{WORK}/vendored")
    commit_all(theirs)

    found = await cloned(theirs, tmp_path)

    assert found.left_out == (LeftOut(f"{WORK}/vendored", Oddity.SUBMODULE),)


async def test_a_pointer_to_lfs_stays_out_and_is_named(theirs: Path, tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
    (theirs / WORK / "vectors.npy").write_text(pointer)
    commit_all(theirs)

    found = await cloned(theirs, tmp_path)

    assert found.left_out == (LeftOut(f"{WORK}/vectors.npy", Oddity.POINTER),)


async def test_a_path_that_leads_outside_is_not_written(theirs: Path, tmp_path: Path) -> None:
    commit_all(theirs)
    blob = git(theirs, "rev-parse", f"HEAD:{WORK}/doubling.py")
    tree = _tree(theirs, f"100644 blob {blob}\tplanted.py")
    for name in ("..", "p01_toy", "projects"):
        tree = _tree(theirs, f"040000 tree {tree}\t{name}")
    git(theirs, "update-ref", "HEAD", git(theirs, "commit-tree", tree, "-m", "Escape"))

    with contextlib.suppress(CloneError):  # what Git itself refuses depends on its version
        await cloned(theirs, tmp_path)

    assert "planted.py" not in {name for _, _, names in os.walk(tmp_path) for name in names}


async def test_a_name_that_is_no_text_stays_out_and_is_named(theirs: Path, tmp_path: Path) -> None:
    (theirs / WORK / os.fsdecode(b"\xff\x1b[2J.py")).write_text("")
    commit_all(theirs)

    found = await cloned(theirs, tmp_path)

    assert found.left_out == (LeftOut(f"{WORK}/??[2J.py", Oddity.NAME),)


def _tree(folder: Path, line: str) -> str:
    (folder.parent / "line").write_text(line + "\n")
    return git(folder, "hash-object", "-w", "-t", "tree", "--literally", _raw(folder, line))


def _raw(folder: Path, line: str) -> str:
    """Write a tree's bytes by hand: Git's own tools refuse such names."""
    facts, _, name = line.partition("\t")
    mode, _, digest = facts.split()
    content = f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(digest)
    (folder.parent / "tree.raw").write_bytes(content)
    return str(folder.parent / "tree.raw")


async def test_a_commit_that_unpacks_to_too_much_is_not_unpacked(
    theirs: Path, tmp_path: Path
) -> None:
    (theirs / WORK / "zeros.txt").write_bytes(bytes(3 << 20))
    commit_all(theirs)

    error = await trouble_with(theirs, tmp_path, limits=Limits(tree_mb=2))

    assert error.trouble is Trouble.TOO_LARGE
    assert not (tmp_path / "clone" / "tree" / "projects").exists()


async def test_fetching_stops_at_the_limit(theirs: Path, tmp_path: Path) -> None:
    (theirs / "noise.bin").write_bytes(secrets.token_bytes(3 << 20))
    commit_all(theirs)

    error = await trouble_with(theirs, tmp_path, limits=Limits(pack_mb=1))

    assert error.trouble is Trouble.TOO_LARGE


async def test_hooks_and_settings_of_the_repository_are_not_run(
    theirs: Path, tmp_path: Path
) -> None:
    commit_all(theirs)
    (theirs / ".gitattributes").write_text("*.py filter=evil\n")
    git(theirs, "config", "filter.evil.smudge", f"touch {tmp_path}/smudged")
    git(theirs, "config", "uploadpack.packObjectsHook", f"touch {tmp_path}/hooked")
    commit_all(theirs)

    await cloned(theirs, tmp_path)

    assert not (tmp_path / "smudged").exists()
    assert not (tmp_path / "hooked").exists()


async def test_a_note_to_a_strangers_repository_is_not_followed(
    theirs: Path, tmp_path: Path
) -> None:
    commit_all(theirs)
    note = tmp_path / "note"
    note.mkdir()
    (note / ".git").write_text(f"gitdir: {theirs / '.git'}\n")

    assert (await trouble_with(note, tmp_path)).trouble is Trouble.NO_REPOSITORY


async def test_a_work_tree_that_its_repository_knows_is_one(theirs: Path, tmp_path: Path) -> None:
    commit = commit_all(theirs)
    git(theirs, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))

    assert (await cloned(tmp_path / "tree", tmp_path)).commit == commit


@pytest.mark.parametrize("told", [b"gitdir: a\0b", b"gitdir: \xff\xfe", b"gitdir: " + b"a/" * 9999])
async def test_a_note_that_names_no_folder_is_no_repository(tmp_path: Path, told: bytes) -> None:
    (tmp_path / "note").mkdir()
    (tmp_path / "note" / ".git").write_bytes(told)

    found = await trouble_with(tmp_path / "note", tmp_path)

    assert found.trouble in {Trouble.BROKEN, Trouble.NO_REPOSITORY}


async def test_a_pipe_among_gits_notes_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "note" / "own").mkdir(parents=True)
    (tmp_path / "note" / ".git").write_text("gitdir: own\n")
    os.mkfifo(tmp_path / "note" / "own" / "commondir")

    assert (await trouble_with(tmp_path / "note", tmp_path)).trouble is Trouble.NO_REPOSITORY
