"""Examples shown in a prompt: pairs of an input and the output wanted for it."""

import re
from dataclasses import dataclass

from shared.simulator.reader.cues import side_of
from shared.simulator.reader.prompt import Block

LINE = re.compile(
    r"^[ \t]*(?:[-*][ \t]*)?(?:\*\*)?([A-Za-zÀ-ÿ][\w À-ÿ-]{0,24}?)(?:\*\*)?[ \t]*:[ \t]*(.*)$"
)
ARROW = re.compile(
    r"^[ \t]*(?:[-*•][ \t]*|\d{1,3}[.)][ \t]*)?[\"“'`]?(.{3,600}?)[\"”'`]?[ "
    r"\t]*(?:->|=>|→|⇒)[ \t]*[\"'`]?([^\n\"'`]{1,400})[\"'`]?[ \t]*$"
)


@dataclass(frozen=True, slots=True)
class Example:
    """An input and the output wanted for it."""

    input: str
    output: str
    from_turns: bool = False


def examples_in(text: str, *, labelled: bool = False) -> tuple[list[Example], str]:
    """Find the examples in a text; what is left of it comes second."""
    if ":" not in text and "->" not in text and "→" not in text and "=>" not in text:
        return [], text
    pairs: list[Example] = []
    rest: list[str] = []
    pending: list[str] | None = None
    output: list[str] | None = None
    for line in text.split("\n"):
        arrow = ARROW.match(line[:1_200])
        if arrow and pending is None:
            pairs.append(Example(arrow[1].strip(), arrow[2].strip()))
            continue
        found = LINE.match(line[:400])
        side = side_of(found[1]) if found else ""
        if side == "output" and pending is not None and found:
            output = [o for o in (line.partition(":")[2].strip(),) if o or labelled]
        elif side == "input" and found:
            _close(pairs, rest, pending, output)
            pending, output = [line.partition(":")[2].strip(' "')], None
        elif output is not None and not (line.strip() and len(output) < 60):
            _close(pairs, rest, pending, output)
            pending = output = None
        else:
            open_part = next((part for part in (output, pending) if part is not None), rest)
            open_part.append(line)
    _close(pairs, rest, pending, output)
    if len(pairs) < 2 and not labelled:
        return [], text
    return pairs, "\n".join(rest).strip("\n")


def _close(
    pairs: list[Example], rest: list[str], pending: list[str] | None, output: list[str] | None
) -> None:
    """End a pair; an input without an output is what is to be done."""
    if pending is None:
        return
    shown = "\n".join(pending).strip(' \n"')
    wanted = "\n".join(output or []).strip(' \n"')
    if wanted:
        pairs.append(Example(shown, wanted))
    elif shown:
        rest.extend(["", shown])


def pair_of(block: Block) -> Example | None:
    """Read an example whose input and output have tags of their own."""
    sides = {side_of(child.label): child.text.strip() for child in block.children}
    if "output" in sides and len(block.children) >= 2:
        shown = sides.get("input") or next(
            (c.text.strip() for c in block.children if side_of(c.label) != "output"), ""
        )
        return Example(shown, sides["output"])
    return None
