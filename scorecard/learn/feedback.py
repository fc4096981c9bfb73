"""Say what a check found so that somebody learns from it: what was expected, what came, what next.

One task is in hand at a time: the first that does not pass. Tests that only wait for tasks nobody
has written are counted, not shown.
"""

from collections.abc import Iterator, Mapping, Sequence

from scorecard.catalog.model import Project, Task
from scorecard.learn.blame import narrowest_first
from scorecard.learn.contrast import contrast, sentence
from scorecard.learn.examined import Counted, Examined, Missed, Standing, failing, needed, waits
from scorecard.learn.lines import Line, Part, bar, line
from scorecard.learn.steps import Step, choose_step, next_step
from scorecard.ledger import Cause, Check, Finding, State
from scorecard.locale import Translator, mark

CAUSES = {
    Cause.RAISED: mark("it raised an exception"),
    Cause.TIMED_OUT: mark("it took too long"),
    Cause.CRASHED: mark("the process ended"),
    Cause.MEMORY: mark("it used up the memory it may have"),
    Cause.PROTOCOL: mark("what it sent was no answer"),
    Cause.NO_CASES: mark("there was no case to count"),
    Cause.MISSING: mark("it never reported"),
    Cause.PREREQUISITE: mark("another criterion comes first"),
    Cause.LOWER_LEVEL: mark("a lower level comes first"),
    Cause.RESOURCE: mark("something it needs is missing on this machine"),
    Cause.INTERRUPTED: mark("it was interrupted"),
    Cause.GRADER: mark("the grader itself failed, which is no fault of yours"),
}
MARKS: Mapping[State, Part] = {
    State.PASSED: Part("✓", "good"),
    State.FAILED: Part("✗", "bad"),
    State.COULD_NOT_CHECK: Part("?", "unsure"),
    State.NOT_REACHED: Part("·", "dim"),
}
SHOWN = 3
CROWDED = ("[C901]", "[PLR0911]", "[PLR0912]", "[PLR0915]")
"""What ruff says of a function that does too much."""
TOOLS = {"types": "mypy", "lint": "ruff"}


def headline(t: Translator, project: Project, standing: Mapping[int, Standing]) -> Line:
    """Say how far the project is."""
    own = [state for state in standing.values() if state is not Standing.REFERENCE]
    done = sum(state is Standing.PASSES for state in own)
    title = (Part(project.id.upper(), "bold"), Part(f" {project.title}  "))
    if not own:
        return (*title, Part(t("reference code, not started"), "dim"))
    return (*title, *bar(done, len(own)))


def told_check(
    t: Translator, check: Check, counted: Counted | None = None, every: Sequence[Check] = ()
) -> Line:
    """Say in one line how a check ended: what it promises where it holds, else what was found."""
    if check.code == "tests" and counted is not None and counted.passing + counted.waiting:
        return _told_tests(t, check, counted)
    said, dim = ending(t, check, every), check.state is State.NOT_REACHED
    title = TOOLS.get(check.code) if said else ""
    if check.passed:
        return line(MARKS[check.state], f" {check.code:<8} {t(check.title)}")
    return line(
        Part("·", "dim") if dim else MARKS[check.state],
        f" {check.code:<8} ",
        Part(title or t(check.title), "dim" if dim else ""),
        Part(f"  {said}" if said else "", "dim" if dim else "bad"),
    )


def _told_tests(t: Translator, check: Check, counted: Counted) -> Line:
    """Count them; those that wait are no fault."""
    parts = [t("{n} pass", n=counted.passing)]
    if counted.failing:
        parts.append(t("{n} fail", n=counted.failing))
    if counted.waiting:
        parts.append(t("{n} wait", n=counted.waiting))
    only_waits = not check.passed and not counted.failing
    mark_ = Part("·", "dim") if only_waits else MARKS[check.state]
    told = Part(", ".join(parts), "bad" if counted.failing else "")
    return line(mark_, f" {check.code:<8} ", told)


def ending(t: Translator, check: Check, every: Sequence[Check] = ()) -> str:
    """Say why a check did not pass, in a few words."""
    if check.measured is not None:
        value, bound = f"{check.measured.value:.3g}", check.threshold
        return t(
            "{value}, asked for is {bound}, over {n} cases",
            value=value,
            bound=bound,
            n=check.measured.n,
        )
    if check.findings and check.code in TOOLS:
        return t.plural("{n} finding", "{n} findings", len(check.findings))
    if check.cause is Cause.PREREQUISITE and (first := _first(check, every)):
        return t("{codes} comes first", codes=first)
    return t(CAUSES[check.cause]) if check.cause in CAUSES else check.detail


def _first(check: Check, every: Sequence[Check]) -> str:
    """Name the criteria that a check waits for."""
    missed = {other.code for other in every if not other.passed}
    return ", ".join(code for code in check.requires if code in missed or not missed)


def explain(
    t: Translator,
    project: Project,
    examined: Examined,
    standing: Mapping[int, Standing],
    chosen: Task | None = None,
) -> Iterator[Line]:
    """Explain what is wrong, nearest first, and end with the next step."""
    step = Step(chosen) if chosen else choose_step(project, standing, examined)
    yield from _all_findings(t, examined)
    waiting = [missed for missed in examined.missed if missed.waits_for]
    wrong = [missed for missed in examined.missed if not missed.waits_for]
    idle = [check for check in examined.criteria if waits(check)]
    if waiting or idle:
        tests = t.plural("{n} test", "{n} tests", len(waiting))
        criteria = t.plural("{n} criterion", "{n} criteria", len(idle))
        told = t(
            "waiting for tasks that are not written: {tests}, {criteria}",
            tests=tests,
            criteria=criteria,
        )
        yield line(Part(f"· {told}", "dim"))
    if step.task is not None:
        yield from _task(t, project, step.task, examined, standing[step.task.id])
    yield from _missed(t, wrong, step.task)
    for check in failing(examined.criteria):
        yield from _criterion(t, check)
    yield line()
    yield from next_step(t, project, examined, standing, step)


def _all_findings(t: Translator, examined: Examined) -> Iterator[Line]:
    for check in examined.checks:
        if check.code in TOOLS:
            yield from _findings(t, check)
    if any(found.message.endswith(CROWDED) for found in _found(examined)):
        told = t("Helpers of your own, outside the task's marks, are welcome: split it.")
        yield line("    ", Part(told, "dim"))


def _found(examined: Examined) -> Iterator[Finding]:
    for check in examined.checks:
        yield from check.findings if check.code in TOOLS else ()


def _findings(t: Translator, check: Check) -> Iterator[Line]:
    for found in check.findings[:SHOWN]:
        yield line("    ", Part(found.where, "code"), f"  {found.message}")
    if len(check.findings) > SHOWN:
        yield line(Part(f"    {t('and {n} more', n=len(check.findings) - SHOWN)}", "dim"))
    if check.state is State.COULD_NOT_CHECK:
        yield line("    ", Part(check.detail, "dim"))


def _task(
    t: Translator, project: Project, task: Task, examined: Examined, standing: Standing
) -> Iterator[Line]:
    words = {
        Standing.STUB: t("to be written"),
        Standing.FAILS: t("yours, and not right yet"),
        Standing.WAITS: t(
            "yours, and its tests wait for task {ids}", ids=_listed(needed(task.id, examined))
        ),
        Standing.MISSING: t("gone"),
        Standing.PASSES: t("yours, and it passes"),
        Standing.REFERENCE: t("reference"),
    }
    yield line()
    yield line(Part(t("Task {id}: {title}", id=task.id, title=task.title), "bold"))
    yield line(
        "    ", Part(f"{project.slug}/{task.function}", "code"), f"  {words.get(standing, '')}"
    )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "—"


def _missed(t: Translator, wrong: Sequence[Missed], task: Task | None) -> Iterator[Line]:
    """Tell the failures that speak of the task in hand first, the narrowest of them first."""
    blamed = task.id if task else 0
    mine = [missed for missed in wrong if blamed and missed.blames == blamed]
    mine = narrowest_first(mine, task) if task else mine
    shown = [*mine, *(missed for missed in wrong if missed not in mine)]
    for missed in shown[:SHOWN]:
        yield from tell_missed(t, missed)
    if len(shown) > SHOWN:
        yield line(Part(f"  {t('and {n} more', n=len(shown) - SHOWN)}", "dim"))


def tell_missed(t: Translator, missed: Missed) -> Iterator[Line]:
    """Tell one failed test: its sentence, what was expected, what came, where, how to run it."""
    yield line("  ", Part("✗ ", "bad"), sentence(missed.name))
    for name, value in contrast(t, missed):
        yield line(f"      {name:<9} ", Part(value, "code")) if name else line(f"      {value}")
    yield line(Part(f"      {missed.where}", "dim"))
    if missed.name != missed.where:
        yield line(Part(f"      {missed.name}", "dim"))


def _criterion(t: Translator, check: Check) -> Iterator[Line]:
    yield line(
        "  ", Part("✗ ", "bad"), f"{check.code} {check.title}: ", Part(ending(t, check), "bad")
    )
    if check.measured is None and check.detail and not check.cause.ours:
        yield line(f"      {check.detail}")
    for failure in check.measured.failures[:SHOWN] if check.measured else ():
        mode = f"  ({failure.mode})" if failure.mode else ""
        yield line("      ", Part(failure.case or "—", "code"), mode)
        for name, value in ((t("expected"), failure.expected), (t("came"), failure.actual)):
            if value:
                yield line(f"        {name:<9} ", Part(value, "code"))
    if check.advice:
        yield line("      ", Part(" ".join(check.advice.split()), "dim"))
