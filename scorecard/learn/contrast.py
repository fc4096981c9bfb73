"""Read what a failed test says: what was expected, what came, where the two differ.

pytest's own words are read, and those that ``scorecard/learn/pytest_told.py`` adds.
"""

import re

from scorecard.learn.examined import Missed
from scorecard.locale import Translator

LONGEST = 160
COMPARED = re.compile(
    r"^(?:AssertionError: )?assert (?P<came>.+?) (?P<how>==|not in|in|<=|>=|<|>|is not|is) "
    r"(?P<expected>.+)$"
)
SILENT = re.compile(r"^Failed: DID NOT RAISE (?P<expected>.+)$")
LATE = re.compile(r"\bTookTooLong: (?P<task>\d+) (?P<seconds>[\d.]+)")
PATTERN = "Regex pattern did not match"
BARE = re.compile(r"^(?:AssertionError: )?assert (?P<came>.+)$")
OTHER = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Group|Iteration)): (?P<what>.*)$")
Rows = list[tuple[str, str]]


def sentence(test: str) -> str:
    """Read a test's name aloud.

    >>> sentence("projects/p02_x/tests/test_a.py::test_a_sum_is_exact[12-True]")
    'a sum is exact (12-True)'
    """
    function, _, case = test.partition("::")[2].partition("[")
    case = case.removesuffix("]")
    name = function.rpartition("::")[2]
    return name.removeprefix("test_").replace("_", " ") + (f" ({case})" if case else "")


def contrast(t: Translator, missed: Missed) -> Rows:
    """Read what a failed test says as what was expected and what came."""
    expected, came = t("expected"), t("came")
    if late := late_task(missed):
        return [("", _late(t, *late))]
    if wish := _wished_error(t, missed):
        got = _said(missed, "Actual message: ") or t("nothing was raised")
        return [(expected, _short(wish)), (came, _short(got))]
    if found := _compared(missed):
        how, got, wish = found
        wish = wish if how in {"==", "is"} else f"{how} {wish}"
        if how == "in":
            wish, got = t("{what} in it", what=got), found[2]
        return [(expected, _short(wish)), (came, _short(got)), *_hints(t, missed)]
    if bare := BARE.match(missed.message):
        return [(expected, t("something true")), (came, _short(_where(missed) or bare["came"]))]
    if other := OTHER.match(missed.message):
        return [(came, f"{other['kind'].rpartition('.')[2]}: {other['what']}")]
    return [("", missed.message)]


def late_task(missed: Missed) -> tuple[int, str] | None:
    """Return the task in which a test's time ran out (0: nobody knows), and the seconds."""
    found = LATE.search(missed.message)
    return (int(found["task"]), found["seconds"]) if found else None


def _late(t: Translator, task: int, seconds: str) -> str:
    if task:
        return t("took longer than {s} s: an endless loop in task {id}?", s=seconds, id=task)
    return t("took longer than {s} s: what does it wait for?", s=seconds)


def _wished_error(t: Translator, missed: Missed) -> str:
    """Say what should have been raised, where a test is about that."""
    if found := SILENT.match(missed.message):
        kind = re.sub(r"<class '(?:[\w.]+\.)?(\w+)'>", r"\1", found["expected"])
        return t("{kind} is raised", kind=kind)
    if PATTERN in missed.message:
        return t("a message that matches {pattern}", pattern=_said(missed, "Expected regex: "))
    return ""


def _compared(missed: Missed) -> tuple[str, str, str] | None:
    """Return how two values were compared, what came and what was expected."""
    how, left, right = (_said(missed, f"{name} = ") for name in ("op", "left", "right"))
    if how and left and right:
        return how, left, right
    found = COMPARED.match(missed.message)
    return (found["how"], found["came"], found["expected"]) if found else None


def _said(missed: Missed, head: str) -> str:
    found = (entry for entry in missed.more if entry.startswith(head))
    return next(found, "").removeprefix(head)


def _where(missed: Missed) -> str:
    """What a bare assertion called: pytest writes ``+  where False = accepts(…)``."""
    told = [entry.removeprefix("+").strip() for entry in missed.more if "where " in entry]
    return told[0].removeprefix("where ") if told else ""


def _hints(t: Translator, missed: Missed) -> Rows:
    """Say where two things differ, came first; without our word for it, in pytest's."""
    head = "differ = "
    if ours := [entry.removeprefix(head) for entry in missed.more if entry.startswith(head)]:
        return [(t("differ") if not at else " ", _short(told)) for at, told in enumerate(ours)]
    for at, entry in enumerate(missed.more):
        if entry == "Differing items:" and at + 1 < len(missed.more):
            return [("", _short(missed.more[at + 1]))]
        if entry.startswith(("At index", "Left contains", "Right contains", "Extra items")):
            return [("", _short(entry))]
    return []


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
