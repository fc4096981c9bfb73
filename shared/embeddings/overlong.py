"""What to say of a text that is longer than the model reads."""

from collections.abc import Sequence

from shared.errors import EmbeddingError


def too_long(texts: Sequence[str], position: int, *, tokens: int, limit: int) -> EmbeddingError:
    """Name the text that does not fit, and by how much."""
    start = " ".join(texts[position][:200].split())[:60]
    return EmbeddingError(
        f"Text {position + 1} of {len(texts)} has {tokens} tokens and the model reads {limit}: "
        f"“{start}…” would be embedded without its end.",
        advice='Split it into shorter chunks, or pass overflow="truncate" to drop the rest.',
    )
