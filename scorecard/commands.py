"""What each command does."""

import argparse
import asyncio
import json
import os
import sys
from contextlib import nullcontext

from rich.console import Console

from scorecard.cache import write_whole
from scorecard.catalog.find import choose
from scorecard.catalog.model import Project
from scorecard.catalog.ownership import RECORD, read_record, shapes
from scorecard.catalog.read import read_catalog
from scorecard.catalog.similarity import RECORD as FINGERPRINTS
from scorecard.catalog.similarity import fingerprints, read_fingerprints
from scorecard.cli import COULD_NOT_RUN, FAILED
from scorecard.entry import Request
from scorecard.evals.court import judging
from scorecard.interrupt import interruptible
from scorecard.locale import choose_language, translator
from scorecard.mutants import JUDGES, patches, try_mutants
from scorecard.place import Place, place_of
from scorecard.report.schemas import SCHEMAS, schema_text
from scorecard.report.watch import Board, Lines
from scorecard.sandbox.confine import choose_sandbox
from shared.settings import Settings


def show_mutants(asked: argparse.Namespace) -> int:
    """Show by which check each wrong solution is rejected."""
    place, settings = place_of(asked.root)
    request = Request(
        seed=asked.seed,
        use_cache=not asked.no_cache,
        jobs=min(4, os.cpu_count() or 1),
        kinds=frozenset(JUDGES),
        gated=False,  # each check says for itself what it notices
    )
    chosen = choose(read_catalog(place.root), asked.projects)
    console = Console()
    with judging():
        survivors = asyncio.run(_judge_mutants(console, place, settings, chosen, request))
    return FAILED if survivors else 0


async def _judge_mutants(
    console: Console,
    place: Place,
    settings: Settings,
    projects: tuple[Project, ...],
    request: Request,
) -> int:
    """Print a line a mutant; return how many nobody rejected."""
    survivors = 0
    for project in projects:
        if not patches(place, project):
            console.print(f"{project.id} has no mutants.")
            continue
        async for verdict in try_mutants(place, settings, project, request):
            survivors += not verdict.rejected
            told = ", ".join(verdict.rejected_by) or "nobody: it survives"
            mark = "[green]✓[/]" if verdict.rejected else "[red]✗[/]"
            console.print(f"{mark} {project.id} {verdict.name}: {told}", highlight=False)
            console.print(f"  {verdict.wrong}", style="dim", highlight=False, markup=False)
    return survivors


def show_verify(asked: argparse.Namespace) -> int:
    """Re-execute somebody's work and say whether their claim holds."""
    from scorecard.report.intoto import verified_predicate_text  # noqa: PLC0415 (only this)
    from scorecard.verify.show import show_verification  # noqa: PLC0415 (only this needs it)
    from scorecard.verify.verify import Wish, verify  # noqa: PLC0415 (same)

    place, settings = place_of(asked.root)
    wish = Wish(
        asked.repository,
        commit=asked.commit,
        claim=asked.claim,
        projects=tuple(asked.projects),
        seeds=asked.seeds,
        request=Request(
            jobs=asked.jobs or min(4, os.cpu_count() or 1),
            sandbox=choose_sandbox(asked.sandbox).name,
        ),
    )
    console = Console()
    with judging():
        if asked.quiet:
            told = asyncio.run(interruptible(verify(place, settings, wish)))
        else:
            with Board(console) if console.is_terminal else Lines(console) as watch:
                told = asyncio.run(interruptible(verify(place, settings, wish, watch)))
            show_verification(console, told)
    if asked.json:
        write_whole(asked.json, told.json_text())
    if asked.predicate:
        write_whole(asked.predicate, verified_predicate_text(told))
    return told.exit_code


def show_cohort(asked: argparse.Namespace) -> int:
    """Verify every repository of a list."""
    from scorecard.cohort.engine import HERE, open_engine  # noqa: PLC0415 (only this needs it)
    from scorecard.cohort.grade import grade_all  # noqa: PLC0415 (same)
    from scorecard.cohort.listing import read_listing  # noqa: PLC0415 (same)
    from scorecard.cohort.order import Order  # noqa: PLC0415 (same)
    from scorecard.cohort.seat import nursing  # noqa: PLC0415 (same)
    from scorecard.cohort.show import Ticker, csv_text, exit_code, show_cohort  # noqa: PLC0415
    from scorecard.cohort.store import Store  # noqa: PLC0415 (same)

    place, _ = place_of(asked.root)
    order = Order(
        root=place.root,
        seeds=asked.seeds,
        sandbox=asked.sandbox,
        projects=tuple(asked.projects),
        timeout_s=asked.timeout,
    )
    jobs = asked.jobs or min(4, os.cpu_count() or 1)
    choose_sandbox(asked.sandbox)  # better to hear it now than once a submission
    submissions = read_listing(asked.list, only=tuple(asked.only))
    console = Console()
    folder = asked.out or place.home / "cohort" / asked.list.stem
    with Store(folder) as store:
        ticker = Ticker(console, len(submissions))

        async def work() -> None:
            async with open_engine(asked.on, jobs=jobs) as engine:
                again = frozenset(asked.only)
                await grade_all(submissions, order, store, ticker, engine, again=again)

        try:
            with nursing() if asked.on == HERE else nullcontext():
                asyncio.run(interruptible(work()))
        except KeyboardInterrupt:
            console.print("Interrupted. What was graded is kept; the same command goes on.")
            return COULD_NOT_RUN
        records = store.latest(read_listing(asked.list))
    show_cohort(console, records)
    write_whole(folder / "cohort.csv", csv_text(records))
    console.print(f"csv       {folder / 'cohort.csv'}", highlight=False, soft_wrap=True)
    return exit_code(records)


def show_doctor(asked: argparse.Namespace) -> int:
    """Look for what could keep a run from working."""
    from scorecard.doctor import examine  # noqa: PLC0415 (it tries everything, slowly)

    place, settings = place_of(asked.root)
    t = translator(choose_language(asked.lang))
    console = Console()
    healthy = True
    for finding in asyncio.run(examine(place, settings)):
        mark = "[green]✓[/]" if finding.well else "[red]✗[/]"
        console.print(f"{mark} {t(finding.what):<12} {t(finding.told)}", highlight=False)
        if not finding.well:
            console.print(f"  {t(finding.advice)}", highlight=False)
        healthy = healthy and finding.well
    return 0 if healthy else COULD_NOT_RUN


def show_schema(asked: argparse.Namespace) -> int:
    """Print the JSON Schema of ``scorecard.json``, or of what ``verify --json`` writes."""
    sys.stdout.write(schema_text(SCHEMAS[asked.of]))
    return 0


def record_reference(asked: argparse.Namespace) -> int:
    """Record what the reference bodies look like, or say whether the record is current."""
    place, _ = place_of(asked.root)
    catalog = read_catalog(place.root)
    record = {p.slug: shapes(catalog.folder(p), p) for p in choose(catalog, ())}
    runs = {p.slug: fingerprints(catalog.folder(p), p) for p in choose(catalog, ())}
    if asked.check:
        current = read_record() == record and read_fingerprints() == runs
        sys.stdout.write(f"{RECORD} is {'current' if current else 'not current'}.\n")
        return 0 if current else FAILED
    write_whole(RECORD, json.dumps(record, indent=2) + "\n")
    write_whole(FINGERPRINTS, json.dumps(runs, indent=2) + "\n")
    sys.stdout.write(f"{RECORD} holds {len(record)} projects.\n")
    return 0
