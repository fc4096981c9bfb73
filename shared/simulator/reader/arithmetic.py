"""Arithmetic in the head: exact up to a number of digits, slightly wrong beyond it."""

import ast
import re
from dataclasses import dataclass

from shared.simulator.reader.words import fold

WORDS = (
    (r"\b(?:plus|added to|mais|somado a)\b", "+"),
    (r"\b(?:minus|less|menos|subtracted by)\b", "-"),
    (
        (
            r"\b(?:times|multiplied by|vezes|multiplicado por)\b|\u00d7|"
            r"(?<=\d)\s*x\s*(?=\d)|(?<=\))\s*x\s*(?=[\d(])"
        ),
        "*",
    ),
    (r"\b(?:divided by|over|dividido por)\b|÷", "/"),
    (r"\b(?:to the power of|elevado a)\b|\^", "**"),
    (r"%\s*(?:of|de|do|da)\b|\b(?:percent|por cento)\s+(?:of|de|do|da)\b", "/100*"),
)
EXPRESSION = re.compile(r"[\d(][\d\s.()+*/-]*[+*/-][\d\s.()+*/-]*[\d)]")
LONGEST = 200
HIGHEST = 1e15


@dataclass(frozen=True, slots=True)
class Sum:
    """An expression, its value, and the digits of its longest operands."""

    expression: str
    value: float
    digits: int


def sum_in(text: str) -> Sum | None:
    """Find an expression of numbers in a text and work it out; dates and codes are none."""
    folded = fold(text[:4_000])
    folded = re.sub(r"(?<=\d),(?=\d{3}\b)", "", folded)
    for pattern, mark in WORDS:
        folded = re.sub(pattern, f" {mark} ", folded)
    best = max((m[0] for m in EXPRESSION.finditer(folded)), key=len, default="")
    expression = best.strip()
    if len(expression) > LONGEST or not re.search(r"\d\)*\s*(?:\*\*|[+*/-])\s*\(*\d", expression):
        return None
    if re.search(r"\d-\d+-\d|\d/\d+/\d|\b0\d", expression) or re.fullmatch(r"\d+-\d+", expression):
        return None
    try:
        tree = ast.parse(expression.replace("  ", " "), mode="eval")
        value, digits = _work(tree.body, 0)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return None
    return Sum(expression, value, digits)


def _work(node: ast.expr, depth: int) -> tuple[float, int]:
    """Work a tree out: its value, and the most digits on the smaller side of any one step."""
    if depth > 40:
        raise ValueError("too deep")
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value, 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value, digits = _work(node.operand, depth + 1)
        return -value, digits
    if isinstance(node, ast.BinOp):
        return _step(node, depth)
    raise ValueError("not arithmetic")


def _step(node: ast.BinOp, depth: int) -> tuple[float, int]:
    """Work one operation out."""
    left, deep_left = _work(node.left, depth + 1)
    right, deep_right = _work(node.right, depth + 1)
    if (
        abs(left) > HIGHEST
        or abs(right) > HIGHEST
        or (isinstance(node.op, ast.Pow) and abs(right) > 64)
    ):
        raise ValueError("too large")
    value = _apply(node.op, left, right)
    here = (
        min(significant(left), significant(right))
        if isinstance(node.op, ast.Mult | ast.Div)
        else max(significant(left), significant(right)) // 2
    )
    return value, max(deep_left, deep_right, here)


def _apply(operator: ast.operator, left: float, right: float) -> float:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div):
        return left / right
    if isinstance(operator, ast.Pow):
        return float(left**right)
    raise ValueError("not arithmetic")


def significant(value: float) -> int:
    """Count a number's significant digits."""
    digits = f"{abs(value):.10g}".replace(".", "").lstrip("0").rstrip("0")
    return max(1, len(digits))


def written(value: float) -> str:
    """Write a number without needless decimals."""
    return (
        str(int(value))
        if value == int(value) and abs(value) < 1e16
        else f"{round(value, 6):g}"
        if abs(value) < 1e6
        else f"{value:.2f}"
    )


def misremembered(total: Sum, draw: float) -> float:
    """Spoil one digit in the middle, as a head does that carries wrongly."""
    text = written(abs(total.value))
    places = [i for i, c in enumerate(text) if c.isdigit()]
    place = places[len(places) // 2]
    digit = (int(text[place]) + 1 + int(draw * 8)) % 10
    if place == 0 and digit == 0:
        digit = 1
    spoiled = float(f"{text[:place]}{digit}{text[place + 1 :]}")
    return -spoiled if total.value < 0 else spoiled
