"""Files of vectors that travel with a project: what they hold, for which model, how they break."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.content import HASH_BYTES, ContentHash, content_hash
from shared.embeddings.model import Embedder, Overflow
from shared.errors import ConfigurationError

Arrays: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Known:
    """The texts a file knows, by content, and the model and mode that embedded them."""

    model: str
    overflow: Overflow
    hashes: tuple[ContentHash, ...]

    @classmethod
    def of(cls, embedder: Embedder, texts: Sequence[str], overflow: Overflow) -> Known:
        """Name ``texts``, each once, in an order that depends on nothing but their content."""
        return cls(embedder.name, overflow, tuple(sorted({content_hash(text) for text in texts})))

    def in_order(self, texts: Sequence[str]) -> list[str]:
        """Return those of ``texts`` that are known, once each, in the file's order."""
        by_hash = {content_hash(text): text for text in texts}
        return [by_hash[name] for name in self.hashes if name in by_hash]

    def require(self, embedder: Embedder) -> None:
        """Raise ``ConfigurationError`` unless ``embedder`` is the model of the file."""
        if self.model != embedder.name:
            raise ConfigurationError(
                f"The shipped vectors are of {self.model}, the embedder is {embedder.name}.",
                advice=f"Use the embedder {self.model}, or write the vectors anew.",
            )

    def serves(self, overflow: Overflow) -> bool:
        """Whether a caller in this mode may have them: never a cut text's for a whole one's."""
        return self.overflow in ("error", overflow)


def save_archive(path: Path, kind: str, known: Known, arrays: Arrays) -> None:
    """Write ``arrays`` to ``path``: equal bytes for equal arrays."""
    header = np.array([kind, known.model, known.overflow])
    names = np.frombuffer(b"".join(known.hashes), np.uint8).reshape(-1, HASH_BYTES)
    everything: dict[str, Any] = {"header": header, "hashes": names, **arrays}
    with path.open("wb") as file:
        np.savez_compressed(file, **everything)


def load_archive(path: Path, kind: str) -> tuple[Known, Arrays]:
    """Read what ``save_archive`` wrote; ``ConfigurationError`` when it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        found, model, overflow = (str(field) for field in arrays.pop("header"))
        hashes = tuple(name.tobytes() for name in arrays.pop("hashes"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(path, str(error)) from error
    if found != kind:
        raise damaged(path, f"it holds {found}, not {kind}")
    return Known(model, "error" if overflow == "error" else "truncate", hashes), arrays


def damaged(path: Path, problem: str) -> ConfigurationError:
    """Say that a shipped file cannot be used, and where to get it again."""
    return ConfigurationError(
        f"The shipped vectors {path} cannot be read ({problem}).",
        advice="Restore the file from Git, or write it again: python -m shared.embeddings --help.",
    )
