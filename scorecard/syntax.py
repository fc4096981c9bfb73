"""Parse Python source."""

import ast


def parse(text: str) -> ast.Module:
    """Parse ``text``; raises ``SyntaxError`` and its kin.

    CPython 3.11 sometimes raises ``SystemError`` over its own recursion count (cpython gh-106905)
    where nothing is wrong with the text. The second try succeeds.
    """
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)
