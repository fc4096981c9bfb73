"""Write every mutant of some files' tasks as JSON lines: run by the interpreter that has mutmut.

Only what a learner writes is changed, the bodies of the tasks. Strings are left alone: they are
messages and prompts, which tests of behaviour rightly ignore.
"""

import difflib
import json
import re
import sys
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import create_mutations

MARK = re.compile(r"\s*# task (\d+): (begin|end)")


def tasks_by_line(code: str) -> dict[int, int]:
    """Say of each line of a task's body which task it is of."""
    told: dict[int, int] = {}
    current = 0
    for number, line in enumerate(code.splitlines(), start=1):
        if mark := MARK.match(line):
            current = int(mark[1]) if mark[2] == "begin" else 0
        elif current:
            told[number] = current
    return told


def mutants(file: Path) -> list[dict[str, str | int]]:
    """Return each mutant as its whole source, with the line it is on and the lines that differ."""
    code = file.read_text(encoding="utf-8")
    tasks = tasks_by_line(code)
    if not tasks:
        return []
    module, found, _, _ = create_mutations(str(file), code)
    told: list[dict[str, str | int]] = []
    for mutation in found:
        if isinstance(mutation.original_node, libcst.BaseString):
            continue
        changed = module.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        diff = list(difflib.unified_diff(code.splitlines(), changed.code.splitlines(), n=0))
        if not diff:
            continue
        line = int(diff[2].split()[1].split(",")[0].lstrip("-"))
        if task := tasks.get(line):
            shown = "\n".join(diff[3:])
            told.append(
                {
                    "file": str(file),
                    "line": line,
                    "task": task,
                    "diff": shown,
                    "code": changed.code,
                }
            )
    return told


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for one in mutants(Path(name)):
            sys.stdout.write(json.dumps(one) + "\n")
