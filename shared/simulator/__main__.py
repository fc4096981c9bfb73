"""The simulator on the command line: ``python -m shared.simulator serve``."""

import argparse
import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.errors import CapstoneError, ConfigurationError
from shared.simulator.banner import banner
from shared.simulator.cards import table
from shared.simulator.drills import DRILLS, parse_drill
from shared.simulator.profiles import PROFILES
from shared.simulator.scenario import read_scenario
from shared.simulator.server import LOOPBACK, make_state, serving
from shared.simulator.state import State, commitment

DEFAULT_PORT = 8400


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 0 done, 2 could not run."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == "drills":
            for name, meaning in DRILLS.items():
                print(f"{name:18} {meaning}")
            return 0
        if asked.command == "cards":
            print("\n".join(table(PROFILES)))
            return 0
        asyncio.run(_serve(asked))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("drills", help="list the faults that can be set")
    commands.add_parser("cards", help="show what was measured of each model")
    serve = commands.add_parser("serve", help="serve until interrupted")
    serve.add_argument("--host", default=LOOPBACK, help="address to listen on (default: loopback)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
    serve.add_argument("--seed", default="0", help="what the models' noise is drawn from")
    serve.add_argument(
        "--seed-fd", type=int, help="read the seed, then a grader's token, as lines from this fd"
    )
    serve.add_argument("--clock", choices=["wall", "virtual"], default="wall")
    serve.add_argument("--mode", choices=["practice", "exam"], default="practice")
    serve.add_argument("--drill", type=str, default="", help="such as refusal=0.1,error_500=0.05")
    serve.add_argument("--scenario", type=Path, help="a TOML file of drills with phases")
    serve.add_argument("--api-key", default="", help="insist on this key (default: any will do)")
    return parser


async def _serve(asked: argparse.Namespace) -> None:
    """Serve until a signal comes; an exam's seed is committed to before and told after."""
    seed, token = _secrets(asked)
    drill: Mapping[str, float] = parse_drill(asked.drill) if asked.drill else {}
    state = make_state(
        seed=seed,
        clock=asked.clock,
        mode=asked.mode,
        drill=drill,
        scenario=read_scenario(asked.scenario) if asked.scenario else None,
        api_key=asked.api_key,
        grader_token=token,
        home=Path(os.environ.get("CAPSTONE_HOME", ".capstone")),
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(state, host=asked.host, port=asked.port) as url:
        print(banner(url, asked.host, state), flush=True)
        await stop.wait()
    if state.mode == "exam":
        print(_revealed(state), flush=True)


def _secrets(asked: argparse.Namespace) -> tuple[bytes, str]:
    """Read the seed and the grader's token; an exam without a seed draws its own."""
    if asked.seed_fd is None:
        if asked.mode == "exam":
            return secrets.token_hex(16).encode(), ""
        return str(asked.seed).encode(), ""
    try:
        with os.fdopen(asked.seed_fd) as lines:
            seed, _, token = lines.read(4_096).partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"No seed can be read from file descriptor {asked.seed_fd} ({error}).",
            advice="Pass one that is open for reading and inherited, as in --seed-fd 3 3<seed.txt.",
        ) from None
    if not seed.strip():
        raise ConfigurationError("The seed is empty.", advice="Write it as the first line.")
    return seed.strip().encode(), token.strip()


def _revealed(state: State) -> str:
    seed = state.seed if isinstance(state.seed, bytes) else str(state.seed).encode()
    return f"seed {seed.decode()}\nsha256 {commitment(seed)}"


if __name__ == "__main__":
    sys.exit(main())
