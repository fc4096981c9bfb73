"""A page as the browser shows it, and all that the browser complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 360, "height": 740}


@dataclass
class Shown:
    """A page that is shown, and everything the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def showing(browser: Browser, address: str, **options: Any) -> Iterator[Shown]:
    """Show a page in a fresh context, and listen."""
    context = browser.new_context(**{"viewport": WIDE, **options})
    try:
        shown = Shown(context.new_page())
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.goto(address)
        yield shown
    finally:
        context.close()


def address(pages: Path, name: str, language: str = "en") -> str:
    """Say where a page is."""
    return (pages / f"{name}.{language}.html").as_uri()
