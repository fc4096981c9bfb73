"""Write every mutant of some files as JSON lines: run by the interpreter that has mutmut.

Strings are left alone: they are messages and prompts, which tests of behaviour rightly ignore.
"""

import difflib
import json
import sys
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import create_mutations


def mutants(file: Path) -> list[dict[str, str | int]]:
    """Return each mutant as its whole source, with the line it is on and the lines that differ."""
    code = file.read_text(encoding="utf-8")
    module, found, _, _ = create_mutations(str(file), code)
    told: list[dict[str, str | int]] = []
    for mutation in found:
        if isinstance(mutation.original_node, libcst.BaseString):
            continue
        changed = module.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        diff = list(difflib.unified_diff(code.splitlines(), changed.code.splitlines(), n=0))
        if diff:
            line = int(diff[2].split()[1].split(",")[0].lstrip("-"))
            shown = "\n".join(diff[3:])
            told.append({"file": str(file), "line": line, "diff": shown, "code": changed.code})
    return told


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for one in mutants(Path(name)):
            sys.stdout.write(json.dumps(one) + "\n")
