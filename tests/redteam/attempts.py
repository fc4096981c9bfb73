"""Cheats against a real project, p02, and honest ways to write it: what each changes.

Every attempt starts from the reference and appends to one of its modules. A cheat that looks for
something is right exactly where it finds it; all others are wrong in a way of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.redteam.proofs import PROOFS, WHERE_IT_WORKS
from tests.redteam.written import (
    CHATTY,
    COUNTED,
    COUNTED_CHANGES,
    CRASHES,
    FORGOTTEN,
    GRANDCHILDREN,
    KNOWN_WORLDS,
    LAST_CALL,
    LAZY,
    OTHERS,
    PATCHED_PYDANTIC,
    PATCHED_WORKER,
    SLOWER,
    THREADED,
    TURNS,
)

LINTED, EXTRACTED, DAMAGED, GROWN = "P02.1c", "P02.4h", "P02.3c", "P02.6d"


@dataclass(frozen=True)
class Attempt:
    """One submission: what is appended to modules, what is added, and what it must not pass.

    A cheat must not pass all of ``codes``. An honest one names no class: each of ``codes`` must
    pass, and all where none is named.
    """

    name: str
    letter: str
    tries: str
    codes: tuple[str, ...]
    appended: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)


CHEATS = (
    *(
        Attempt(
            name, letter, "is right where it finds one", (LINTED,),
            {"schemas.py": WHERE_IT_WORKS.format(attack=body)},
        )
        for name, (letter, body) in PROOFS.items()
    ),
    Attempt("patches pydantic", "D", "equality, dumping", (LINTED,),
            {"schemas.py": PATCHED_PYDANTIC}),
    Attempt("patches the worker", "D", "what is sent", (LINTED,), {"schemas.py": PATCHED_WORKER}),
    Attempt("returns what changes while it is read", "E", "lazy values", (LINTED,),
            {"schemas.py": LAZY}),
    Attempt("compares with the last call", "I", "the order of the cases", (LINTED,),
            {"schemas.py": LAST_CALL}),
    Attempt("takes turns", "I", "the order of the cases", ("P02.7b", "P02.7c"),
            {"decoder.py": TURNS}),
    Attempt("counts its calls", "I", "the order of the cases", ("P02.5a", "P02.5b"),
            {"validation.py": COUNTED}),
    Attempt("compares and counts", "I", "the order of the cases", ("P02.1d",),
            {"schemas.py": COUNTED_CHANGES}),
    Attempt("knows the practice worlds", "I", "answers drawn beforehand", (EXTRACTED,),
            {"extraction.py": KNOWN_WORLDS}),
    Attempt("ends instead of refusing", "C", "exit code 0, a forged line", (DAMAGED,),
            {"parsing.py": CRASHES}),
    Attempt("works in grandchildren", "J", "time that nobody waits for", (GROWN,),
            {"partials.py": GRANDCHILDREN}),
    Attempt("has its children forgotten", "J", "books that nobody keeps", (GROWN,),
            {"partials.py": FORGOTTEN}),
)  # fmt: skip

HONEST = (
    Attempt("p02 restructured", "", "each module behind another name", (), moved={
        "schemas.py": "dialects.py", "parsing.py": "replies.py", "partials.py": "streams.py",
    }),
    Attempt("p02 slower", "", "4 ms a call", ("P02.1c", "P02.1d"), {"schemas.py": SLOWER}),
    Attempt("p02 chatty", "", "prints and logs", ("P02.5a", "P02.5b"),
            {"validation.py": CHATTY}),
    Attempt("p02 in threads", "", "follows in a thread", ("P02.6a", "P02.6b", "P02.6c", "P02.6d"),
            {"partials.py": THREADED}),
    Attempt("p02 with other libraries", "", "NumPy and YAML", ("P02.5a", "P02.5b", "P02.4h"),
            {"validation.py": OTHERS}),
)  # fmt: skip
