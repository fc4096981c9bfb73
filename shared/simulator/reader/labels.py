"""The labels that a prompt offers: listed, in bullets, or by examples alone."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from shared.simulator.reader.examples import Example
from shared.simulator.reader.words import fold


def told_of(label: str, hint: str, labels: Mapping[str, str]) -> str:
    """Find what is said of one label in a description or the orders: ``label: …``."""
    if not hint:
        return ""
    shown = re.escape(label).replace("_", "[_ ]").replace("\\-", "[- ]")
    found = re.search(
        rf"(?:^|[\s\"'`*(\[-]){shown}[\"'`*]{{0,3}}\s*(?:[:=\u2013—-]|\()\s*([^\n;]{{3,300}})",
        hint,
        re.IGNORECASE,
    )
    if not found:
        return ""
    told = found[1]
    for other in labels:
        if other != label:
            at = re.search(rf"[\s,.;]{re.escape(other)}[\"'`*]{{0,3}}\s*(?:[:=\u2013—-]|\()", told)
            if at:
                told = told[: at.start()]
    return told.rstrip(")")


def label_in(output: str, labels: Mapping[str, str]) -> str:
    """Find which label an output names."""
    bare = fold(output.strip(" .\"'`*\n"))
    for name in labels:
        if fold(name) == bare:
            return name
    found = [name for name in labels if re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", bare)]
    return found[0] if len(found) == 1 else ""


LISTED = re.compile(
    r"(?:labels?|categor(?:y|ies|ias?)|class(?:es)?|intents?|topics?|"
    r"options?|one of|r[oó]tulos?|etiquetas?|classes|departments?|"
    r"either|uma das?|um dos?|entre|as|into|em)"
    r"[^:\n.]{0,60}?(?::|\bare\b|\bof\b|\bas\b|\binto\b|\beither\b|"
    r"\bs[aã]o\b|\bem\b|\bcomo\b)\s*\n?((?:\s*[-*•]?\s*[\"'`*]{0,"
    r"2}[\w/&+ -]{1,40}[\"'`*]{0,2}\s*(?:,|;|\||/|\bor\b|\band\b|"
    r"\bou\b|\be\b|\n(?=\s*[-*•\"'`\w]))){1,40}\s*[-*•]?\s*(?:or "
    r"|and |ou |e )?[\"'`*]{0,2}[\w/&+ -]{1,40}[\"'`*]{0,2})",
    re.IGNORECASE,
)


BULLETED = re.compile(
    (
        r"^[ \t]*[-*•][ \t]*[\"'`*]{0,3}([\w/&+ -]{1,40}?)[\"'`*]{0,"
        r"3}[ \t]*(?:[:\u2013—(-][ \t]*(.{0,300}))?$"
    ),
    re.MULTILINE,
)


def labels_in(orders: str, examples: Sequence[Example] = ()) -> dict[str, str]:
    """Find the labels a prompt lists, with what it says of each."""
    text = orders[:20_000]
    bullets = BULLETED.findall(text)
    if 2 <= len(bullets) <= 60 and all(len(name.split()) <= 4 for name, _ in bullets):
        return {name.strip(): told.strip(" )") for name, told in bullets}
    best: list[str] = []
    for match in LISTED.finditer(text):
        names = re.split(r"\s*(?:,|;|\||/|\n|\bor\b|\band\b|\bou\b|\be\b)\s*", match[1])
        clean = [re.sub(r"^[-*•\s\"'`]+|[\"'`*\s.]+$", "", n) for n in names]
        clean = [n for n in dict.fromkeys(clean) if n and len(n.split()) <= 4]
        if len(clean) > len(best):
            best = clean
    if len(best) >= 2:
        return {name: told_of(name, text, dict.fromkeys(best, "")) for name in best}
    outputs = Counter(
        e.output for e in examples if len(e.output.split()) <= 4 and "{" not in e.output
    )
    return dict.fromkeys(outputs, "") if len(outputs) >= 2 else {}
