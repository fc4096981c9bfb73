"""Load a project's ``criteria.py``, or package ``criteria``: its facts and criteria, by code.

It is loaded by its path under a name of its own: importing it as a part of the project's package
would run that package's ``__init__``, which is the learner's. A package's own modules count as it
does: it need only import them, relatively.
"""

import importlib.util
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from scorecard.evals.expected import PACKAGE, CriteriaError, by_code
from shared.criteria import Criterion, Fact

GIVEN = frozenset({"subject", "seed"})


@dataclass(frozen=True)
class Declared:
    """The facts by name, and the criteria in the order of their codes."""

    facts: dict[str, Fact]
    criteria: tuple[Criterion, ...]

    def limited(self, codes: Collection[str]) -> "Declared":
        """Keep only the criteria named; all where none is."""
        kept = tuple(c for c in self.criteria if c.code in codes) if codes else self.criteria
        return Declared(self.facts, kept)

    def order(self, criterion: Criterion) -> tuple[Fact, ...]:
        """The facts a criterion stands on, each after the facts it needs itself."""
        graph: dict[str, tuple[str, ...]] = {}
        waiting = list(criterion.needs)
        while waiting:
            name = waiting.pop()
            if name not in graph and name not in GIVEN:
                graph[name] = tuple(need for need in self.facts[name].needs if need not in GIVEN)
                waiting += graph[name]
        return tuple(self.facts[name] for name in TopologicalSorter(graph).static_order())


def load_criteria(file: Path) -> Declared:
    """Import ``file``; raises ``CriteriaError`` for names that lead nowhere or in a circle."""
    package = file.name == PACKAGE
    name = f"criteria_of_{(file.parent.parent if package else file.parent).name}"
    for stale in [module for module in sys.modules if module.startswith(f"{name}.")]:
        del sys.modules[stale]
    inside = [str(file.parent)] if package else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise CriteriaError(f"{file} cannot be imported.", advice="Restore it from Git.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    values = list(_values(name))
    criteria = {value.code: value for value in values if isinstance(value, Criterion)}
    declared = Declared(
        facts={value.name: value for value in values if isinstance(value, Fact)},
        criteria=tuple(criteria[code] for code in sorted(criteria, key=by_code)),
    )
    _complete(declared)
    return declared


def _values(name: str) -> Iterator[object]:
    """Yield what the module holds, and the modules of its package, where it is one."""
    for loaded, module in list(sys.modules.items()):
        if loaded == name or loaded.startswith(f"{name}."):
            yield from vars(module).values()


def _complete(declared: Declared) -> None:
    known = GIVEN | declared.facts.keys()
    needs = {c.code: c.needs for c in declared.criteria}
    needs |= {f.name: f.needs for f in declared.facts.values()}
    for who, names in needs.items():
        if unknown := sorted(set(names) - known):
            raise CriteriaError(
                f"{who} needs {', '.join(unknown)}, and there is no such fact.",
                advice="Parameters name facts, `subject` or `seed`.",
            )
    try:
        TopologicalSorter({f.name: set(f.needs) - GIVEN for f in declared.facts.values()}).prepare()
    except CycleError as error:
        raise CriteriaError(
            f"Facts need each other in a circle: {' → '.join(error.args[1])}.",
            advice="Split one of them.",
        ) from error
