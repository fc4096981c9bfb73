"""Look at a world: ``python -m shared.world --seed 7 --emails 3``."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shared.errors import CapstoneError, WorldError
from shared.world.dump import as_data
from shared.world.model import Email
from shared.world.world import World, draw

RULE = "─" * 78
BAD_USAGE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the world asked for and print or write it; 3 says that it was asked for wrongly."""
    try:
        options = _parser().parse_args(arguments)
        world = draw(_seed(options.seed))
        if options.json:
            return _write(world, options.json)
        if options.documents or options.emails is not None:
            _texts(world, documents=options.documents, emails=options.emails or 0)
        else:
            print(summary(world))
    except BrokenPipeError:
        # Whoever read us has seen enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return BAD_USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.world", description=__doc__)
    parser.add_argument("--seed", default="7", help="any integer (7)")
    parser.add_argument(
        "--emails", type=int, metavar="N", help="print the first N mails with truth"
    )
    parser.add_argument("--documents", action="store_true", help="print every document")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON")
    return parser


def _seed(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        shown = text if len(text) < len(RULE) else f"{text[:20]}…"
        raise WorldError(
            f"The seed {shown!r} is not an integer.",
            advice="Try --seed 7; write very large ones in hexadecimal, as 0x….",
        ) from None


def _write(world: World, path: Path) -> int:
    try:
        text = json.dumps(as_data(world), ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorldError(
            f"{path} cannot be written ({error.strerror}).", advice="Choose another file."
        ) from None
    print(f"Wrote {path}.")
    return 0


def _texts(world: World, *, documents: bool, emails: int) -> None:
    for mail in world.draw_emails(max(emails, 0)):
        print(f"{RULE}\n{_mail(mail)}\n")
    for document in world.documents if documents else ():
        head = f"{document.id} · {document.language} · {len(document.facts)} facts"
        print(f"{RULE}\n{head}\n\n{document.text}")


def _mail(mail: Email) -> str:
    traits = ", ".join(mail.traits) or "nothing special"
    truth = mail.truth.model_dump_json(indent=2, exclude_none=True)
    return f"{mail.id} · {mail.difficulty} · {traits}\n\n{mail.text}\n\n{truth}"


def summary(world: World) -> str:
    """Say in a few lines what there is in a world."""
    lines = [f"Farol on {world.today.isoformat()}, drawn from seed {world.seed:#x}", ""]
    for name, values, kinds in (
        ("products", world.products, Counter(item.category for item in world.products)),
        ("customers", world.customers, Counter(item.language for item in world.customers)),
        ("orders", world.orders, Counter(item.status for item in world.orders)),
        ("documents", world.documents, Counter(item.kind for item in world.documents)),
        ("emails", world.emails, Counter(item.truth.kind for item in world.emails)),
        ("questions", world.questions, Counter(item.kind for item in world.questions)),
        ("chains", world.chains, Counter(f"{len(item.hops)} hops" for item in world.chains)),
        ("refund tasks", world.refund_tasks, Counter(i.language for i in world.refund_tasks)),
        ("dialogues", world.dialogues, Counter(item.language for item in world.dialogues)),
        ("tickets", world.tickets, Counter(item.queue for item in world.tickets)),
        ("poisoned", world.poisoned, Counter(item.attack for item in world.poisoned)),
    ):
        most = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(5))
        lines.append(f"{name:<13}{len(values):>5}   {most}")
    lines += ["", f"{len(world.facts)} facts; the dearest three products:"]
    dearest = sorted(world.products, key=lambda item: (-item.prices.EUR, item.sku))[:3]
    lines += [f"  {item.name}, {item.noun_en}, {item.prices.EUR} EUR" for item in dearest]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
