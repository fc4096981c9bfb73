"""Why a check did not pass, in the reader's language.

The graders write plain English into the result. What they write is known by its template here; what
is not known, as anything that the work itself said, stays as it is.
"""

import re
from functools import cache

from scorecard.ledger import Check, Kind
from scorecard.locale import Translator, mark
from scorecard.report.ending import comes_after, waited_for
from scorecard.report.result import ProjectResult

KNOWN = (
    mark("It means something only where {codes} holds."),
    mark("First comes {codes} and {n} more."),
    mark("First comes {codes}."),
    mark("{n} of {all} passed, {skipped} skipped, {missing} never ran"),
    mark("{n} of {all} passed"),
    mark("{n} of at most {most}"),
    mark("{n} of {all}"),
    mark("{n} finding"),
    mark("{n} findings"),
    mark("Gathering {what} took longer than {s} s."),
    mark("The tests took longer than {s} s."),
    mark("{step} took longer than {s} s; its judge was ended."),
    mark("{what} cannot make sense of what was answered ({named})."),
    mark("{what} raised {error}"),
    mark("It never ended."),
    mark("This folder is no Git repository, or git is missing."),
    mark("no test calls it"),
    mark("not committed"),
    mark("prints"),
)


def reason(project: ProjectResult, check: Check, t: Translator) -> str:
    """Say in one line why a check did not pass; empty where its number says it all."""
    tasks = waited_for(project, check)
    if tasks and check.kind is not Kind.CRITERION:
        rest = t("the rest waits for tasks that are not written")
        return f"{told(check.detail, t)}; {rest}"
    if tasks:
        return t("waits for task {task}", task=f"{tasks[0].id}, {tasks[0].title}")
    if comes_after(project, check):
        return t("comes after tasks that are not written")
    return ": ".join(part for part in (t(str(check.cause)), told(check.detail, t)) if part)


def told(text: str, t: Translator) -> str:
    """Translate a sentence of the graders."""
    if t.language == "en" or not text:
        return text
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return t(template, **found.groupdict())
    return t(text)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Turn each template into what its sentences look like, in their order."""
    return tuple((template, _pattern(template)) for template in KNOWN)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    kinds = {"n": r"\d+", "all": r"\d+", "most": r"\d+", "skipped": r"\d+", "missing": r"\d+"}
    return re.compile(
        "".join(
            f"(?P<{part}>{kinds.get(part, '.+?')})" if at % 2 else re.escape(part)
            for at, part in enumerate(parts)
        ),
        re.DOTALL,
    )
