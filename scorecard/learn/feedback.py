"""Say what a check found so that somebody learns from it: what was expected, what came, what next.

One task is in hand at a time: the first that does not pass. Tests that only wait for tasks nobody
has written are counted, not shown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from scorecard.catalog.model import Project, Task
from scorecard.learn.examined import Examined, Missed, Standing, failing, waits
from scorecard.learn.lines import Line, Part, bar, line
from scorecard.ledger import Cause, Check, State
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
SHOWN, LONGEST = 3, 160
COMPARED = re.compile(
    r"^(?:AssertionError: )?assert (?P<came>.+?) (?P<how>==|not in|in|<=|>=|<|>|is not|is) "
    r"(?P<expected>.+)$"
)
SILENT = re.compile(r"^Failed: DID NOT RAISE (?P<expected>.+)$")
BARE = re.compile(r"^(?:AssertionError: )?assert (?P<came>.+)$")
OTHER = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Group|Iteration)): (?P<what>.*)$")


def in_hand(project: Project, standing: Mapping[int, Standing]) -> Task | None:
    """The task to work on: one that was begun, else the first to write, else one that waits."""
    for wanted in ({Standing.FAILS, Standing.MISSING}, {Standing.STUB}, {Standing.WAITS}):
        for task in project.tasks:
            if standing[task.id] in wanted:
                return task
    return None


def headline(t: Translator, project: Project, standing: Mapping[int, Standing]) -> Line:
    """Say how far the project is."""
    own = [state for state in standing.values() if state is not Standing.REFERENCE]
    done = sum(state is Standing.PASSES for state in own)
    title = (Part(project.id.upper(), "bold"), Part(f" {project.title}  "))
    if not own:
        return (*title, Part(t("reference code, not started"), "dim"))
    return (*title, *bar(done, len(own)))


def told_check(t: Translator, check: Check) -> Line:
    """Say in one line how a check ended."""
    title = t(check.title)
    if check.passed:
        return line(MARKS[check.state], f" {check.code:<8} {title}")
    said, dim = ending(t, check), check.state is State.NOT_REACHED
    return line(
        Part("·", "dim") if dim else MARKS[check.state],
        f" {check.code:<8} ",
        Part(title, "dim" if dim else ""),
        Part(f"  {said}" if said else "", "dim" if dim else "bad"),
    )


def ending(t: Translator, check: Check) -> str:
    """Say why a check did not pass, in a few words."""
    if check.measured is not None:
        value, bound = f"{check.measured.value:.3g}", check.threshold
        return t(
            "{value}, asked for is {bound}, over {n} cases",
            value=value,
            bound=bound,
            n=check.measured.n,
        )
    if check.findings and check.code in {"types", "lint"}:
        return t.plural("{n} finding", "{n} findings", len(check.findings))
    if check.code == "tests" and check.state is State.FAILED:
        done, _, every = check.detail.removesuffix(" passed").partition(" of ")
        return t("{done} of {all} pass", done=done, all=every)
    return t(CAUSES[check.cause]) if check.cause in CAUSES else check.detail


def explain(
    t: Translator, project: Project, examined: Examined, standing: Mapping[int, Standing]
) -> Iterator[Line]:
    """Explain what is wrong, nearest first, and end with the next step."""
    for check in examined.checks:
        if check.code in {"types", "lint"}:
            yield from _findings(t, check)
    task = in_hand(project, standing)
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
    if task is not None:
        yield from _task(t, project, task, standing[task.id])
    yield from _missed(t, wrong, task)
    for check in failing(examined.criteria):
        yield from _criterion(t, check)
    yield line()
    yield from next_step(t, project, examined, standing)


def _findings(t: Translator, check: Check) -> Iterator[Line]:
    for found in check.findings[:SHOWN]:
        yield line("    ", Part(found.where, "code"), f"  {found.message}")
    if len(check.findings) > SHOWN:
        yield line(Part(f"    {t('and {n} more', n=len(check.findings) - SHOWN)}", "dim"))
    if check.state is State.COULD_NOT_CHECK:
        yield line("    ", Part(check.detail, "dim"))


def _task(t: Translator, project: Project, task: Task, standing: Standing) -> Iterator[Line]:
    words = {
        Standing.STUB: t("to be written"),
        Standing.FAILS: t("yours, and not right yet"),
        Standing.WAITS: t("yours, and it needs tasks that are not written"),
        Standing.MISSING: t("gone"),
    }
    yield line()
    yield line(Part(t("Task {id}: {title}", id=task.id, title=task.title), "bold"))
    yield line(
        "    ", Part(f"{project.slug}/{task.function}", "code"), f"  {words.get(standing, '')}"
    )


def _missed(t: Translator, wrong: Sequence[Missed], task: Task | None) -> Iterator[Line]:
    mine = [missed for missed in wrong if task is not None and task.id in missed.calls]
    shown = [*mine, *(missed for missed in wrong if missed not in mine)]
    for missed in shown[:SHOWN]:
        yield from tell_missed(t, missed)
    if len(shown) > SHOWN:
        yield line(Part(f"  {t('and {n} more', n=len(shown) - SHOWN)}", "dim"))


def tell_missed(t: Translator, missed: Missed) -> Iterator[Line]:
    """Tell one failed test: its sentence, what was expected, what came."""
    yield line("  ", Part("✗ ", "bad"), sentence(missed.name))
    for name, value in contrast(t, missed):
        yield line(f"      {name:<9} ", Part(value, "code")) if name else line(f"      {value}")
    yield line(Part(f"      {missed.where}", "dim"))


def sentence(test: str) -> str:
    """Read a test's name aloud.

    >>> sentence("projects/p02_x/tests/test_a.py::test_a_sum_is_exact[12-True]")
    'a sum is exact (12-True)'
    """
    function, _, case = test.partition("::")[2].partition("[")
    case = case.removesuffix("]")
    name = function.rpartition("::")[2]
    return name.removeprefix("test_").replace("_", " ") + (f" ({case})" if case else "")


def contrast(t: Translator, missed: Missed) -> list[tuple[str, str]]:
    """Read what a failed test says as what was expected and what came."""
    expected, came = t("expected"), t("came")
    if found := SILENT.match(missed.message):
        kind = re.sub(r"<class '(?:[\w.]+\.)?(\w+)'>", r"\1", found["expected"])
        return [(expected, t("{kind} is raised", kind=kind)), (came, t("nothing was raised"))]
    if found := COMPARED.match(missed.message):
        how = "" if found["how"] in {"==", "is"} else f"{found['how']} "
        wish, got = how + found["expected"], found["came"]
        if how == "in ":
            wish, got = t("{what} in it", what=got), found["expected"]
        return [(expected, _short(wish)), (came, _short(got)), *_hints(missed)]
    if found := BARE.match(missed.message):
        return [(expected, t("something true")), (came, _short(_where(missed) or found["came"]))]
    if found := OTHER.match(missed.message):
        return [(came, f"{found['kind'].rpartition('.')[2]}: {found['what']}")]
    return [("", missed.message)]


def _where(missed: Missed) -> str:
    """What a bare assertion called: pytest writes ``+  where False = accepts(…)``."""
    told = [entry.removeprefix("+").strip() for entry in missed.more if "where " in entry]
    return told[0].removeprefix("where ") if told else ""


def _hints(missed: Missed) -> list[tuple[str, str]]:
    """Take pytest's own word on where two things differ."""
    for at, entry in enumerate(missed.more):
        if entry == "Differing items:" and at + 1 < len(missed.more):
            return [("", _short(missed.more[at + 1]))]
        if entry.startswith(("At index", "Left contains", "Right contains", "Extra items")):
            return [("", _short(entry))]
    return []


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


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


def next_step(
    t: Translator, project: Project, examined: Examined, standing: Mapping[int, Standing]
) -> Iterator[Line]:
    """Say what to do now."""
    task, name = in_hand(project, standing), project.id
    types = [
        check for check in examined.checks if check.code in {"types", "lint"} and not check.passed
    ]
    if task is not None:
        told = {
            Standing.STUB: t(
                "Next: write task {id}. `make hint P={name}` gives a nudge.", id=task.id, name=name
            ),
            Standing.MISSING: t("Next: bring task {id} back.", id=task.id),
        }.get(
            standing[task.id],
            t(
                "Next: mend task {id}. `make hint P={name} TASK={id}` gives a nudge.",
                id=task.id,
                name=name,
            ),
        )
    elif types:
        told = t(
            "Next: mend what {tool} found; it is part of level 1.",
            tool="mypy" if types[0].code == "types" else "ruff",
        )
    elif not examined.passed:
        told = t(
            "Next: see to the first of these; `make scorecard P={name}` shows all levels.",
            name=name,
        )
    elif all(state is Standing.REFERENCE for state in standing.values()):
        told = t(
            "All of it is the reference. Next: `make start P={name}`, and write it yourself.",
            name=name,
        )
    else:
        told = t(
            "Level 1 holds. Next: `make scorecard P={name}` for levels 2 and 3, then commit; "
            "`make compare P={name}` shows the reference beside yours.",
            name=name,
        )
    yield line(Part(told, "bold"))
