"""What the page says, before any browser looks at it."""

import re
from pathlib import Path

import pytest
from markupsafe import escape

from scorecard.ledger import Bound, Check, Finding, Kind, State
from scorecard.locale import LANGUAGES, translator
from scorecard.locale.catalogue import find_messages
from scorecard.origin import Origin
from scorecard.report.page.charts import bullet, course, stack
from scorecard.report.page.level import Level, believed, command
from scorecard.report.page.links import Links, fork_of, links_of
from scorecard.report.page.numbers import Numbers
from scorecard.report.page.render import Context, page_text, plain, policy
from scorecard.report.result import Scorecard
from scorecard.report.tests.conftest import verified
from scorecard.verify.result import Evidence
from shared.criteria.measure import share
from tests.browser.pages import big, hostile

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "scorecard/report/templates").glob("*.jinja"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_real_run_stays_under_its_limit(card: Scorecard, language: str) -> None:
    page = page_text(card, Context(language=language))  # type: ignore[arg-type]  # parametrized

    assert len(page.encode()) < 200_000
    assert all(str(escape(check.title))[:20] in page for check in card.checks)


def test_17_projects_of_40_checks_are_written_in_full(card: Scorecard) -> None:
    page = page_text(big(card, 17, 40))

    assert len(page.encode()) < 500_000
    assert page.count('<li class="p" id=') + page.count('<li class="f" id=') == 680


def test_a_page_of_20000_checks_stays_under_500_kb_and_says_that_it_is_short(
    card: Scorecard,
) -> None:
    page = page_text(big(card))

    assert len(page.encode()) < 500_000
    assert "All of it is in scorecard.json" in page
    assert all(f"Drawn project {number}<" in page for number in range(100))


def test_text_of_others_is_never_markup(card: Scorecard) -> None:
    page = page_text(hostile(card))

    assert page.count("<script") == 1
    assert "<img" not in page
    assert "<base" not in page
    assert "javascript:window" not in re.findall(r'href="([^"]*)"', page)
    assert "{{" in page  # shown, never filled in


def test_the_policy_allows_our_two_files_and_nothing_else() -> None:
    told = policy("a", "b")

    assert told.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in told
    assert "connect-src" not in told
    assert "connect-src 'self'" in policy("a", "b", live=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\t c", "a b c"),
        ("a\u202eb", "a�b"),
        ("\x1b[31mred", "�[31mred"),
        ("x" * 500, "x" * 400 + "…"),
        ("família 👩\u200d💻", "família 👩\u200d💻"),
    ],
)
def test_text_of_others_stands_on_one_line_with_nothing_unseen(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_every_message_of_the_page_is_translated() -> None:
    t = translator("pt-BR")
    files = [path.relative_to(ROOT).as_posix() for path in TEMPLATES]
    found = [message for message, file in find_messages(ROOT).items() if file in files]

    same = [m.text for m in found if not m.many and t(m.text) == m.text and len(m.text) > 8]
    assert len(found) > 80
    assert same == []


def test_numbers_are_written_as_the_language_does() -> None:
    english, portuguese = Numbers("en"), Numbers("pt-BR")

    assert (english.short(1234.5678), portuguese.short(1234.5678)) == ("1,234.568", "1.234,568")
    assert (english.percent(0.9241), portuguese.percent(0.9241)) == (
        "92.4\u00a0%",
        "92,4\u00a0%",
    )
    assert (english.large(1_569_978), english.large(57_764)) == ("1.6\u00a0M", "57.8\u00a0k")
    assert (english.seconds(840), portuguese.seconds(2640.1)) == ("840\u00a0ms", "2,6\u00a0s")
    assert english.short(float("nan")) == "—"


def test_no_line_ends_inside_an_interval() -> None:
    found = share([True] * 8 + [False] * 2)

    assert " " not in Numbers("pt-BR").shares((0.943, 1.0))
    assert " " not in Numbers("en").value(found)


def test_the_command_that_checks_it_is_a_target_that_exists(card: Scorecard) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert command(card) == f"make verify REPO={card.origin.remote}"
    assert "\nverify:" in makefile
    assert '"$$REPO"' in makefile


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/abcdef1/projects/x.py#L3"),
        ("https://gitlab.com/a/b", "https://gitlab.com/a/b/-/blob/abcdef1/projects/x.py#L3"),
        (
            "https://codeberg.org/a/b",
            "https://codeberg.org/a/b/src/commit/abcdef1/projects/x.py#L3",
        ),
        (
            "https://bitbucket.org/a/b",
            "https://bitbucket.org/a/b/src/abcdef1/projects/x.py#lines-3",
        ),
        ("https://git.example.org/a/b", ""),
        ("", ""),
    ],
)
def test_a_place_is_linked_at_its_commit_where_the_host_is_known(remote: str, address: str) -> None:
    assert Links(remote, "abcdef1").of("projects/x.py:3") == address


@pytest.mark.parametrize(
    "remote",
    [
        "javascript:alert(1)",
        "https://a.b/c d",
        "https://a.b/../x",
        'https://a.b/"x',
        "http://a.b/c",
    ],
)
def test_an_address_that_is_none_is_never_linked(card: Scorecard, remote: str) -> None:
    made = card.model_copy(update={"origin": Origin(remote=remote)})

    assert links_of(made).remote == ""
    assert fork_of(made) == ""
    assert command(made) == "make verify REPO=REPOSITORY"


def test_a_result_is_self_reported_until_somebody_re_executes_it(card: Scorecard) -> None:
    assert believed(card).whole is Level.SELF_REPORTED
    assert believed(card, verified(card)).whole is Level.FRESH
    assert believed(card, verified(card, Evidence.RE_EXECUTED)).whole is Level.RE_EXECUTED
    assert believed(card, verified(card, Evidence.NONE)).whole is Level.SELF_REPORTED
    assert believed(card, verified(card), "Ana").whole is Level.REVIEWED
    assert believed(card, verified(card, Evidence.NONE), "Ana").whole is Level.SELF_REPORTED


def test_a_verification_of_something_else_says_nothing(card: Scorecard) -> None:
    other = verified(card).model_copy(update={"commit": "0" * 40})
    dirty = card.model_copy(update={"evidence": card.evidence.model_copy(update={"dirty": True})})

    assert believed(card, other).whole is Level.SELF_REPORTED
    assert believed(card, other).refused
    assert believed(dirty, verified(dirty)).whole is Level.SELF_REPORTED


def test_a_chart_shows_value_interval_and_threshold() -> None:
    check = Check(
        code="P01.1", kind=Kind.CRITERION, title="t", level=1, threshold=Bound(at_least=0.5)
    ).ended(State.PASSED, measured=share([True] * 8 + [False] * 2))

    drawn = bullet(check)

    assert '<circle cx="80%"/>' in drawn
    assert 'class="t" x="50%"' in drawn
    assert 'class="i" x="49%" width="45.3%"' in drawn
    assert 'class="g" x="50%" width="50%"' in drawn
    assert "style" not in drawn


def test_a_value_off_the_chart_stands_at_its_end() -> None:
    check = Check(
        code="P01.1", kind=Kind.CRITERION, title="t", level=1, threshold=Bound(at_most=2)
    ).ended(State.FAILED, measured=share([True]).model_copy(update={"value": float("inf")}))

    assert bullet(check) == ""
    assert "NaN" not in course([None, 0.5, None])
    assert stack([("p", 0)]).count("rect") == 0


def test_the_place_of_a_finding_is_linked_and_its_message_escaped(card: Scorecard) -> None:
    finding = Finding(where="projects/p02_structured_outputs/parsing.py:9", message="<b>no</b>")
    first = card.projects[0]
    check = first.checks[0].ended(State.FAILED, findings=(finding,))
    projects = (first.model_copy(update={"checks": (check,)}),)

    page = page_text(card.model_copy(update={"projects": projects}))

    assert f"/blob/{card.evidence.commit}/projects/p02_structured_outputs/parsing.py#L9" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page


def test_a_claim_that_leaves_pillars_out_or_counts_to_infinity_is_still_shown(
    card: Scorecard,
) -> None:
    first = card.projects[0]
    odd = share([True]).model_copy(update={"value": float("nan"), "low": float("-inf")})
    check = first.checks[7].ended(State.FAILED, measured=odd)
    projects = (first.model_copy(update={"checks": (check, check)}), first)
    claim = card.model_copy(update={"pillars": (), "projects": projects})

    nobody = card.model_copy(update={"projects": ()})

    assert page_text(claim).count("no project yet") == 2
    assert page_text(nobody).count("no project yet") == 3
