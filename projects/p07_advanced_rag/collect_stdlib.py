"""Print the public symbols of this interpreter's standard library, one JSON line each.

Run as a program of its own, with the standard library only, because importing two hundred modules
has side effects nobody wants in their process. Each module is announced before it is imported, so
whoever reads the lines knows which one brought the interpreter down.
"""

import builtins
import contextlib
import importlib
import inspect
import io
import json
import os
import pkgutil
import sys
import types
import warnings
from collections.abc import Iterator

SKIPPED = {
    "antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3", "ensurepip",
    "pydoc_data", "distutils", "msilib", "nt", "ntpath", "posix", "posixpath", "genericpath",
    "sre_compile", "sre_constants", "sre_parse", "nturl2path", "turtle", "opcode",
    "asyncore", "asynchat", "smtpd", "imp",
}  # fmt: skip
"""Modules with side effects, internals documented elsewhere, and what newer versions removed."""

SKIPPED_SUBMODULES = ("encodings.", "ctypes.macholib", "ctypes.test", "tkinter.", "curses.")
OBJECT_DOC = object.__doc__


def modules(unwanted: set[str]) -> Iterator[types.ModuleType]:
    """Import the public modules, announcing each; one that cannot be imported is left out."""
    for name in sorted(sys.stdlib_module_names):
        if name.startswith("_") or name in SKIPPED or name == "builtins":
            continue
        yield from _imported(name, unwanted)
    yield from _imported("os.path", unwanted)


def _imported(name: str, unwanted: set[str]) -> Iterator[types.ModuleType]:
    if name in unwanted or name.startswith(SKIPPED_SUBMODULES):
        return
    write({"importing": name})
    try:
        module = importlib.import_module(name)
    except BaseException:  # noqa: BLE001 (a module may even exit when imported)
        return
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not found.name.startswith("_"):
            yield from _imported(f"{name}.{found.name}", unwanted)


def public(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Yield what a module offers: ``__all__``, and the names it or its private half defines."""
    listed = frozenset(getattr(module, "__all__", ()))
    for name, thing in sorted(vars(module).items()):
        home = getattr(thing, "__module__", None)
        own = home in (None, module.__name__, f"_{module.__name__}") or module is builtins
        if listed:
            own = home == f"_{module.__name__}" or (
                hasattr(module, "__path__") and str(home).startswith(f"{module.__name__}.")
            )
        elif not own:
            own = any(part.startswith("_") for part in str(home).split("."))
        if callable(thing) and (name in listed or (own and name[:1] != "_")):
            yield name, thing
    for name in sorted(listed - set(vars(module))):  # made when first asked for
        with contextlib.suppress(AttributeError):
            yield name, getattr(module, name)


def members(thing: type) -> Iterator[tuple[str, object]]:
    """Yield the public methods and properties of a class, those of its private bases included."""
    found: dict[str, object] = {}
    for base in thing.__mro__:
        private = base.__name__.startswith("_") or base.__module__.startswith("_")
        if base is thing or private:
            found = vars(base) | found
    for name, member in sorted(found.items()):
        if name[:1] == "_":
            continue
        inner = getattr(member, "__func__", member)
        if inspect.isroutine(inner) or isinstance(
            inner, property | types.GetSetDescriptorType | types.MemberDescriptorType
        ):
            yield name, inner


def identity(thing: object) -> int:
    """Give one number to one function, however it is bound."""
    return id(getattr(thing, "__func__", thing))


def text_of(thing: object) -> str:
    """Return a docstring of the thing's own."""
    doc = thing.__doc__
    if not isinstance(doc, str) or doc == OBJECT_DOC:
        return ""
    return inspect.cleandoc(doc)


def signature_of(thing: object) -> str:
    """Return the signature, or nothing where C code does not tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(inspect.signature(thing))  # type: ignore[arg-type]  # raises TypeError
    except Exception:  # noqa: BLE001 (a default value may be evaluated here, and fail anyhow)
        return ""


def bases_of(thing: object) -> tuple[type, ...]:
    """List the classes a class inherits from, nearest first."""
    return thing.__mro__[1:] if isinstance(thing, type) else ()


def emit(name: str, kind: str, thing: object, module: str, owner: str = "") -> None:
    """Write one symbol."""
    row = {
        "name": name,
        "kind": kind,
        "module": module,
        "owner": owner,
        "signature": signature_of(thing)[:300],
        "doc": text_of(thing),
        "identity": identity(thing),
        "real": str(getattr(thing, "__name__", "")),
        "bases": [f"{base.__module__}.{base.__qualname__}" for base in bases_of(thing)],
    }
    write(row)


def write(row: dict[str, object]) -> None:
    """Write one line past any redirection; whole lines survive a crash of what comes next."""
    if sys.__stdout__:
        sys.__stdout__.write(json.dumps(row) + "\n")
        sys.__stdout__.flush()


def emit_things(module: str, prefix: str, things: Iterator[tuple[str, object]]) -> None:
    """Write functions and classes, with the methods of the latter."""
    for name, thing in things:
        if isinstance(thing, type):
            emit(prefix + name, "class", thing, module)
            for inner, member in members(thing):
                kind = "method" if inspect.isroutine(member) else "property"
                emit(f"{prefix}{name}.{inner}", kind, member, module, owner=prefix + name)
        elif inspect.isroutine(thing) or hasattr(thing, "__wrapped__"):
            emit(prefix + name, "function", thing, module)


def main() -> None:
    """Write every symbol; argument names are modules to leave alone."""
    warnings.simplefilter("ignore")
    sys.argv, unwanted = sys.argv[:1], set(sys.argv[1:])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        emit_things("builtins", "", public(builtins))
        for module in modules(unwanted):
            emit(module.__name__, "module", module, module.__name__)
            name = "os.path" if module is os.path else module.__name__
            emit_things(name, f"{name}.", public(module))
    if sys.__stdout__:
        sys.__stdout__.flush()
    os._exit(0)  # threads and exit handlers of the imported modules are of no interest


if __name__ == "__main__":
    main()
