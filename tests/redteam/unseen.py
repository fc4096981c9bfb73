"""Cheats that keep code from the eyes of mypy, of ruff or of whoever reads it."""

from tests.redteam.cheat import Cheat, proof, wrong
from tests.redteam.exercise import HONEST

ILL = "x: int = 'a'"
SILENT = ("suppressions",)
IN_ESCAPES = "# -*- coding: raw_unicode_escape -*-\n"
IN_UTF_7 = "# coding: utf-7\n"


def _hides(name: str, tries: str, head: str, refused: tuple[str, ...] = SILENT) -> Cheat:
    return Cheat(name, "B", tries, wrong(head), refused=refused)


BY_NAME = (
    _hides("a name for Python 2", "mypy takes PY2 for false, whatever it holds",
           f"PY2 = not ''\nif PY2:\n    {ILL}"),
    _hides("a name for Python 3", "mypy takes PY3 for true, whatever it holds",
           f"PY3 = ''\nif not PY3:\n    {ILL}"),
    _hides("a platform of its own", "mypy knows sys.platform by its looks",
           "from types import SimpleNamespace\n\nsys = SimpleNamespace(platform='lol')\n"
           f"if sys.platform == 'lol':\n    {ILL}"),
    _hides("a platform that is set", "sys.platform becomes another before it is asked",
           f"import sys\n\nsys.platform = 'lol'\nif sys.platform == 'lol':\n    {ILL}"),
    _hides("asserts that nobody checks types", "mypy reads no further; Python does",
           f"from typing import TYPE_CHECKING\n\nassert not TYPE_CHECKING\n{ILL}"),
    _hides("half of a condition", "TYPE_CHECKING or something; the rest hides in else",
           "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING or '':\n    pass\nelse:\n"
           f"    {ILL}"),
    _hides("what stands after or", "TYPE_CHECKING or f(…), whose arguments nobody checks",
           "from typing import TYPE_CHECKING\n\n\ndef f() -> int:\n    return 1\n\n\n"
           "TYPE_CHECKING or f('a')"),
    _hides("no_type_check by another name", "imported as something else",
           "from typing import no_type_check as quiet\n\n\n@quiet\ndef other() -> int:\n"
           "    return 'x'"),
)  # fmt: skip

BY_COMMENT = (
    Cheat("one type: ignore above all", "B", "above the first statement it means the whole file",
          wrong(), files={"impl.py": f'# type: ignore\n"""Impl."""\n\n{ILL}\n'}, refused=SILENT),
    _hides("ruff switched off for a while", "ruff: disable, from here to there",
           "# ruff: disable[F401]\nimport os\n# ruff: enable[F401]"),
    _hides("ruff told to ignore, twice", "ruff: ignore, which is no noqa",
           "import os  # ruff: ignore[F401]\nimport abc  # ruff: ignore[F401]"),
    _hides("ruff told to ignore a file", "ruff: file-ignore", "# ruff: file-ignore[F401]"),
    _hides("imports that nobody sorts", "isort: skip_file", "# isort: skip_file"),
)  # fmt: skip

BY_PLACE = (
    Cheat("a comment that holds a line of code", "B", "in this encoding \\u000a ends a comment",
          IN_ESCAPES + wrong("# \\u000ax: int = 'a'"), refused=("types",)),
    Cheat("a solution in an encoding", "H", "reads as a comment, runs as code",
          IN_ESCAPES + wrong("", "# \\u000adef halve(number: float) -> float:"
                             "\\u000a    return number / 2"), refused=("P01.2", "types")),
    Cheat("a solution in another encoding", "H", "UTF-7 writes a line's end as +AAo-",
          IN_UTF_7 + wrong("", "# +AAo-def halve(number: float) -> float:"
                           "+AAo-    return number / 2+AAo-"), refused=("P01.2", "types")),
    Cheat("a package of the module's name", "H", "Python takes work/, everybody reads work.py",
          wrong(), files={"work/__init__.py": HONEST}, refused=("types",)),
    Cheat("runs a text file", "H", "runpy reads code where nobody looks for any",
          proof("import runpy\n"
                "return runpy.run_path(__file__.replace('work.py', 'impl.txt'))['X']"),
          files={"impl.txt": "X = 1\n"}, refused=SILENT),
    Cheat("runs marshalled code", "H", "a code object out of bytes",
          proof("import marshal\nreturn marshal.loads(b'i\\x01\\0\\0\\0')"), refused=SILENT),
    Cheat("a module called criteria.py", "B", "below a folder, where ruff asks less", wrong(),
          files={"inner/__init__.py": "", "inner/criteria.py": "X = 1\n"}, refused=SILENT),
)  # fmt: skip

PRINTS = (
    Cheat("prints by another name", "B", "say = print", wrong("say = print\nsay('x')"),
          refused=("logged",)),
    Cheat("prints through builtins", "B", "builtins.print",
          wrong("import builtins\n\nbuiltins.print('x')"), refused=("logged",)),
    Cheat("writes to the terminal", "B", "sys.stdout.write",
          wrong("import sys\n\nsys.stdout.write('x')"), refused=("logged",)),
    Cheat("is nearly called __main__", "B", "not__main__.py ends as a command does", wrong(),
          files={"not__main__.py": "print('x')\n"}, refused=("logged",)),
)  # fmt: skip

UNSEEN = (*BY_NAME, *BY_COMMENT, *BY_PLACE, *PRINTS)
