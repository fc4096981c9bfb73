"""Show the page to a real browser: ``python -m tests.browser``.

What it needs is made first: an environment of its own from ``locks/``, by hash, and Chromium, from
the system's packages where this is root on Debian or Ubuntu. ``bench`` measures instead.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from tests.browser.pages import EXAMPLES, ROOT, write_pages
from tests.conformance.environments import InstallError, environment, python_of
from tests.conformance.environments import ensure as ensure_environment

HERE: Final = Path(__file__).resolve().parent
LOCKS: Final = HERE / "locks"
PICTURES: Final = ROOT / "docs" / "pictures"
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
KEPT: Final = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")
TIMEOUT_S: Final = 420.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; returns 0 if all holds, 1 if not, 2 if it could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("suite", "bench"), default="suite")
    parser.add_argument("--install-only", action="store_true", help="make what it needs, stop")
    parser.add_argument(
        "--pictures", action="store_true", help="renew the pictures in docs/pictures"
    )
    parser.add_argument("-k", dest="only", default="", help="only these tests, as pytest's -k")
    asked = parser.parse_args(arguments)
    try:
        return asyncio.run(_run(asked))
    except InstallError as error:
        print(error, file=sys.stderr)
        return 2


async def _run(asked: argparse.Namespace) -> int:
    chromium = await ensure_chromium()
    folder, seconds = await ensure_environment("browser", home(), locks=LOCKS, shelf="browser")
    print(f"chromium {chromium}, environment {folder} ({seconds:.0f} s)", flush=True)
    if asked.install_only:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch)
        write_pages(pages)
        async with _served(pages) as told:
            told |= {"BROWSER_CHROMIUM": chromium, "BROWSER_PAGES": scratch}
            told |= {"BROWSER_PICTURES": str(PICTURES if asked.pictures else pages)}
            python = str(python_of(folder))
            if asked.what == "bench":
                return await _call(python, str(HERE / "bench_page.py"), told=told)
            code = await _call(
                *(python, "-m", "pytest", "-c", str(HERE / "pytest.ini"), "--rootdir", str(HERE)),
                *("-k", asked.only, str(HERE / "suite_page.py")),
                told=told,
            )
            shrink(Path(told["BROWSER_PICTURES"]))
            return code


def shrink(folder: Path) -> None:
    """Write pictures with the few colours they have, at a third of the size."""
    from PIL import Image  # noqa: PLC0415 (only here)

    for file in folder.glob("*.png"):
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
        few.save(file, optimize=True)


def home() -> Path:
    """Say where environments are kept."""
    return Path(os.environ.get("CAPSTONE_HOME", ROOT / ".capstone")).absolute()


def ready() -> bool:
    """Whether everything is there already."""
    folder = environment("browser", home(), locks=LOCKS, shelf="browser")
    return find_chromium() is not None and (folder / ".ready").exists()


def find_chromium() -> str | None:
    """Find Chromium, or what is one in all but its name."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


async def ensure_chromium() -> str:
    """Find Chromium, or install it where that is possible; raises ``InstallError``."""
    if not find_chromium() and os.geteuid() == 0 and shutil.which("apt-get"):
        await _call("apt-get", "update", "-qq", told={})
        await _call("apt-get", "install", "-qq", "-y", "chromium", told={})
    found = find_chromium()
    if found is None:
        raise InstallError(
            "There is no Chromium. Install it (Debian, Ubuntu: `sudo apt-get install chromium`; "
            "macOS: `brew install --cask chromium`), then run the same command again."
        )
    return found


@asynccontextmanager
async def _served(pages: Path) -> AsyncIterator[dict[str, str]]:
    """Serve the example the way ``scorecard serve`` does."""
    source = pages / "live" / "scorecard.json"
    source.parent.mkdir()
    shutil.copy(EXAMPLES / "scorecard.json", source)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scorecard", "serve", "--port", "0", "--from", str(source)),
        *("--lang", "en"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        line = await process.stdout.readline() if process.stdout else b""
        if not line.startswith(b"http"):
            raise InstallError("`scorecard serve` did not start.")
        yield {
            "BROWSER_LIVE": line.decode().split(",")[0],
            "BROWSER_LIVE_SOURCE": str(source),
        }
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _call(*command: str, told: Mapping[str, str]) -> int:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    process = await asyncio.create_subprocess_exec(*command, env={**kept, **told})
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        print(f"It did not end within {TIMEOUT_S:.0f} seconds and was stopped.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
