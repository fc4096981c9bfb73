"""Look for what could keep a run from working, and say what to do about each."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

from scorecard.catalog.read import read_catalog
from scorecard.evals.addresses import try_model
from scorecard.locale import mark, say
from scorecard.place import Place
from scorecard.sandbox.confine import choose_sandbox
from scorecard.sandbox.tool import ToolError, run_tool
from shared.errors import CapstoneError
from shared.settings import Settings

OLDEST, TOO_NEW = (3, 11), (3, 14)
NEEDED_BYTES = 1 << 30
HURRY_S = 60


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at."""

    what: str
    well: bool
    told: str
    advice: str = ""


async def examine(place: Place, settings: Settings) -> tuple[Diagnosis, ...]:
    """Look at everything a run stands on."""
    return (
        _python(),
        await _git(place),
        _disk(place),
        _port(),
        _sandbox(),
        _catalog(place),
        *[found async for found in _services(place, settings)],
    )


def _python() -> Diagnosis:
    told = ".".join(map(str, sys.version_info[:3]))
    advice = mark("Make the environment again with Python 3.11, 3.12 or 3.13.")
    return Diagnosis("Python", OLDEST <= sys.version_info[:2] < TOO_NEW, told, advice)


async def _git(place: Place) -> Diagnosis:
    advice = mark("Install git, and clone the repository rather than downloading it.")
    try:
        ran = await run_tool(
            ("git", "rev-parse", "--short", "HEAD"),
            folder=place.root,
            environment=place.environment(),
            timeout_s=HURRY_S,
        )
    except ToolError as error:
        return Diagnosis("Git", False, error.happened, advice)
    told = (ran.output or ran.errors).strip().splitlines()[:1]
    return Diagnosis(
        "Git",
        ran.code == 0,
        say("commit {commit}", commit=told[0]) if told else mark("no commit"),
        advice,
    )


def _disk(place: Place) -> Diagnosis:
    free = shutil.disk_usage(place.root).free
    told = say("{n} GB free", n=f"{free / (1 << 30):.1f}")
    return Diagnosis(mark("disk"), free >= NEEDED_BYTES, told, mark("Free at least 1 GB."))


def _port() -> Diagnosis:
    try:
        with socket.create_server(("127.0.0.1", 0)) as found:
            told = say("{address} can be opened", address=f"127.0.0.1:{found.getsockname()[1]}")
    except OSError as error:
        advice = mark("Allow this user to listen on 127.0.0.1.")
        return Diagnosis(mark("ports"), False, str(error), advice)
    return Diagnosis(mark("ports"), True, told)


def _sandbox() -> Diagnosis:
    """Having none is no illness: one's own work may run unconfined."""
    found = choose_sandbox("auto").name
    none = mark("processes (install bubblewrap to confine others' code)")
    return Diagnosis("sandbox", True, none if found == "processes" else found)


def _catalog(place: Place) -> Diagnosis:
    catalog = read_catalog(place.root)
    told = say("{n} can be read", n=len(catalog.projects))
    broken = "; ".join(map(str, catalog.problems))
    return Diagnosis(mark("projects"), not broken, broken or told, mark("Mend the files named."))


async def _services(place: Place, settings: Settings) -> AsyncIterator[Diagnosis]:
    """Try the services in turn; each failure is one line."""
    settings = settings.model_copy(update={"home": place.home})
    for what, trial in (
        (mark("model"), _model),
        (mark("weights"), _weights),
        ("Postgres", _postgres),
    ):
        try:
            async with asyncio.timeout(HURRY_S):
                yield Diagnosis(what, True, await trial(settings))
        except CapstoneError as error:
            yield Diagnosis(what, False, error.happened, error.advice)
        except TimeoutError:
            told = say("no answer in {n} s", n=HURRY_S)
            yield Diagnosis(what, False, told, mark("Try again when less is busy."))
        except ImportError as error:
            yield Diagnosis(what, False, str(error), mark("Run `make install`."))


async def _model(settings: Settings) -> str:
    await try_model(settings)
    if settings.simulated:
        return say("{model} answers, simulated", model=settings.model)
    return say("{model} answers", model=settings.model)


async def _weights(settings: Settings) -> str:
    from shared.embeddings.weights import find_model_files  # noqa: PLC0415 (not always there)

    files = await asyncio.to_thread(find_model_files)
    await asyncio.to_thread(files.weights.verified)
    return say("{model}, caches in {folder}", model="all-MiniLM-L6-v2", folder=settings.home)


async def _postgres(settings: Settings) -> str:
    from shared.postgres.database import fresh_database  # noqa: PLC0415 (slow to import)

    async with fresh_database(settings) as pool, pool.connection() as connection:
        number = connection.info.server_version
    return say("{model} answers", model=f"PostgreSQL {number // 10_000}")
