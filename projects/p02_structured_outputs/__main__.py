"""Extract from a mail on standard input, or show a few of Farol's mails being read.

python -m projects.p02_structured_outputs extract < mail.txt
python -m projects.p02_structured_outputs demo --seed 7 --count 5
python -m projects.p02_structured_outputs schema > schemas/extraction.v2.json
"""

import argparse
import asyncio
import sys

from projects.p02_structured_outputs.extraction import Extracted, Outcome, extract
from projects.p02_structured_outputs.schemas import wire_schema, written
from shared.errors import CapstoneError
from shared.llm.connect import connect
from shared.settings import read_settings
from shared.world.world import draw

BAD_INPUT = 2
NOT_EXTRACTED = 1


async def extract_one(mail: str) -> Outcome:
    """Read one mail with the model that the environment names."""
    async with connect(read_settings()) as model:
        return await extract(mail, model)


async def demo(seed: int, count: int) -> int:
    """Print some of Farol's mails, each with its outcome."""
    failed = 0
    async with connect(read_settings()) as model:
        for email in draw(seed).draw_emails(count):
            outcome = await extract(email.text, model)
            failed += not isinstance(outcome, Extracted)
            print(f"{'─' * 80}\n{email.text}\n{outcome.model_dump_json(indent=2)}")
    return NOT_EXTRACTED if failed else 0


def read_mail() -> str:
    """Read standard input; raises ``CapstoneError`` where there is no text."""
    try:
        mail = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CapstoneError(
            f"The mail is not UTF-8 text (byte {error.start}).", advice="Save it as UTF-8."
        ) from None
    if not mail.strip():
        raise CapstoneError("There is no mail on standard input.", advice="Try: … < mail.txt")
    return mail


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    if arguments.command == "schema":
        sys.stdout.write(written(wire_schema()))
        return 0
    if arguments.command == "demo":
        return asyncio.run(demo(arguments.seed, arguments.count))
    outcome = asyncio.run(extract_one(read_mail()))
    print(outcome.model_dump_json(indent=2))
    return 0 if isinstance(outcome, Extracted) else NOT_EXTRACTED


def main() -> int:
    """Read the command line; answer errors with one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m projects.p02_structured_outputs")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="read a mail from standard input, print the outcome")
    shown = commands.add_parser("demo", help="read some of Farol's mails")
    shown.add_argument("--seed", type=int, default=7)
    shown.add_argument("--count", type=int, default=3)
    commands.add_parser("schema", help="print the schema that is committed under schemas/")
    try:
        return run(parser.parse_args())
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
