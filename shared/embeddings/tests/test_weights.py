from pathlib import Path

import pytest

from shared.embeddings.weights import PinnedFile, derived_file, find_model_files
from shared.errors import ConfigurationError


def test_a_missing_package_says_what_to_run() -> None:
    with pytest.raises(ConfigurationError, match=r"no_such_package is not installed.*make install"):
        find_model_files("no_such_package")


def test_a_file_with_other_bytes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"other bytes")

    with pytest.raises(ConfigurationError, match="is not the pinned file: its SHA-256 is"):
        PinnedFile(file, "0" * 64).verified()


def test_a_file_that_is_gone_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read .*make install"):
        PinnedFile(tmp_path / "nothing", "0" * 64).verified()


def test_a_built_file_is_built_once(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(target: Path) -> None:
        built.append(target)
        target.write_text("built")

    paths = {derived_file(tmp_path, "graph", build) for _ in range(2)}

    assert len(built) == 1
    assert [path.read_text() for path in paths] == ["built"]


def test_a_build_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def build(target: Path) -> None:
        target.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        derived_file(tmp_path, "graph", build)

    assert list((tmp_path / "models").iterdir()) == []


def test_a_home_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    with pytest.raises(ConfigurationError, match="set CAPSTONE_HOME"):
        derived_file(blocked, "graph", Path.touch)
