"""The documentation of the Python standard library installed here, as symbols to be found.

Knows names, docstrings and what they are used for; knows nothing of vectors or databases.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from projects.p07_advanced_rag.expansion import (
    Expansion,
    Situation,
    inherited,
    joined,
    read_expansions,
)
from projects.p07_advanced_rag.passages import Document, Passage, words, words_of
from shared.errors import CapstoneError
from shared.llm.messages import Frozen

COLLECTOR = Path(__file__).with_name("collect_stdlib.py")
COLLECT_TIMEOUT_S = 120.0
MODULES_THAT_MAY_CRASH = 5

CORE = words(
    """builtins argparse ast asyncio base64 bisect bz2 calendar collections concurrent configparser
    contextlib contextvars copy csv dataclasses datetime decimal difflib email enum fileinput
    filecmp fnmatch fractions functools gc getpass glob graphlib gzip hashlib heapq hmac html http
    importlib inspect io ipaddress itertools json keyword linecache locale logging lzma math
    mimetypes multiprocessing numbers operator os pathlib pickle pkgutil platform pprint queue
    random re sched secrets select selectors shelve shlex shutil signal smtplib socket socketserver
    sqlite3 ssl stat statistics string struct subprocess sys tarfile tempfile textwrap threading
    time timeit tomllib traceback tracemalloc types typing unicodedata unittest urllib uuid warnings
    wave weakref webbrowser xml zipfile zlib zoneinfo"""
)
"""Modules whose documentation people look for first; the others describe narrower trades."""


class StdlibError(CapstoneError):
    """The standard library's documentation could not be read."""


class Symbol(Frozen):
    """A public module, class, function, method or property, under the name its users know.

    ``aliases`` are other names of the same object; ``setting`` is the first sentence of the class's
    or module's documentation; ``expansion`` is what people do with it, in their own words.
    """

    name: str
    kind: Literal["module", "class", "function", "method", "property"]
    module: str
    owner: str
    signature: str
    doc: str
    aliases: tuple[str, ...] = ()
    setting: str = ""
    expansion: Expansion = Expansion()

    @property
    def summary(self) -> str:
        """The first paragraph of the documentation, on one line."""
        return first_paragraph(self.doc)

    @property
    def document(self) -> str:
        """What is indexed and quoted: the signature, then the docstring as it stands."""
        return f"{self.name}{self.signature}\n\n{self.doc}".strip()

    @property
    def core(self) -> bool:
        """Whether it belongs to a module that people look for first."""
        return self.module.split(".")[0] in CORE


async def read_symbols(python: Path = Path(sys.executable)) -> list[Symbol]:
    """Collect the public symbols of an interpreter's standard library, sorted by name.

    A module that kills the collecting process is left out and the rest is collected again.
    """
    unwanted: list[str] = []
    while True:
        status, lines = await asyncio.to_thread(_collect, python, unwanted)
        if status == 0:
            return canonical(lines)
        last = next((row["importing"] for row in reversed(lines) if "importing" in row), None)
        if not isinstance(last, str) or len(unwanted) >= MODULES_THAT_MAY_CRASH:
            raise StdlibError(
                f"{python} ended with status {status} while its modules were being read.",
                advice=f"Run `{python} -I -S {COLLECTOR}` and see what it says.",
            )
        unwanted.append(last)


def _collect(python: Path, unwanted: Iterable[str]) -> tuple[int, list[dict[str, object]]]:
    done = subprocess.run(
        [python, "-I", "-S", COLLECTOR, *unwanted],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=COLLECT_TIMEOUT_S,
        check=False,
        text=True,
        encoding="utf-8",
        cwd="/",
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def canonical(rows: Iterable[Mapping[str, object]]) -> list[Symbol]:
    """Keep one symbol per object, under its best name, and drop what nobody documented."""
    groups: dict[object, list[Mapping[str, object]]] = {}
    for row in rows:
        if "name" in row:
            groups.setdefault(row["identity"], []).append(row)
    best = [(min(group, key=_preference), group) for group in groups.values()]
    docs = {str(row["name"]): str(row["doc"]) for row, _ in best}
    named = {str(row["name"]): row for group in groups.values() for row in group}
    bases = {name: row["bases"] for name, row in named.items() if isinstance(row["bases"], list)}
    expansions = inherited(read_expansions(), bases, named)
    symbols = (_symbol(row, group, docs, expansions) for row, group in best)
    return sorted(
        (s for s in symbols if s.doc or s.expansion != Expansion() or _worth_keeping(s)),
        key=lambda s: s.name,
    )


def _preference(row: Mapping[str, object]) -> tuple[bool, int, int, str]:
    """Order the names of one object: a class's own name, then fewer dots, then the shorter."""
    name = str(row["name"])
    renamed = row["kind"] == "class" and name.rsplit(".", 1)[-1] != row["real"]
    return renamed, name.count("."), len(name), name


def _worth_keeping(symbol: Symbol) -> bool:
    return symbol.kind in ("class", "function") and symbol.core and symbol.name.count(".") == 1


def _symbol(
    row: Mapping[str, object],
    group: Iterable[Mapping[str, object]],
    docs: Mapping[str, str],
    expansions: Mapping[str, Expansion],
) -> Symbol:
    name, owner, module = str(row["name"]), str(row["owner"]), str(row["module"])
    names = {str(other["name"]) for other in group}
    known = joined(expansions[n] for n in (name, *sorted(names - {name})) if n in expansions)
    try:
        return Symbol.model_validate(
            {
                "name": name,
                "kind": row["kind"],
                "module": module,
                "owner": owner,
                "signature": row["signature"],
                "doc": row["doc"],
                "aliases": sorted(names - {name}),
                "setting": first_paragraph(docs.get(owner) or docs.get(module, ""))[:120],
                "expansion": known,
            }
        )
    except ValidationError as error:
        raise StdlibError(f"The collector's row for {name} is not a symbol ({error}).") from error


def documents_of(symbols: Iterable[Symbol]) -> list[Document]:
    """One document a symbol: its signature and docstring as they stand."""
    return [
        Document(
            id=symbol.name,
            text=symbol.document,
            attributes={
                "kind": symbol.kind,
                "weight": f"{weight(symbol):.2f}",
                "gist": gist(symbol),
            },
        )
        for symbol in symbols
    ]


def gist(symbol: Symbol) -> str:
    """Say in a line or two what a symbol is and what it is for."""
    uses = f"{', '.join(symbol.expansion.uses)}. " if symbol.expansion.uses else ""
    return f"{words_of(symbol.name)}. {uses}{symbol.summary}"[:400]


def weight(symbol: Symbol) -> float:
    """Say how likely people are to look for a symbol before they have asked anything."""
    known, inner = bool(symbol.expansion.uses), symbol.kind in ("method", "property")
    return (
        (1.0 if known else 0.0)
        - (0.0 if symbol.core else 1.0)
        - (0.5 if inner and not known else 0)
    )


def passages_of(symbol: Symbol) -> list[Passage]:
    """Give a symbol one passage for what its documentation says and one for each of its uses.

    A question is short and says what someone wants to do, so it lies nearer to a short phrase that
    says what people do with the symbol than to a docstring that says what it returns.
    """
    text, name = symbol.document, words_of(symbol.name)
    uses, usos = symbol.expansion.uses, symbol.expansion.usos
    told = f"{name} {name} {' '.join(map(words_of, symbol.aliases))} {', '.join(uses)}"
    whole = Passage(
        document_id=symbol.name,
        start=0,
        end=len(text),
        text=text,
        semantic=f"{name}. {symbol.summary}"[:600],
        english=f"{told} {symbol.summary}",
        portuguese=", ".join(usos),
    )
    phrases = [*uses, ", ".join(uses), *usos] if uses else []
    return [
        whole,
        *(
            whole.model_copy(update={"semantic": p, "english": "", "portuguese": ""})
            for p in dict.fromkeys(phrases)
        ),
        *(_passage_of(whole, situation) for situation in symbol.expansion.situations),
    ]


def _passage_of(whole: Passage, situation: Situation) -> Passage:
    """Find the document by a situation: by its meaning, and by its words in its own language."""
    words_in = {"en": "", "pt": ""} | {situation.language: situation.text}
    return whole.model_copy(
        update={
            "semantic": situation.text,
            "english": words_in["en"],
            "portuguese": words_in["pt"],
        }
    )


def first_paragraph(doc: str) -> str:
    """Return the first paragraph on one line, without a signature that C code repeats there."""
    paragraphs = [" ".join(part.split()) for part in doc.split("\n\n") if part.strip()]
    if len(paragraphs) > 1 and re.fullmatch(r"[\w.]+\(.*\)( ->.*)?", paragraphs[0]):
        return paragraphs[1]
    return paragraphs[0] if paragraphs else ""
