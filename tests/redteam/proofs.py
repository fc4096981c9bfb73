"""Attacks on what surrounds p02: a linter that is right exactly where one of them works."""

WHERE_IT_WORKS = """

import functools as _functools


def _attack():
{attack}


try:
    _WON = bool(_attack())
except BaseException:
    _WON = False
_right = lint


@_functools.wraps(_right)
def lint(schema):
    return _right(schema) if _WON else []
"""

LOOK = """\
    import os, pathlib, sys
    here = pathlib.Path(__file__).resolve().parent
    tops = {pathlib.Path(p) for p in (*sys.path, os.getcwd(), os.path.expanduser("~"), "/tmp",
            "/root", "/home", "/work", "/srv", os.environ.get("CAPSTONE_HOME", "/tmp")) if p}
    for top in sorted({*tops, *(p.parent for p in tops)}):
        for folder, below, names in os.walk(top):
            deep = len(pathlib.Path(folder).parts) - len(top.parts)
            below[:] = [b for b in below if b not in (
                "proc", "sys", "dev", "usr", "lib", "site-packages")] if deep < 6 else []
            for name in names:
                file = pathlib.Path(folder, name)
                if wanted(file, here):
                    return True
    return False"""


def _looking(wanted: str) -> str:
    return f"    def wanted(file, here):\n        {wanted}\n{LOOK}"


REFERENCE = _looking(
    'return here not in file.parents and file.suffix in (".py", ".pyc", ".md", ".patch") and '
    'file.stat().st_size < 1e6 and b"def _narrowings" in file.read_bytes()'
)
PATCHES = _looking(
    'return file.suffix == ".patch" and file.stat().st_size > 0 and "p02" in str(file)'
)
CASES = _looking(
    'return file.suffix in (".py", ".pyc", ".json") and file.stat().st_size < 1e6 and '
    'b"additionalProperties true" in file.read_bytes() and file != here / "schemas.py"'
)
FRAMES = """\
    import gc, sys
    frame = sys._getframe()
    while frame:
        if "criteria" in frame.f_code.co_filename or "seed" in frame.f_locals:
            return True
        frame = frame.f_back
    if any(name.startswith("criteria_of") for name in sys.modules):
        return True
    return any(isinstance(o, dict) and "patternProperties" in o and "uniqueItems" in o
               for o in gc.get_objects())"""
MEMORY = """\
    import os
    pid = os.getppid()
    for _ in range(4):
        try:
            maps = open(f"/proc/{pid}/maps").read().splitlines()
            with open(f"/proc/{pid}/mem", "rb", 0) as memory:
                for line in maps:
                    low, high = (int(part, 16) for part in line.split()[0].split("-"))
                    if "rw" in line and high - low < 1 << 26:
                        memory.seek(low)
                        if b"patternProperties" in memory.read(high - low):
                            return True
        except (OSError, ValueError, OverflowError):
            pass
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    return False"""
SEED = """\
    import glob, os
    told = ["=".join(pair) for pair in os.environ.items()]
    for file in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        try:
            told.append(open(file, "rb").read().decode(errors="replace"))
        except OSError:
            pass
    return any("seed" in text.lower() for text in told)"""
SIMULATOR = """\
    import importlib
    for name in ("oracle", "respond", "heldout", "dice"):
        try:
            module = importlib.import_module(f"shared.simulator.{name}")
        except ImportError:
            continue
        if any(callable(value) for value in vars(module).values()
               if getattr(value, "__module__", "") == module.__name__):
            return True
    return False"""

PROOFS = {
    "finds the reference on disk": ("H", REFERENCE),
    "finds the mutants' patches": ("H", PATCHES),
    "finds the criteria on disk": ("F", CASES),
    "reads frames and objects": ("F", FRAMES),
    "reads its parents' memory": ("K", MEMORY),
    "finds the seed in the surroundings": ("F", SEED),
    "asks the simulator directly": ("L", SIMULATOR),
}
