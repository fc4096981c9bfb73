"""Prompts as files, one a version: a changed prompt is a new file, and old results stay explained.

In a prompt ``%%{name}`` is a place for a value; nothing else is special, so prompts may hold
braces, dollars and percent signs as they are.
"""

from functools import lru_cache
from pathlib import Path
from string import Template

from shared.errors import CapstoneError


class PromptError(CapstoneError):
    """A prompt does not exist, or its values do not fit its places."""


class _Prompt(Template):
    delimiter = "%%"


@lru_cache(maxsize=32)
def _load(name: str, version: int) -> _Prompt:
    file = Path(__file__).with_name(f"{name}.v{version}.md")
    try:
        return _Prompt(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PromptError(
            f"There is no prompt {file.name}.", advice="Look into the prompts folder."
        ) from None


def render(name: str, version: int, **values: str) -> str:
    """Fill a prompt; raises ``PromptError`` for a place without a value or a value without one."""
    prompt = _load(name, version)
    places = set(prompt.get_identifiers())
    if places != values.keys():
        raise PromptError(
            f"Prompt {name} v{version} has places for {sorted(places)}, "
            f"and was given {sorted(values)}.",
            advice="Give exactly these values.",
        )
    return prompt.substitute(values).strip()
