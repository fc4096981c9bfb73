r"""Compare ways of asking on the desk's work, on simulated models and on your own.

python -m projects.p01_prompting ablation
python -m projects.p01_prompting ablation --profiles sim-reasoner --png cost.png
CAPSTONE_MODEL=qwen2.5:7b CAPSTONE_BASE_URL=http://localhost:11434/v1 \
    python -m projects.p01_prompting ablation --items 60
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import HttpUrl
from rich.console import Console

from projects.p01_prompting.ablation import Row, ablation, measure, shots_of
from projects.p01_prompting.given.picture import tables
from projects.p01_prompting.given.planners import plan_by
from projects.p01_prompting.given.prompt_files import FOLDER, PromptError, Value, load
from projects.p01_prompting.given.strategies import STRATEGIES, Setup, StrategyName
from projects.p01_prompting.prompting import render
from shared.errors import CapstoneError, ConfigurationError
from shared.llm.connect import connect, provider
from shared.llm.prices import PriceList
from shared.settings import Settings, read_settings
from shared.simulator.profiles import PROFILES
from shared.world.desk import DeskItem, draw_desk, draw_shots
from shared.world.world import draw

PRACTICE = ("sim-fast", "sim-smart", "sim-reasoner")
CONVERSING = tuple(name for name, profile in PROFILES.items() if profile.control != "embedding")


def main() -> int:
    """Run a command; 2 for bad input or a model that cannot be reached."""
    arguments = _parser().parse_args()
    try:
        return asyncio.run(_run(arguments))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m projects.p01_prompting",
        description="Ask one model the same work in six ways, and see which of them pays.",
        epilog="With CAPSTONE_MODEL (and CAPSTONE_BASE_URL) set, your own model is measured beside "
        "the simulated ones, marked LIVE.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    table = commands.add_parser("ablation", help="strategies x models: accuracy, cost, time")
    table.add_argument("--seed", type=int, default=7, help="which company is asked about (7)")
    table.add_argument("--items", type=int, default=200, help="how many questions (200)")
    table.add_argument(
        "--profiles", default=",".join(PRACTICE), help=f"simulated models ({','.join(PRACTICE)})"
    )
    table.add_argument("--strategies", default=",".join(STRATEGIES), help="which ways of asking")
    table.add_argument("--png", type=Path, help="also draw accuracy against cost into this file")
    shown = commands.add_parser("prompt", help="show a prompt as a model gets it")
    shown.add_argument("name", nargs="?", help="its name; none lists them all")
    shown.add_argument("values", nargs="*", metavar="VARIABLE=VALUE", help="what to fill in")
    shown.add_argument("--version", type=int, default=1, help="which version (1)")
    return parser


async def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "prompt":
        return _show_prompt(arguments.name, arguments.version, arguments.values)
    profiles, strategies = _profiles(arguments.profiles), _strategies(arguments.strategies)
    if arguments.png and not arguments.png.parent.is_dir():
        raise ConfigurationError(f"There is no folder {arguments.png.parent} for --png.")
    settings = read_settings()
    items, shots = _desk(arguments.seed, arguments.items)
    console = Console()
    rows = await _simulated(profiles, arguments.seed, items, shots, strategies)
    rows += await _live(settings, items, shots, strategies)
    for table in tables(rows):
        console.print(table)
    if arguments.png:
        from projects.p01_prompting.given.png import save_png  # noqa: PLC0415 (loads matplotlib)

        save_png(rows, arguments.png)
        console.print(f"Drawn into {arguments.png}.")
    return 0


def _desk(seed: int, count: int) -> tuple[tuple[DeskItem, ...], tuple[tuple[str, str], ...]]:
    if not 3 <= count <= 300:
        raise ConfigurationError(f"--items is {count}.", advice="Choose 3 to 300.")
    world = draw(seed)
    third = round(count * 0.3)
    items = draw_desk(world, routing=count - 2 * third, lookup=third, refund=0)
    # Refunds make up for lookups that the world does not have.
    items += draw_desk(world, routing=0, lookup=0, refund=count - len(items))
    return items, draw_shots(world)


def _profiles(names: str) -> Sequence[str]:
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        if name not in CONVERSING:
            raise ConfigurationError(
                f"There is no simulated model {name!r}.",
                advice=f"Choose among {', '.join(CONVERSING)}.",
            )
    return chosen


def _strategies(names: str) -> Sequence[StrategyName]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := set(wanted) - set(STRATEGIES):
        raise ConfigurationError(
            f"There is no strategy {min(unknown)!r}.",
            advice=f"Choose among {', '.join(STRATEGIES)}.",
        )
    if not wanted:
        raise ConfigurationError("--strategies names none.", advice="Name at least one.")
    return [name for name in STRATEGIES if name in wanted]


async def _simulated(
    names: Sequence[str],
    seed: int,
    items: Sequence[DeskItem],
    shots: Sequence[tuple[str, str]],
    strategies: Sequence[StrategyName],
) -> list[Row]:
    """Measure simulated models, on the virtual clock."""
    if not names:
        return []
    from shared.simulator.server import running  # noqa: PLC0415 (slow, and not always needed)

    async with AsyncExitStack() as stack:
        url = HttpUrl(await stack.enter_async_context(running(seed=seed)))
        models = {
            name: await stack.enter_async_context(provider(Settings(model=name, base_url=url)))
            for name in names
        }
        return list(await ablation(items, shots, models, strategies))


async def _live(
    settings: Settings,
    items: Sequence[DeskItem],
    shots: Sequence[tuple[str, str]],
    strategies: Sequence[StrategyName],
) -> list[Row]:
    """Measure the model that the settings name, where that is not one we simulate here."""
    if settings.simulated:
        return []
    prices = PriceList(base_url=str(settings.base_url) if settings.base_url else None)
    async with connect(settings) as model:
        setup = Setup(shots=shots_of(shots), planner=plan_by(model))
        return list(
            await measure(
                items,
                {settings.model: model},
                prices,
                strategies=strategies,
                setup=setup,
                live=True,
            )
        )


def _show_prompt(name: str | None, version: int, pairs: Sequence[str]) -> int:
    if name is None:
        for file in sorted(FOLDER.glob("*/v*.yaml")):
            prompt = load(file.parent.name, int(file.stem.removeprefix("v")))
            print(f"{file.parent.name} {file.stem}: {prompt.description}")
        return 0
    values: dict[str, Value] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise PromptError(f"{pair!r} gives no variable a value.", advice="Write NAME=VALUE.")
        values[key] = value
    declared = load(name, version).variables
    values |= {key: () for key, kind in declared.items() if kind == "examples"}
    for message in render(name, version, values):
        print(f"--- {message.role.value}\n{message.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
