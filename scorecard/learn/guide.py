"""Where somebody stands on the whole road, and what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorecard.catalog.model import Pillar, Project
from scorecard.catalog.read import Catalog
from scorecard.catalog.translated import read_translation, translate
from scorecard.learn.examined import Examined, Standing, standings
from scorecard.learn.lines import Line, Part, bar, line
from scorecard.learn.reference import Desk, desk_of
from scorecard.learn.standing import last, ownership_of
from scorecard.learn.steps import Step, choose_step, next_step
from scorecard.learn.trouble import Trouble, find_trouble
from scorecard.locale import Language, Translator, mark
from scorecard.place import Place
from shared.settings import Settings

PILLARS = {
    Pillar.MODELS: mark("Models"),
    Pillar.SYSTEMS: mark("Systems"),
    Pillar.PRODUCTION: mark("Production"),
}


@dataclass(frozen=True)
class Stop:
    """One project on the road: its tasks' standings, and whether its last check held."""

    desk: Desk
    standing: Mapping[int, Standing]
    examined: Examined | None
    shown: Project

    @property
    def own(self) -> int:
        """How many tasks are the learner's."""
        settled = {Standing.REFERENCE, Standing.STUB, Standing.MISSING}
        return sum(state not in settled for state in self.standing.values())

    @property
    def passing(self) -> int:
        """How many of them pass."""
        return sum(state is Standing.PASSES for state in self.standing.values())

    @property
    def started(self) -> bool:
        """Whether any task is not the reference."""
        return any(state is not Standing.REFERENCE for state in self.standing.values())

    @property
    def done(self) -> bool:
        """Whether all of it is the learner's and level 1 holds."""
        whole = all(state is Standing.PASSES for state in self.standing.values())
        return whole and self.examined is not None and self.examined.passed


def stops(t: Translator, place: Place, settings: Settings, catalog: Catalog) -> list[Stop]:
    """Look at every project, in order."""
    found: list[Stop] = []
    for project in catalog.projects:
        desk = desk_of(place, project)
        whose = ownership_of(desk)
        examined = last(desk, settings) if any(o != "reference" for o in whose) else None
        shown = translate(project, read_translation(desk.folder, t.language))
        found.append(Stop(desk, standings(project, whose, examined), examined, shown))
    return found


WIDE, BAR = 84, 24


def listing(
    t: Translator, road: Sequence[Stop], catalog: Catalog, width: int = WIDE
) -> Iterator[Line]:
    """Show a progress bar a pillar, and a line a project under it: two where there is no room."""
    for pillar in Pillar:
        own = [stop for stop in road if stop.desk.project.pillar is pillar]
        if not own:
            continue
        done, every = sum(stop.passing for stop in own), sum(len(stop.standing) for stop in own)
        yield line(
            Part(f"{t(PILLARS[pillar]):<12}", "bold"),
            *bar(done, every, min(BAR, max(6, width - 32))),
            Part(f" {t('tasks pass')}", "dim"),
        )
        for stop in own:
            yield from _row(t, stop, width)
        yield line()
    for problem in catalog.problems:
        yield line(Part("! ", "unsure"), str(problem))
    counts = [state for stop in road for state in stop.standing.values()]
    own_tasks = sum(stop.own for stop in road)
    stubs = counts.count(Standing.STUB)
    left = counts.count(Standing.REFERENCE)
    yield line(
        Part(
            t(
                "Your own tasks: {own}; to be written: {stubs}; reference: {left}.",
                own=own_tasks,
                stubs=stubs,
                left=left,
            ),
            "dim",
        )
    )
    if lost := counts.count(Standing.MISSING):
        told = t("Not found in their files: {n}; `make next` says why.", n=lost)
        yield line(Part("! ", "unsure"), told)


def _row(t: Translator, stop: Stop, width: int) -> Iterator[Line]:
    project = stop.shown
    if stop.done:
        mark_, told = Part("✓", "good"), t("done")
    elif stop.started:
        mark_ = Part("…", "unsure")
        told = t(
            "{own} of {all} written, {passing} pass",
            own=stop.own,
            all=len(project.tasks),
            passing=stop.passing,
        )
    else:
        mark_, told = Part("·", "dim"), t("reference")
    hours = t("{n} h", n=f"{project.hours:g}")
    head = line("  ", mark_, " ", Part(project.id, "bold"))
    if width < WIDE:
        yield (*head, Part(f"  {project.title}"))
        yield line(Part(f"         {hours}  ", "dim"), told)
        return
    yield (*head, Part(f"  {project.title:<34}"), Part(f"{hours:>5}  ", "dim"), Part(told))


def next_stop(road: Sequence[Stop]) -> Stop | None:
    """The project to go on with: the first that was begun, else the first that was not."""
    begun = [stop for stop in road if stop.started and not stop.done]
    left = [stop for stop in road if not stop.started]
    return next(iter((*begun, *left)), None)


def where_to_go(t: Translator, road: Sequence[Stop]) -> Iterator[Line]:
    """Say what to do now, and why."""
    begun = [stop for stop in road if stop.started and not stop.done]
    left = [stop for stop in road if not stop.started]
    if begun:
        yield from _go_on(t, begun[0])
        if len(begun) > 1:
            others = ", ".join(stop.desk.project.id for stop in begun[1:])
            yield line(Part(t("Also begun: {others}.", others=others), "dim"))
    elif left:
        yield from _begin(t, left[0], road)
    else:
        yield line(
            Part(
                t(
                    "Every project is done. Next: `make scorecard`, and publish it "
                    "(docs/portfolio.md)."
                ),
                "bold",
            )
        )


def _go_on(t: Translator, stop: Stop) -> Iterator[Line]:
    project, name = stop.shown, stop.desk.project.id
    yield line(Part(f"{name.upper()} {project.title}", "bold"))
    if Standing.MISSING in stop.standing.values() and (lost := find_trouble(stop.desk)):
        yield from tell_trouble(t, lost[0])
        yield line(Part(t("Next: see to it, then `make check P={name}`.", name=name), "bold"))
        return
    step = choose_step(project, stop.standing, stop.examined)
    if step.task is not None and step.check is None:
        task = step.task
        yield line(t("Task {id}: {title}", id=task.id, title=task.title))
        module = task.function.partition(".")[0]
        where = f"  {stop.desk.where}/{module}.py  {task.function}"
        yield line(Part(where, "code"))
    yield line(_why(t, stop, step))
    yield line(Part(t("Brief: {file}", file=f"{stop.desk.where}/{brief_name(t.language)}"), "dim"))
    yield from next_step(t, project, stop.examined, stop.standing, step)
    if step.task is not None or step.check is not None:
        told = t(
            "`make watch P={name}` checks on every save, `make check P={name}` once.", name=name
        )
        yield line(Part(told, "dim"))


def _why(t: Translator, stop: Stop, step: Step) -> str:
    """Say why this is what to do now."""
    if step.check is not None:
        return t("Why: it is part of level 1, and does not hold.")
    if step.task is not None:
        return {
            Standing.STUB: t("Why: it is the first task of this project that is not written."),
            Standing.MISSING: t("Why: its function is gone; the check says where it should be."),
            Standing.WAITS: t("Why: it is written, and other tasks it needs are not."),
        }.get(stop.standing[step.task.id], t("Why: it is written, and a test of it does not pass."))
    if stop.examined is None:
        return t("Why: it is written, and has not been checked since the last change.")
    if stop.examined.passed:
        return t("Why: what is yours passes; the rest is still the reference.")
    return t("Why: every task passes its tests; something else of level 1 does not.")


def tell_trouble(t: Translator, trouble: Trouble) -> list[Line]:
    """Tell one thing that happened to the files."""
    mark_ = Part("✗ ", "bad") if trouble.fatal else Part("! ", "unsure")
    return [
        line(mark_, Part(trouble.where, "code"), f"  {t(trouble.happened)}"),
        line("    ", t(trouble.advice)),
    ]


def _begin(t: Translator, stop: Stop, road: Sequence[Stop]) -> Iterator[Line]:
    project = stop.shown
    known = {other.desk.project.id: other for other in road}
    missing = [p for p in project.prerequisites if p in known and not known[p].done]
    yield line(Part(f"{project.id.upper()} {project.title}", "bold"))
    yield line(f"{project.skill}")
    yield line(
        t(
            "Why: it is the first project, in order, that you have not begun. About {hours} hours.",
            hours=f"{project.hours:g}",
        )
    )
    if missing:
        yield line(Part(t("It builds on {projects}.", projects=", ".join(missing)), "unsure"))
    yield line(Part(t("Brief: {file}", file=f"{stop.desk.where}/{brief_name(t.language)}"), "dim"))
    yield line(Part(t("Next: `make start P={name}`", name=project.id), "bold"))


def brief_name(language: Language) -> str:
    """Name the brief in a language."""
    return "README.md" if language == "en" else f"README.{language}.md"
