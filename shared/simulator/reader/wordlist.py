"""Lists of words, written as the prose they are read as."""


def words(text: str) -> tuple[str, ...]:
    """Split a text at its white space."""
    return tuple(text.split())
