"""Write shipped vectors, or check them: ``python -m shared.embeddings ship TEXTS OUT``."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from rich.progress import Progress

from shared.embeddings.architecture import Precision
from shared.embeddings.compact import CompactTokens
from shared.embeddings.minilm import load_minilm
from shared.embeddings.shipped import ShippedVectors, agreement
from shared.errors import CapstoneError, ConfigurationError
from shared.settings import read_settings


def read_texts(file: Path) -> list[str]:
    """Read a JSON list of strings."""
    try:
        texts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as JSON ({error}).", advice="Give a JSON list of strings."
        ) from error
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigurationError(f"{file} is not a list of strings.", advice="Give one.")
    return texts


async def ship(options: argparse.Namespace) -> None:
    """Embed the texts and write their vectors, or their tokens' vectors."""
    texts = read_texts(options.texts)
    with Progress(disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Embedding", total=len(texts))
        model = await load_minilm(
            read_settings().home,
            precision=options.precision,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        kind = CompactTokens if options.tokens else ShippedVectors
        shipped = await kind.build(model, texts, overflow=options.overflow)
    shipped.save(options.vectors)
    size = options.vectors.stat().st_size
    print(f"{len(shipped.known.hashes)} texts by {shipped.known.model}, {size} bytes")


async def check(options: argparse.Namespace) -> None:
    """Embed a sample anew and compare."""
    shipped = ShippedVectors.load(options.vectors)
    precision: Precision = "fp32" if "/fp32/" in shipped.known.model else "int8"
    model = await load_minilm(read_settings().home, precision=precision)
    texts = shipped.known.in_order(read_texts(options.texts))[: options.sample]
    cosine = await agreement(shipped, model, texts, size=options.sample)
    print(f"lowest cosine of {len(texts)} texts embedded anew: {cosine:.4f}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 is done, 2 could not."""
    parser = argparse.ArgumentParser(prog="python -m shared.embeddings", description=__doc__)
    commands = parser.add_subparsers(required=True)
    ship_command = commands.add_parser("ship", help="embed texts and write their vectors")
    ship_command.set_defaults(run=ship)
    ship_command.add_argument("--precision", choices=["int8", "fp32"], default="int8")
    ship_command.add_argument("--overflow", choices=["error", "truncate"], default="error")
    ship_command.add_argument("--tokens", action="store_true", help="compact token vectors instead")
    check_command = commands.add_parser("check", help="embed a sample anew and compare")
    check_command.set_defaults(run=check)
    check_command.add_argument("--sample", type=int, default=32)
    for command in (ship_command, check_command):
        command.add_argument("texts", type=Path, help="a JSON list of strings")
        command.add_argument("vectors", type=Path, help="the .npz file")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(options.run(options))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
