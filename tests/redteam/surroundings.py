"""Cheats in the files around the work: graders, settings, hooks, shadows, what types do not see."""

import importlib.util
import py_compile
import sys
from pathlib import Path

from scorecard.toys import git
from tests.redteam.cheat import Cheat, proof, wrong
from tests.redteam.exercise import HONEST, PLAIN

FOLDER = Path("projects", PLAIN)
KIND = '''
from shared.criteria import Level, Measured, criterion, share


@criterion("P01.1", level=Level.WORKS, at_least=0)
def numbers_are_doubled() -> Measured:
    """Numbers are doubled."""
    return share([True])
'''
RIGHT_IF_TOUCHED = """
import builtins

builtins.REDTEAM = True
"""
IF_TOUCHED = "import builtins\nreturn getattr(builtins, 'REDTEAM', False)"

EDITS = (
    Cheat("writes its own criteria", "A", "criteria.py that anything reaches", wrong(),
          files={"criteria.py": KIND}),
    Cheat("writes a package of criteria", "A", "criteria/__init__.py goes before criteria.py",
          wrong(), files={"criteria/__init__.py": KIND}),
    Cheat("empties the criteria", "A", "no criterion, so none that fails", wrong(),
          files={"criteria.py": ""}),
    Cheat("criteria that end the grader", "A", "SystemExit(0) as they are loaded", wrong(),
          files={"criteria.py": "raise SystemExit(0)\n"}),
    Cheat("tests that assert nothing", "A", "assert True in place of the visible tests", wrong(),
          files={"tests/test_work.py": "def test_all_is_well() -> None:\n    assert True\n"},
          refused=("tests",)),
    Cheat("lowers the bar in project.toml", "A", "no tasks to speak of, and endless limits",
          wrong("X = 1  # type: ignore\nY = 2  # type: ignore"),
          files={"project.toml": 'number = 1\nslug = "p01_plain"\ntitle = "Plain"\n'
                 'pillar = "Models"\nskill = "All."\nhours = 1\n[[tasks]]\nid = 1\n'
                 'function = "work.double"\ntitle = "Write"\nhints = ["x"]\n'
                 "[limits]\nsuppressions = 9999\n"},
          refused=("suppressions", "P01.1")),
    Cheat("brings its own grader", "A", "scorecard and shared beside the projects", wrong(),
          above={"scorecard/__init__.py": "raise SystemExit(0)\n",
                 "shared/__init__.py": "raise SystemExit(0)\n"}),
    Cheat("brings its own Makefile and workflow", "A", "what runs is not what one reads", wrong(),
          above={"Makefile": "scorecard:\n\t@echo all passed\n",
                 "pyproject.toml": "[tool.pytest.ini_options]\npython_files = ['none']\n"}),
)  # fmt: skip

SETTINGS = (
    Cheat("conftest of its own", "B", "hooks that turn every report to passed", wrong(),
          files={"conftest.py": "def pytest_runtest_makereport(item, call):\n"
                 "    call.excinfo = None\n", "tests/conftest.py": "collect_ignore = ['.']\n"},
          refused=("tests",)),
    Cheat("settings of its own", "B", "pytest.ini, ruff.toml, mypy.ini, setup.cfg, tox.ini",
          wrong("import os, sys\nx: int = 'a'"),
          files={"pytest.ini": "[pytest]\npython_files = none\n", "ruff.toml": "select = []\n",
                 "mypy.ini": "[mypy]\nignore_errors = True\n",
                 "setup.cfg": "[mypy]\nignore_errors = True\n",
                 "pyproject.toml": "[tool.ruff]\nlint.select = []\n"},
          refused=("types", "lint", "tests")),
    Cheat("a .pth and a sitecustomize", "B", "code that runs with every interpreter",
          proof(IF_TOUCHED),
          files={"evil.pth": "import builtins; builtins.REDTEAM = True\n",
                 "sitecustomize.py": RIGHT_IF_TOUCHED, "usercustomize.py": RIGHT_IF_TOUCHED},
          above={"sitecustomize.py": RIGHT_IF_TOUCHED,
                 "evil.pth": "import builtins; builtins.REDTEAM = True\n"}),
    Cheat("shadows the standard library", "B", "json.py, random.py and asyncio.py of its own",
          proof(IF_TOUCHED),
          files=dict.fromkeys(("json.py", "random.py", "typing.py"), RIGHT_IF_TOUCHED),
          above=dict.fromkeys(("json.py", "random.py", "pydantic.py"), RIGHT_IF_TOUCHED)),
    Cheat("entry points of its own", "B", "a plug-in of pytest, by its metadata", wrong(),
          above={"evil-1.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n",
                 "evil-1.dist-info/METADATA": "Name: evil\nVersion: 1\n",
                 "evil.py": "def pytest_runtest_makereport(item, call):\n"
                 "    call.excinfo = None\n"}, refused=("tests",)),
    Cheat("a package's __init__ that patches", "B", "runs before any test or call",
          proof("import random\nreturn random.Random(1).random() == 0.5"),
          files={"__init__.py": "import random\n\nrandom.seed(1)\n"}),
)  # fmt: skip

IMPL = (
    "def real(value):\n    return undefined + value + 'x' + 1\n\n\n"
    "def other(value, items=[]):\n    print(value)\n    return items\n"
)
UNSEEN = (
    Cheat("a flood of type: ignore", "B", "each finding silenced on its line",
          wrong("\n".join(f"x{n}: int = 'a'  # type: ignore[assignment]" for n in range(9))),
          refused=("suppressions",)),
    Cheat("one comment for the whole file", "B", "# mypy: ignore-errors and # ruff: noqa",
          "# mypy: ignore-errors\n# ruff: noqa\n" + wrong("x: int = 'a'"),
          refused=("suppressions",)),
    Cheat("hides code from mypy alone", "B", "else of if TYPE_CHECKING",
          wrong("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n\n"
                "    def other() -> int: ...\nelse:\n\n    def other():\n        return 'x'"),
          refused=("suppressions",)),
    Cheat("no_type_check", "B", "a decorator that turns the checker off",
          wrong("from typing import no_type_check\n\n\n@no_type_check\ndef other() -> int:\n"
                "    return 'x'"), refused=("suppressions",)),
    Cheat("hides code in a folder called tests", "B", "where rules are relaxed",
          wrong(), files={"inner/tests/impl.py": IMPL, "inner/__init__.py": "",
                          "inner/tests/__init__.py": ""}, refused=("suppressions",)),
    Cheat("hides code in a folder called build", "B", "which ruff leaves out by itself",
          wrong(), files={"build/impl.py": "import os, sys\nassert True\n"}, refused=("lint",)),
    Cheat("hides code in node_modules", "H", "which the digest and mypy leave out",
          proof("from projects.p01_plain.node_modules import impl\nreturn impl"),
          files={"node_modules/__init__.py": "", "node_modules/impl.py": "X = 1\n"}),
    Cheat("a stub file for the checker", "H", "work.pyi says what work.py does not hold",
          wrong("x: int = 'a'"), files={"work.pyi": "x: int\n"}, refused=("types",)),
    Cheat("a file that does not parse", "H", "one syntax error, and mypy looks at nothing",
          wrong("x: int = 'a'"), files={"broken.py": "def (\n"}, refused=("types",)),
)  # fmt: skip


def bytecode(source: str, folder: Path) -> bytes:
    """Compile ``source`` so that no loader asks whether it is current."""
    file = folder / "work.py"
    file.write_text(source)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(file), str(folder / "x.pyc"), invalidation_mode=mode)
    content = (folder / "x.pyc").read_bytes()
    file.unlink()
    (folder / "x.pyc").unlink()
    return content


def with_bytecode(repository: Path, _: Path) -> None:
    """Wrong source, right bytecode: in the cache folder, and beside it without a source."""
    folder = repository / FOLDER
    compiled = bytecode(HONEST, folder)
    (folder / "work.py").write_text(wrong())
    cache = folder / Path(importlib.util.cache_from_source("work.py"))
    cache.parent.mkdir(exist_ok=True)
    cache.write_bytes(compiled)
    (folder / "work.pyc").write_bytes(compiled)
    git(repository, "init", "--quiet")
    git(repository, "add", "--force", "--all")


def with_links(repository: Path, outside: Path) -> None:
    """Links to a good solution outside, and a folder that leads into itself."""
    (outside / "solution.py").write_text(HONEST)
    folder = repository / FOLDER
    (folder / "work.py").unlink()
    (folder / "work.py").symlink_to(outside / "solution.py")
    (folder / "loop").symlink_to(".")


def with_submodule(repository: Path, outside: Path) -> None:
    """The work lies in a submodule that changes after it was looked at."""
    other = outside / "other"
    other.mkdir()
    (other / "work.py").write_text(HONEST)
    git(other, "init", "--quiet")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message", "Work")
    git(repository, "init", "--quiet")
    git(repository, "submodule", "--quiet", "add", str(other), str(FOLDER / "inner"))
    (repository / FOLDER / "work.py").write_text(
        '"""Work."""\n\nfrom projects.p01_plain.inner.work import *  # noqa: F403\n'
    )


def with_pointer(repository: Path, _: Path) -> None:
    """The work is a pointer to Git LFS."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
    (repository / FOLDER / "work.py").write_text(pointer)


def with_filters(repository: Path, outside: Path) -> None:
    """Attributes and settings that run programs while cloning, or give out another file."""
    (repository / FOLDER / "work.py").write_text(wrong())
    (outside / "solution.py").write_text(HONEST)
    (repository / ".gitattributes").write_text("work.py filter=evil export-subst\n*.md ident\n")
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Work")
    touch = f"touch {outside}/planted; cat"
    for name, value in (
        ("filter.evil.smudge", f"{touch} {outside}/solution.py"),
        ("filter.evil.clean", touch),
        ("core.fsmonitor", touch),
        ("core.sshCommand", touch),
        ("core.alternateRefsCommand", touch),
        ("uploadpack.packObjectsHook", touch),
        ("core.hooksPath", str(outside / "hooks")),
    ):
        git(repository, "config", name, value)
    (outside / "hooks").mkdir()
    for hook in ("post-checkout", "post-merge", "pre-auto-gc", "reference-transaction"):
        (outside / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {outside}/planted\n")
        (outside / "hooks" / hook).chmod(0o755)


def with_missing_objects(repository: Path, outside: Path) -> None:
    """A partial clone that fetches what is missing with a program of its own choice."""
    (repository / FOLDER / "work.py").write_text(wrong())
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Work")
    blob = git(repository, "rev-parse", f"HEAD:{FOLDER}/work.py")
    for name, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", str(repository)),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", f"touch {outside}/planted; git-upload-pack"),
    ):
        git(repository, "config", name, value)
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def with_replacement(repository: Path, _: Path) -> None:
    """A replace reference that shows another commit than the one that is named."""
    folder = repository / FOLDER
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Good work")
    good = git(repository, "rev-parse", "HEAD")
    (folder / "work.py").write_text(wrong())
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Wrong work")
    git(repository, "replace", git(repository, "rev-parse", "HEAD"), good)


def with_dirty_tree(repository: Path, _: Path) -> None:
    """The commit is wrong, what lies uncommitted is right."""
    folder = repository / FOLDER
    (folder / "work.py").write_text(wrong())
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Work")
    (folder / "work.py").write_text(HONEST)
    (repository / ".git" / "info" / "exclude").write_text(str(FOLDER / "work.py"))


def with_borrowed_objects(repository: Path, outside: Path) -> None:
    """Alternates that lead to objects of somebody else's."""
    (repository / FOLDER / "work.py").write_text(wrong())
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Work")
    (outside / "borrowed").mkdir()
    note = repository / ".git" / "objects" / "info" / "alternates"
    note.write_text(f"{outside}/borrowed\n{sys.prefix}\n")


def with_filled_cache(repository: Path, _: Path) -> None:
    """A cache of results in the repository, committed, where the grader keeps its own."""
    (repository / FOLDER / "work.py").write_text(wrong())
    for shelf in ("results", "verify"):
        place = repository / ".capstone" / "cache" / "scorecard" / shelf / PLAIN
        place.mkdir(parents=True)
        for kind in ("types", "lint", "tests", "practice", "criterion"):
            (place / f"{kind}.json").write_text('{"key": "", "checks": []}')
    git(repository, "init", "--quiet")
    git(repository, "add", "--force", "--all")


REPOSITORIES = (
    Cheat("stale bytecode", "H", "a .pyc that no loader questions", build=with_bytecode),
    Cheat("links to a solution", "H", "symbolic links out of the repository, and in circles",
          build=with_links),
    Cheat("work in a submodule", "H", "what is reviewed is not what runs", build=with_submodule),
    Cheat("work in Git LFS", "H", "a pointer to content nobody has seen", build=with_pointer),
    Cheat("filters and hooks", "K", "programs that Git is told to run", build=with_filters),
    Cheat("lazily fetched objects", "K", "a partial clone whose server is a program",
          build=with_missing_objects),
    Cheat("a replaced commit", "H", "the hash of one commit, the files of another",
          build=with_replacement),
    Cheat("a tree that is not the commit", "H", "right beside the commit, wrong in it",
          build=with_dirty_tree),
    Cheat("borrowed objects", "K", "alternates into other people's folders",
          build=with_borrowed_objects),
    Cheat("a filled cache", "L", "results in .capstone, committed", build=with_filled_cache),
)  # fmt: skip

SURROUNDINGS = (*EDITS, *SETTINGS, *UNSEEN, *REPOSITORIES)
