"""Write to any terminal: what its encoding lacks becomes the nearest ASCII, never an error."""

import codecs
import unicodedata

ASCII = {
    "✓": "+",
    "✗": "x",
    "·": ".",
    "…": "...",
    "—": "-",
    "\N{EN DASH}": "-",
    "≥": ">=",
    "≠": "!=",
    "≤": "<=",
    "─": "-",
    "│": "|",
    "█": "#",
    "░": ".",
    "▒": "=",
    "→": "->",
    "“": '"',
    "”": '"',
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "╭": "+",
    "╮": "+",
    "╰": "+",
    "╯": "+",
    "\N{MULTIPLICATION SIGN}": "x",
    "º": "o",
    "ª": "a",
}
FALLBACK = "scorecard"


def plain(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in ASCII: a codec's error handler."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    told = "".join(map(_ascii, error.object[error.start : error.end]))
    return told, error.end


def _ascii(character: str) -> str:
    if character in ASCII:
        return ASCII[character]
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return bare or "?"


def encode_anything(*streams: object) -> None:
    """Let these streams write any text, whatever the terminal's encoding."""
    codecs.register_error(FALLBACK, plain)
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors=FALLBACK)
