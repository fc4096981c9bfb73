"""Measure what helps the simulated models and what hurts them.

``python -m shared.simulator.sensitivity`` prints each claim, the profile, the accuracy in both
arms, the effect with its 95 % interval, and the verdict: ✓ shown, · not shown, ✗ contradicted.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from shared.simulator.cards import COMMITTED
from shared.simulator.sensitivity.cards import measured_cards, write_cards
from shared.simulator.sensitivity.claims.all import findings
from shared.simulator.sensitivity.claims.claim import Setting
from shared.simulator.sensitivity.report import table

QUICK = Setting(items=60, long_items=24)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; returns 1 where a claim is contradicted, else 0."""
    asked = _parser().parse_args(arguments)
    if asked.cards:
        return _write_cards()
    size = QUICK if asked.quick else Setting()
    setting = Setting(size.items, size.long_items, asked.seed)
    started = time.process_time()
    found = list(findings(setting))
    for line in table(found):
        print(line)
    spent = time.process_time() - started
    print(f"seed {asked.seed}, {setting.items} items an arm, {spent:.0f} s of CPU")
    print("It is a simulator: this says nothing about any vendor's model.")
    return int(any(finding.verdict == "contradicted" for finding in found))


def _write_cards() -> int:
    """Measure every profile and write the cards; returns 1 where one is out of its range."""
    cards = measured_cards()
    write_cards(cards)
    print(f"Wrote {COMMITTED}")
    strays = [
        f"{name} {task}: measured {found.value:.2f}, declared {low:.2f} to {high:.2f}"
        for name, card in cards.cards.items()
        for task, found in card.measured.items()
        for low, high in [found.declared]
        if not low <= found.value <= high
    ]
    for stray in strays:
        print(stray)
    return int(bool(strays))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.simulator.sensitivity")
    parser.add_argument("--seed", type=int, default=1, help="what the items are drawn from")
    parser.add_argument("--cards", action="store_true", help="write the model cards instead")
    parser.add_argument("--quick", action="store_true", help="fewer items, wider intervals")
    return parser


if __name__ == "__main__":
    sys.exit(main())
