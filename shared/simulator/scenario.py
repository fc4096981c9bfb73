"""Scenarios: drills with phases, from a TOML file.

::

    title = "An outage"
    [drill]                 # all the time
    error_500 = 0.001
    [[phase]]               # from second 30 to second 60
    from_s = 30
    to_s = 60
    drill = { overloaded_529 = 0.9 }
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError
from shared.simulator.drills import check_drill


class Phase(BaseModel):
    """A stretch of time, in seconds since the server started, with a drill of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_s: float = Field(ge=0)
    to_s: float = Field(gt=0)
    drill: dict[str, float]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    drill: dict[str, float] = Field(default_factory=dict)
    phase: list[Phase] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drill, and what phases change about it."""

    title: str
    drill: Mapping[str, float]
    phases: tuple[Phase, ...]

    def drill_at(self, elapsed_s: float) -> Mapping[str, float]:
        """Give the drill at this second; of overlapping phases the later in the file wins."""
        drill = dict(self.drill)
        for phase in self.phases:
            if phase.from_s <= elapsed_s < phase.to_s:
                drill.update(phase.drill)
        return drill


def read_scenario(path: Path) -> Scenario:
    """Read a scenario; raises ``ConfigurationError`` that says what is wrong with the file."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        told = _File.model_validate(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(path, str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _unusable(path, f"{place}: {first['msg']}") from None
    check_drill(told.drill)
    for phase in told.phase:
        check_drill({**told.drill, **phase.drill})
        if phase.to_s <= phase.from_s:
            raise _unusable(path, f"a phase ends at {phase.to_s:g} s, before it starts")
    return Scenario(told.title, told.drill, tuple(told.phase))


def _unusable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The scenario {path} cannot be used ({why}).",
        advice="Give a TOML file with [drill] and [[phase]] tables (from_s, to_s, drill).",
    )
