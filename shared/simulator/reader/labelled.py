"""Labels in a text that are a field's name, a slip of the typist forgiven."""

import re

from shared.simulator.reader.meaning import Field, stems_of


def close_to(word: str, group: tuple[str, ...]) -> bool:
    """Tell whether a word is among a group but for one slip of the typist."""
    return any(len(o) >= 4 and len(word) >= 4 and _one_slip(word, o) for o in group)


def _one_slip(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        wrong = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        swapped = len(wrong) == 2 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        return len(wrong) <= 1 or swapped
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def labelled_in(text: str, field: Field) -> str:
    """Read the text after a label that has the field's own name."""
    wanted = set(field.name_words)
    for mark in re.finditer(
        r"^[ \t]*(?:[-*][ \t]*)?\**([A-Za-zÀ-ÿ][\w À-ÿ/-]{0,40}?)\**[ \t]*:\**[ \t]*(\S[^\n]*)$",
        text,
        re.MULTILINE,
    ):
        named = set(stems_of(mark[1]))
        if wanted and named and (wanted <= named or named <= wanted):
            return mark[2].strip()
    return ""
