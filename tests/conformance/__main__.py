"""Try the simulator with clients nobody here wrote: ``python -m tests.conformance``.

With ``SIM_TARGET=live``, ``SIM_BASE_URL`` and ``SIM_MODEL`` the same suites run against a live
endpoint instead; ``SIM_CAPABILITIES`` says what it promises.
"""

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from shared.errors import ModelError
from shared.llm.connect import provider
from shared.llm.messages import ChatRequest, user
from shared.settings import Settings
from shared.simulator.server import make_state, serving
from tests.conformance.environments import InstallError, ensure, megabytes
from tests.conformance.suites import SUITES, Outcome, Suite, run_suite
from tests.conformance.target import Target, read_target


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites; returns 0 if all held, 1 if one did not, 2 if it could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    named = {suite.client: suite for suite in SUITES}
    parser.add_argument(
        "clients", nargs="*", metavar="client", help=f"of {', '.join(named)} (default: all)"
    )
    parser.add_argument("--install-only", action="store_true", help="make the environments, stop")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.clients) - set(named):
        parser.error(f"there is no suite for {', '.join(sorted(unknown))}")
    chosen = [named[client] for client in dict.fromkeys(asked.clients or named)]
    home = Path(os.environ.get("CAPSTONE_HOME", ".capstone")).absolute()
    try:
        return asyncio.run(_run(chosen, home, install_only=asked.install_only))
    except ModelError as error:
        print(f"{error} Here these are SIM_MODEL, SIM_BASE_URL and SIM_API_KEY.", file=sys.stderr)
        return 2
    except (InstallError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


async def _run(chosen: Sequence[Suite], home: Path, *, install_only: bool) -> int:
    folders = await _install(chosen, home)
    if install_only:
        return 0
    async with _target(home) as told:
        print(f"target: {told['SIM_BASE_URL']} ({told['SIM_TARGET']})", flush=True)
        outcomes = []
        for suite in chosen:
            outcomes.append(await run_suite(suite, folders.get(suite.lock), told))
            print(_row(outcomes[-1]), flush=True)
    # A live endpoint may promise nothing that a client's suite needs; the simulator promises all.
    live = told["SIM_TARGET"] == "live"
    broken = [
        one for one in outcomes if not (one.held or (live and one.skipped and not one.failed))
    ]
    for outcome in broken:
        print(f"\n{outcome.client}\n{outcome.said}", flush=True)
    return 1 if broken else 0


async def _install(chosen: Sequence[Suite], home: Path) -> dict[str, Path]:
    """Make the environments, one after the other: each is bound by the network or the disk."""
    folders = {}
    for lock in dict.fromkeys(suite.lock for suite in chosen if suite.lock):
        folders[lock], seconds = await ensure(lock, home)
        size = megabytes(folders[lock])
        made = f"installed in {seconds:.0f} s" if seconds else "unchanged"
        print(f"environment {lock:11} {size:4.0f} MB, {made}", flush=True)
    return folders


@asynccontextmanager
async def _target(home: Path) -> AsyncIterator[Mapping[str, str]]:
    """Give the suites' environment: the live endpoint that was named, or a simulator of our own."""
    asked = {name: value for name, value in os.environ.items() if name.startswith("SIM_")}
    if asked.get("SIM_TARGET") == "live":
        await _try(read_target(asked))
        yield asked
        return
    # A server that insists on a key shows that each client sends it where it belongs.
    key = secrets.token_hex(16)
    async with serving(make_state(home=home, api_key=key)) as url:
        yield {**asked, "SIM_TARGET": "sim", "SIM_BASE_URL": url, "SIM_API_KEY": key}


async def _try(target: Target) -> None:
    """Ask a live endpoint for one word; raises ``ModelError`` that says why it cannot answer."""
    settings = Settings(
        model=target.model,
        base_url=HttpUrl(target.base_url),
        api_key=SecretStr(target.api_key) if "SIM_API_KEY" in os.environ else None,
        dialect="openai",
    )
    async with provider(settings) as model:
        await model.complete(ChatRequest(messages=(user("Say yes."),), max_tokens=16))


def _row(outcome: Outcome) -> str:
    counts = f"{outcome.passed:3} passed {outcome.failed:3} failed {outcome.skipped:3} skipped"
    on = f"openai {outcome.on_openai}"
    return f"{outcome.client:29}{outcome.version:9}{on:15}{counts}{outcome.seconds:7.1f} s"


if __name__ == "__main__":
    sys.exit(main())
