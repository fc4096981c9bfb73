"""Name a text by its content, so that equal texts share one vector."""

from hashlib import sha256
from typing import TypeAlias

ContentHash: TypeAlias = bytes
HASH_BYTES = 16


def content_hash(text: str) -> ContentHash:
    """Return the first 128 bits of the SHA-256 of ``text``."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]
