"""Build what is made from the weights before it is needed where nothing may be written."""

from pathlib import Path

from shared.embeddings.weights import graph_name, table_name


async def make_ready(home: Path) -> None:
    """Have the int8 graph and the static table under ``home``; some seconds, once a machine.

    Raises ``ConfigurationError`` when the weights are missing or not the pinned ones.
    """
    if not (home / "models" / graph_name("int8")).exists():
        from shared.embeddings.minilm import load_minilm  # noqa: PLC0415 (slow, once a machine)

        await load_minilm(home)
    if not (home / "models" / table_name()).exists():
        from shared.embeddings.static import load_static  # noqa: PLC0415 (same)

        await load_static(home)
