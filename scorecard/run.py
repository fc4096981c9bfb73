"""Grade: the one place where catalog, checks, cache and judges are joined.

Reads top to bottom: read the catalog, take what the cache knows, run what is left, close every
ledger, conclude.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

from scorecard.about import About, look
from scorecard.cache import Cache
from scorecard.catalog.find import choose
from scorecard.catalog.model import Project
from scorecard.catalog.read import Catalog, read_catalog
from scorecard.checks import expected as codes
from scorecard.checks import practised
from scorecard.checks.expected import expected_checks
from scorecard.checks.linted import check_lint
from scorecard.checks.sources import Sources, read_sources
from scorecard.checks.tested import Wanted, check_tests
from scorecard.checks.typed import check_types
from scorecard.conclude import conclude
from scorecard.digest import digest_text, digest_tree
from scorecard.entry import Entry, Request, lasting, summary
from scorecard.evals.court import Court
from scorecard.evals.expected import CriteriaError, criteria_file, expected_criteria, unreadable
from scorecard.ledger import Cause, Check, Kind, Ledger
from scorecard.place import Place
from scorecard.progress import Progress, Silence
from scorecard.provenance import House, digest_grader, read_house
from scorecard.report.result import Scorecard
from shared.errors import CapstoneError
from shared.settings import Settings

DRAWN = (Kind.TESTS, Kind.CRITERION)
"""The kinds that depend on the seed and the model; the others read files only."""

Part: TypeAlias = Callable[[], Awaitable[None]]
Work: TypeAlias = tuple[Kind, list["Entry"], Part]


class Run:
    """One run over some projects."""

    def __init__(
        self, place: Place, settings: Settings, request: Request, progress: Progress | None = None
    ) -> None:
        self._place = place
        self._settings = settings
        self._request = request
        self._progress = progress or Silence()
        self._cache = Cache(place.results, enabled=request.use_cache)
        self._entries: dict[str, Entry] = {}
        self._sources: dict[str, Sources] = {}

    async def grade(self) -> Scorecard:
        """Grade, and conclude even where somebody interrupts."""
        started, clock = datetime.now(UTC), time.monotonic()
        catalog = read_catalog(self._place.root)
        chosen = choose(catalog, self._request.names)
        house = await read_house(
            self._place, self._settings, self._request.seed, self._request.sandbox
        )
        self._entries = {project.slug: self._entry(catalog, project, house) for project in chosen}
        self._progress.expect(tuple(self._entries))
        interrupted = False
        try:
            await self._check_all(house)
        except asyncio.CancelledError:
            interrupted = True
            for entry in self._entries.values():
                entry.ledger.close(Cause.INTERRUPTED, "The run was interrupted before it ended.")
        for entry in self._entries.values():
            entry.about = self._about(catalog, entry, house)
        return conclude(
            catalog,
            self._entries.values(),
            house,
            interrupted=interrupted,
            started=started,
            seconds=time.monotonic() - clock,
        )

    def _entry(self, catalog: Catalog, project: Project, house: House) -> Entry:
        folder = catalog.folder(project)
        digest, error = digest_tree(folder), ""
        try:
            criteria = self._expected(folder, digest_text(digest, house.files))
        except CriteriaError as broken:
            criteria, error = (unreadable(folder, str(broken)),), str(broken)
        expected = (*expected_checks(), *criteria)
        ledger = Ledger(filter(self._request.wants, expected))
        return Entry(project, digest, ledger, criteria_error=error)

    def _expected(self, folder: Path, key: str) -> tuple[Check, ...]:
        """List a project's criteria, unless they were read from the same files before."""
        known = self._cache.get(folder.name, "expected", key)
        if known is None:
            known = expected_criteria(criteria_file(folder))
            if self._request.use_cache:
                self._cache.put(folder.name, "expected", key, known)
        return known

    def _about(self, catalog: Catalog, entry: Entry, house: House) -> About:
        """Look at a project's files, unless the same files were looked at before."""
        key = digest_text(entry.digest, house.files)
        known = self._cache.about(entry.slug, key)
        if known is None:
            known = look(catalog.folder(entry.project), entry.project)
            self._cache.put_about(entry.slug, key, known)
        return known

    async def _check_all(self, house: House) -> None:
        """Take what is cached, run the rest, store it where no file changed meanwhile."""
        if Kind.PRACTICE in self._request.kinds:
            for entry in self._entries.values():
                git = entry.ledger[codes.GIT]
                entry.ledger.end(practised.check_git(git, entry.slug, house.uncommitted))
        keys = {
            (slug, kind): self._key(entry, house, kind)
            for slug, entry in self._entries.items()
            for kind in Kind
        }
        left = {kind: self._left(kind, keys) for kind in Kind}
        needed = {entry.slug: entry for entries in left.values() for entry in entries}
        self._sources = {
            slug: read_sources(self._place.root, self._place.root / "projects" / slug)
            for slug in needed
        }
        self._practise(left[Kind.PRACTICE])
        court = Court(
            self._place,
            self._settings,
            self._request.seed,
            jobs=self._request.jobs,
            progress=self._progress,
            patience=self._request.patience,
            sandbox=self._request.sandbox,
            gated=self._request.gated,
        )
        try:
            async with court, asyncio.TaskGroup() as group:
                for kind, entries, work in self._work(left, court):
                    group.create_task(self._safely(kind, entries, work))
        finally:
            self._store(left, keys, house)

    def _key(self, entry: Entry, house: House, kind: Kind) -> str:
        settings = self._settings
        if kind not in DRAWN:
            return digest_text(entry.digest, house.files)
        return digest_text(
            entry.digest,
            house.files,
            house.evidence.seed,
            house.evidence.sandbox,
            self._request.gated,
            *sorted(self._request.criteria),
            settings.model,
            settings.base_url,
            settings.dialect,
            settings.database_url is not None,
        )

    def _left(self, kind: Kind, keys: Mapping[tuple[str, Kind], str]) -> list[Entry]:
        """List the entries for which ``kind`` is not known yet; enter what is."""
        left: list[Entry] = []
        for slug, entry in self._entries.items():
            checks = [check for check in entry.ledger.open if check.kind is kind]
            known = self._cache.get(slug, kind, keys[slug, kind]) if checks else ()
            if known is None or {c.code for c in known} != {c.code for c in checks}:
                left.append(entry)
                continue
            for check in known:
                entry.ledger.end(check)
            if kind is Kind.CRITERION:
                entry.ledger.spent = self._cache.spent(slug, kind, keys[slug, kind])
            entry.cached |= {kind} if checks else set()
        return left

    def _practise(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            sources, ledger = self._sources[entry.slug], entry.ledger
            project = entry.project
            ledger.end(practised.check_logged(ledger[codes.LOGGED], sources))
            ledger.end(practised.check_suppressions(ledger[codes.SUPPRESSIONS], project, sources))

    def _work(self, left: dict[Kind, list[Entry]], court: Court) -> Iterable[Work]:
        """List what is to be done, each part with the entries it is about."""
        if entries := left[Kind.TYPES]:
            yield Kind.TYPES, entries, partial(self._types, entries)
        if entries := left[Kind.LINT]:
            yield Kind.LINT, entries, partial(self._lint, entries)
        if entries := left[Kind.TESTS]:
            yield Kind.TESTS, entries, partial(self._tests, entries, court)
        for entry in left[Kind.CRITERION]:
            yield Kind.CRITERION, [entry], partial(self._criteria, entry, court)

    async def _safely(self, kind: Kind, entries: list[Entry], work: Part) -> None:
        """Do one part; whatever goes wrong with it is its own affair."""
        for entry in entries:
            self._progress.step(entry.slug, kind, "…")
        cause, detail = Cause.MISSING, "It never ended."
        try:
            await work()
        except CapstoneError as error:
            cause, detail = Cause.RESOURCE, str(error)
        except Exception as error:  # noqa: BLE001 (named in the ledger, the other parts go on)
            cause, detail = Cause.GRADER, f"{type(error).__name__}: {error}"
        for entry in entries:
            entry.ledger.close(cause, detail, kind=kind)
            self._progress.end(entry.slug, kind, summary(entry.ledger, kind))

    async def _types(self, entries: list[Entry]) -> None:
        sources = {entry.slug: self._sources[entry.slug] for entry in entries}
        found = await check_types(self._place, sources, entries[0].ledger[codes.TYPES])
        self._enter(found)

    async def _lint(self, entries: list[Entry]) -> None:
        slugs = [entry.slug for entry in entries]
        self._enter(await check_lint(self._place, slugs, entries[0].ledger[codes.LINT]))

    async def _tests(self, entries: list[Entry], court: Court) -> None:
        needs = [self._sources[entry.slug].needs for entry in entries]
        url = await court.guest() if any(need.database for need in needs) else None
        if any(need.embeddings for need in needs):
            await court.embeddings()
        found = await check_tests(
            self._place,
            {entry.slug: entry.project for entry in entries},
            Wanted(entries[0].ledger[codes.TESTS], entries[0].ledger[codes.TESTED]),
            seed=self._request.seed,
            environment=self._place.environment(**({"DATABASE_URL": url} if url else {})),
            told=lambda slug, test: self._progress.step(slug, Kind.TESTS, test),
            sandbox=self._request.sandbox,
        )
        for pair in found.values():
            self._enter(pair)

    async def _criteria(self, entry: Entry, court: Court) -> None:
        if entry.criteria_error:
            entry.ledger.close(Cause.GRADER, entry.criteria_error, kind=Kind.CRITERION)
            return
        needs, only = self._sources[entry.slug].needs, tuple(self._request.criteria)
        await court.judge(entry.project, entry.ledger, needs, only=only)

    def _enter(self, found: Mapping[str, Check]) -> None:
        for slug, check in found.items():
            self._entries[slug].ledger.end(check)

    def _store(
        self, left: dict[Kind, list[Entry]], keys: Mapping[tuple[str, Kind], str], house: House
    ) -> None:
        """Remember what is certain: nothing whose files changed meanwhile, nothing by chance."""
        if (
            not self._request.use_cache
            or digest_grader(self._place) != house.evidence.grader_sha256
        ):
            return
        for kind, entries in left.items():
            for entry in entries:
                folder = self._place.root / "projects" / entry.slug
                checks = entry.ledger.ended(kind, without=codes.GIT)
                whole = not any(check.kind is kind for check in entry.ledger.open)
                if whole and digest_tree(folder) == entry.digest and all(map(lasting, checks)):
                    spent = entry.ledger.spent if kind is Kind.CRITERION else None
                    self._cache.put(entry.slug, kind, keys[entry.slug, kind], checks, spent)
