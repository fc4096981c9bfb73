"""all-MiniLM-L6-v2, offline and without torch: text to vectors on this machine's CPU."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shared.embeddings.architecture import (
    DIMENSIONS,
    GRAPH_INPUT,
    GRAPH_OUTPUT,
    MAX_TOKENS,
    MODEL,
    Precision,
)
from shared.embeddings.concurrently import all_of
from shared.embeddings.late_interaction import TokenVectors, quantise_directions
from shared.embeddings.model import Overflow, Progress, Vectors, no_progress
from shared.embeddings.session import open_session
from shared.embeddings.weights import find_model_files
from shared.embeddings.wordpieces import TokenIds, WordPieces

VERSION = 1
"""Raise it when a change to the graph changes the vectors: it is part of every cache's key."""

BATCH_TOKENS = 1024
"""A batch is some 50 ms of one core, so a query never waits long behind a bulk of documents."""

States: TypeAlias = NDArray[np.float32]
"""Shape (tokens, 384): the last hidden state of each token of one text."""

Result = TypeVar("Result")
P = ParamSpec("P")


class MiniLM:
    """The embedder: each text runs alone on one thread, as many at once as there are cores.

    On two cores that is faster than padded batches on two threads (279 texts/s against 223), and a
    text's vector never depends on the texts beside it.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        word_pieces: WordPieces,
        *,
        precision: Precision,
        workers: int,
        progress: Progress = no_progress,
    ) -> None:
        self.name = f"{MODEL}/{precision}/v{VERSION}"
        self.dimensions = DIMENSIONS
        self.max_tokens = word_pieces.max_tokens
        self._session = session
        self._word_pieces = word_pieces
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="minilm")
        self._progress = progress

    def count_tokens(self, text: str) -> int:
        """Count the word-pieces of ``text``, the two special ones included."""
        return self._word_pieces.count(text)

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``: the mean of each text's token states, at unit length."""
        rows = await self._each(texts, overflow, pool)
        return np.array(rows, np.float32).reshape(len(texts), DIMENSIONS)

    async def embed_tokens(
        self, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> list[TokenVectors]:
        """Embed every token of each text, for late interaction; int8 directions, 384 a token."""
        return await self._each(texts, overflow, quantise_directions)

    async def _each(
        self, texts: Sequence[str], overflow: Overflow, finish: Callable[[States], Result]
    ) -> list[Result]:
        encoded = await self._in_thread(self._word_pieces.encode, texts, overflow)
        waiting = batches([len(ids) for ids in encoded])
        done: dict[int, Result] = {}

        def run(batch: list[int]) -> list[Result]:
            return [finish(self._states(encoded[text])) for text in batch]

        async def work() -> None:
            for batch in waiting:
                results = await self._in_thread(run, batch)
                done.update(zip(batch, results, strict=True))
                self._progress(len(done), len(texts))

        await all_of(work() for _ in range(self._workers))
        return [done[text] for text in range(len(texts))]

    async def _in_thread(self, work: Callable[P, Result], *args: P.args, **_: P.kwargs) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def _states(self, ids: TokenIds) -> States:
        states: States = self._session.run([GRAPH_OUTPUT], {GRAPH_INPUT: ids[np.newaxis]})[0][0]
        return states


def pool(states: States) -> NDArray[np.float32]:
    """Average one text's token states and scale the mean to unit length."""
    mean = states.mean(axis=0)
    unit: NDArray[np.float32] = mean / np.linalg.norm(mean)
    return unit


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions, longest text first, in batches of about ``BATCH_TOKENS`` tokens."""
    batch: list[int] = []
    tokens = 0
    for position in sorted(range(len(lengths)), key=lambda text: -lengths[text]):
        batch.append(position)
        tokens += lengths[position]
        if tokens >= BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
    if batch:
        yield batch


async def load_minilm(
    home: Path, *, precision: Precision = "int8", progress: Progress = no_progress
) -> MiniLM:
    """Load the model; the first time on a machine its graph is built and kept under ``home``.

    ``progress`` is called on the event loop with (texts done, texts in this call).
    Raises ``ConfigurationError`` when the weights are missing or not the pinned ones.
    """
    return await asyncio.to_thread(_load, home, precision, progress)


def _load(home: Path, precision: Precision, progress: Progress) -> MiniLM:
    files = find_model_files()
    return MiniLM(
        open_session(home, precision, files),
        WordPieces(files.tokenizer.verified(), max_tokens=MAX_TOKENS),
        precision=precision,
        workers=usable_cores(),
        progress=progress,
    )


def usable_cores() -> int:
    """Count the cores this process may run on, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
