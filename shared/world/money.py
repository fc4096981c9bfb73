"""Money as whole cents inside, ``Decimal`` with two places outside; no context can change it."""

from decimal import Decimal


def amount(cents: int) -> Decimal:
    """Write cents as a ``Decimal`` with exactly two places."""
    sign, units = ("-", -cents) if cents < 0 else ("", cents)
    return Decimal(f"{sign}{units // 100}.{units % 100:02d}")


def cents(money: Decimal) -> int:
    """Read an amount with at most two places as whole cents, exactly."""
    return int(f"{money:.2f}".replace(".", ""))


def share(units: int, percent: int) -> int:
    """Take a percentage of some cents, a half cent rounded up."""
    return (units * percent + 50) // 100
