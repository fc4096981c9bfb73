"""The real page in a real browser."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.shown import NARROW, WIDE, address, showing

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANGUAGES = ["en", "pt-BR"]
NAMES = ["example", "begun", "nobodys", "hostile", "compare"]
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
LOOKS: list[tuple[str, dict[str, Any]]] = [
    ("en", {"color_scheme": "light"}),
    ("en", {"color_scheme": "dark"}),
    ("pt-BR", {"color_scheme": "light", "viewport": NARROW}),
]


@pytest.mark.parametrize(("language", "look"), LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation_of_wcag_2_2_aa(
    browser: Browser, pages: Path, name: str, language: str, look: dict[str, Any]
) -> None:
    with showing(browser, address(pages, name, language), **look) as shown:
        shown.page.evaluate(OPEN_ALL)

        found = Axe().run(shown.page, options={"runOnly": WCAG}).response["violations"]

    told = [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['help']}" for one in found]
    assert told == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_and_nothing_is_complained_of(
    browser: Browser, pages: Path, name: str, language: str
) -> None:
    with showing(browser, address(pages, name, language)) as shown:
        shown.page.evaluate(OPEN_ALL)
        shown.page.wait_for_load_state("networkidle")

        assert shown.complaints == []
        assert shown.requests == [address(pages, name, language)]


@pytest.mark.parametrize("name", ["hostile", "compare"])
def test_text_of_a_repository_never_executes(browser: Browser, pages: Path, name: str) -> None:
    with showing(browser, address(pages, name)) as shown:
        shown.page.evaluate(OPEN_ALL)
        shown.page.wait_for_timeout(200)
        body = shown.page.inner_text("body")

        assert shown.page.evaluate("window.hit") is None
        assert shown.page.locator("script").count() == 1
        assert shown.page.locator("img, base, iframe, [onerror], [onload], [onfocus]").count() == 0
        assert shown.page.locator("a[href^='javascript:' i]").count() == 0
        assert shown.page.title() != ""
        assert "<script>window.hit=1</script>" in body
        assert "49" not in re.findall(r"\{\{ (\d+) ", body)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", body)


def test_a_script_that_got_in_would_not_run(browser: Browser, pages: Path) -> None:
    inject = """() => {
        const added = document.createElement("script");
        added.textContent = "window.hit = 1";
        document.body.append(added);
        const image = document.createElement("div");
        image.innerHTML = "<img src=x onerror='window.hit = 1'>";
        document.body.append(image);
    }"""
    with showing(browser, address(pages, "example")) as shown:
        shown.page.evaluate(inject)
        shown.page.wait_for_timeout(200)

        assert shown.page.evaluate("window.hit") is None
        assert any("Content Security Policy" in told for told in shown.complaints)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_360_pixels_are_wide_enough(
    browser: Browser, pages: Path, name: str, language: str
) -> None:
    with showing(browser, address(pages, name, language), viewport=NARROW) as shown:
        shown.page.evaluate(OPEN_ALL)

        assert shown.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


CUT = """() => [...document.querySelectorAll(".runs li, .pillar, .sum, .trust code, .ev li")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 90))"""
BROKEN = """() => [...document.querySelectorAll(".trust code span, .s, .cs .c")]
    .filter((one) => one.checkVisibility() && one.firstChild && one.textContent.length < 30)
    .filter((one) => {
        const range = document.createRange();
        range.selectNodeContents(one);
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
    }).map((one) => one.textContent)"""


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["example", "begun"])
def test_nothing_is_cut_off_and_no_word_is_broken(
    browser: Browser, pages: Path, name: str, language: str, viewport: dict[str, int]
) -> None:
    with showing(browser, address(pages, name, language), viewport=viewport) as shown:
        shown.page.evaluate(OPEN_ALL)

        assert shown.page.evaluate(CUT) == []
        assert shown.page.evaluate(BROKEN) == []


def test_what_is_not_written_is_neither_red_nor_amber(browser: Browser, pages: Path) -> None:
    with showing(browser, address(pages, "begun")) as shown:
        page = shown.page

        assert page.locator(".loud.f, .loud.u").count() == 0
        assert page.locator(".loud.w").is_visible()
        page.locator(".loud.w a").first.click()
        assert page.locator("[id='c-p01_task_3']").is_visible()


def test_everything_is_reached_and_used_with_the_keyboard_alone(
    browser: Browser, pages: Path
) -> None:
    with showing(browser, address(pages, "example")) as shown:
        page = shown.page
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0

        reached, outlined = _tab_through(page)

        expected = page.evaluate(
            """() => [...document.querySelectorAll(
                "a[href], button, summary, [tabindex='0'], input:checked")]
                .filter((one) => one.checkVisibility()).length"""
        )
        assert reached == expected
        assert outlined

        page.locator(".proj > summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator(".proj").first.get_attribute("open") is not None

        page.locator("#every").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#open").is_checked()
        assert not page.locator(".proj li.p").first.is_visible()

        page.locator("#unfold").focus()
        page.keyboard.press("Space")
        assert page.locator(".proj:not([open])").count() == 0


def _tab_through(page: Page) -> tuple[int, bool]:
    """Press Tab until it comes round; count the stops and look for a visible outline."""
    look = """() => {
        const one = document.activeElement;
        if (one === document.body || one.seen) return null;
        one.seen = true;
        return getComputedStyle(one).outlineStyle;
    }"""
    stops: list[str] = []
    while (found := page.evaluate(look)) is not None:
        stops.append(found)
        page.keyboard.press("Tab")
    return len(stops), all(style != "none" for style in stops)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts_nothing_is_missing(browser: Browser, pages: Path, language: str) -> None:
    with showing(browser, address(pages, "example", language), java_script_enabled=False) as shown:
        shown.page.locator(".proj > summary").first.click()

        assert shown.page.locator(".proj").first.locator(".cs > li").first.is_visible()
        assert not shown.page.locator("#unfold").is_visible()
        shown.page.locator("#open").check()
        assert not shown.page.locator(".proj li.p").first.is_visible()


def test_a_link_to_a_check_opens_its_project(browser: Browser, pages: Path) -> None:
    with showing(browser, address(pages, "example")) as shown:
        link = shown.page.locator("main .ev a[href^='#c-']").first
        target = (link.get_attribute("href") or "")[1:]

        link.click()

        assert shown.page.locator(f"[id='{target}']").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language(browser: Browser, pages: Path, language: str) -> None:
    with showing(browser, address(pages, "example", language)) as shown:
        body = shown.page.inner_text("body")

        assert shown.page.locator("html").get_attribute("lang") == language
        assert ("Evidence" in body) == (language == "en")
        assert ("Evidência" in body) == (language == "pt-BR")


def test_it_prints_on_a4_with_everything_open(browser: Browser, pages: Path) -> None:
    with showing(browser, address(pages, "example"), java_script_enabled=False) as shown:
        shown.page.emulate_media(media="print")

        assert shown.page.locator(".proj .cs > li").first.is_visible()
        assert not shown.page.locator("fieldset").is_visible()
        printed = shown.page.pdf(prefer_css_page_size=True)

    sizes = {
        tuple(round(float(number)) for number in found.split())
        for found in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", printed)
    }
    assert sizes == {(0, 0, 595, 842)}


def test_the_first_screen_holds_what_a_reader_came_for(browser: Browser, pages: Path) -> None:
    wanted = ["h1", "#h-trust", ".trust code", ".pillar", ".sum", "#h-strong", "#h-weak"]
    wanted += ["#h-cost", "#h-since"]
    with showing(browser, address(pages, "example"), viewport={"width": 1440, "height": 900}) as s:
        bottoms = {name: s.page.locator(name).last.bounding_box() for name in wanted}

    below = {name: box for name, box in bottoms.items() if not box or box["y"] + 40 > 900}
    assert below == {}


def test_a_page_of_20000_checks_is_scrolled_and_searched(browser: Browser, pages: Path) -> None:
    with showing(browser, address(pages, "whole")) as shown:
        assert shown.page.locator(".proj").count() == 100
        assert shown.page.locator(".cs > li").count() == 20_000
        shown.page.locator(".proj > summary").last.click()
        assert shown.page.locator(".proj").last.locator(".cs > li").last.is_visible()


def test_the_served_page_looks_again_when_the_result_changes(browser: Browser, live: str) -> None:
    source = Path(os.environ["BROWSER_LIVE_SOURCE"])
    with showing(browser, live) as shown:
        before = shown.page.inner_text(".sum li.p b")
        shown.page.locator(".proj > summary").first.click()
        text = source.read_text(encoding="utf-8")

        with shown.page.expect_event("load", timeout=15_000):
            source.write_text(
                text.replace('"state": "passed"', '"state": "failed"', 1), encoding="utf-8"
            )

        assert int(shown.page.inner_text(".sum li.p b")) == int(before) - 1
        assert shown.page.locator(".proj").first.get_attribute("open") is not None
        assert shown.complaints == []
        assert all(url.startswith(live) for url in shown.requests)


PICTURES: dict[str, dict[str, Any]] = {
    "page-light.png": {"color_scheme": "light"},
    "page-dark.png": {"color_scheme": "dark"},
    "page-narrow.png": {"color_scheme": "light", "viewport": NARROW},
}


@pytest.mark.parametrize("file", PICTURES)
def test_the_pictures_of_the_readme_are_taken(browser: Browser, pages: Path, file: str) -> None:
    folder = Path(os.environ["BROWSER_PICTURES"])

    with showing(browser, address(pages, "example"), **PICTURES[file]) as shown:
        shown.page.screenshot(path=str(folder / file))

    assert (folder / file).exists()
