"""Run a program that reads the learner's files without executing them, and keep its output."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import CapstoneError

MOST_OUTPUT = 32 << 20


class ToolError(CapstoneError):
    """A tool is missing, took too long or said too much."""


@dataclass(frozen=True)
class Ran:
    """How it ended and what it said."""

    code: int
    output: str
    errors: str


async def run_tool(
    program: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float
) -> Ran:
    """Run ``program`` to its end; raises ``ToolError`` where it has none."""
    try:
        process = await asyncio.create_subprocess_exec(
            *program,
            cwd=folder,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(
            f"{program[0]} cannot be started ({error}).", advice="Install it."
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            output, errors = await process.communicate()
    except TimeoutError:
        raise ToolError(f"{program[0]} took longer than {timeout_s:g} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if len(output) > MOST_OUTPUT:
        raise ToolError(f"{program[0]} wrote more than {MOST_OUTPUT >> 20} MB.")
    return Ran(
        process.returncode or 0, output.decode(errors="replace"), errors.decode(errors="replace")
    )
