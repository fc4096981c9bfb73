"""Measure the page in a real browser: ``python -m tests.browser bench``. Nothing here can fail."""

import os
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

TIMES = 7
PAGES = {
    "example": "the example",
    "big": "100 x 200 checks, within the limit",
    "whole": "100 x 200 checks, in full",
}
PAINT = """() => new Promise((done) => {
    const look = () => {
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        if (!paint) return requestAnimationFrame(look);
        const navigation = performance.getEntriesByType("navigation")[0];
        done([paint.startTime, navigation.domInteractive]);
    };
    look();
})"""
SCROLL = """() => new Promise((done) => {
    const frames = [];
    let last = performance.now(), count = 0;
    const step = (now) => {
        frames.push(now - last);
        last = now;
        scrollBy(0, 400);
        if (++count < 120) requestAnimationFrame(step); else done(frames.slice(2));
    };
    requestAnimationFrame(step);
})"""
UNFOLD = """() => new Promise((done) => {
    const project = document.querySelector(".proj:not([open])");
    const start = performance.now();
    project.open = true;
    project.scrollIntoView();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""


def measure(browser: Browser, file: Path) -> dict[str, Any]:
    """Load a page several times, each in a fresh context, and use it."""
    paints, parsed, frames, opened = [], [], [], []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        page = context.new_page()
        page.goto(file.as_uri())
        paint, interactive = page.evaluate(PAINT)
        paints.append(paint)
        parsed.append(interactive)
        frames += page.evaluate(SCROLL)
        opened.append(page.evaluate(UNFOLD))
        context.close()
    return {
        "kb": file.stat().st_size / 1000,
        "paint": statistics.median(paints),
        "worst": max(paints),
        "parsed": statistics.median(parsed),
        "frame": statistics.quantiles(frames, n=20)[-1],
        "opened": statistics.median(opened),
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print a table."""
    folder = Path(os.environ["BROWSER_PAGES"])
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    _say(f"{'page':36}{'kB':>8}{'paint':>8}{'worst':>8}{'parsed':>8}{'frame':>8}{'open':>8}   ms")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["BROWSER_CHROMIUM"], args=options
        )
        measure(browser, folder / "example.en.html")  # the browser itself warms up
        for name, told in PAGES.items():
            found = measure(browser, folder / f"{name}.en.html")
            cells = (found[key] for key in ("paint", "worst", "parsed", "frame", "opened"))
            _say(f"{told:36}{found['kb']:8.0f}" + "".join(f"{cell:8.0f}" for cell in cells))
        browser.close()
    _say(f"medians of {TIMES}; frame: 95 % of frames while scrolling took less than this")


if __name__ == "__main__":
    main()
