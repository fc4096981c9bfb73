"""Keep the table of criteria in each project's brief as the code has it, in both languages.

The table stands between ``<!-- criteria:begin -->`` and ``<!-- criteria:end -->``. Codes, levels
and thresholds come from the criteria, Portuguese titles from ``project.pt-BR.toml``.
"""

import re
from pathlib import Path

from scorecard.catalog.translated import read_translation, translate_check
from scorecard.evals.expected import criteria_file, expected_criteria
from scorecard.learn.errors import LearnError
from scorecard.learn.guide import brief_name
from scorecard.locale import LANGUAGES, Language, say

BEGIN, END = "<!-- criteria:begin -->", "<!-- criteria:end -->"
BLOCK = re.compile(rf"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("code", "level", "criterion", "threshold"),
    "pt-BR": ("código", "nível", "critério", "limite"),
}


def criteria_table(folder: Path, language: Language) -> str:
    """Write the table of a project's criteria, markers included."""
    words = read_translation(folder, language)
    rows = [
        f"| {check.code} | {check.level} | {check.title} | {check.threshold} |"
        for check in (translate_check(c, words) for c in expected_criteria(criteria_file(folder)))
    ]
    head = f"| {' | '.join(HEADS[language])} |\n|---|---|---|---|"
    return "\n".join([BEGIN, head, *rows, END])


def renewed(text: str, folder: Path, language: Language) -> str:
    """Return a brief with its table as the code has it; raises ``LearnError`` without a place."""
    if not BLOCK.search(text):
        raise LearnError(
            say("{file} has no place for its table.", file=f"{folder.name}/{brief_name(language)}"),
            advice=say("Put {begin} and {end} where it belongs.", begin=BEGIN, end=END),
        )
    table = criteria_table(folder, language)
    return BLOCK.sub(lambda _: table, text, count=1)


def renew_briefs(folder: Path) -> list[Path]:
    """Rewrite the tables of both briefs; return the files that changed."""
    changed: list[Path] = []
    for language in LANGUAGES:
        file = folder / brief_name(language)
        text = file.read_text(encoding="utf-8")
        new = renewed(text, folder, language)
        if new != text:
            file.write_text(new, encoding="utf-8")
            changed.append(file)
    return changed
