"""Decimal arithmetic on figures: half-up, never binary floats.

Belongs here: rounding and how a number is written in Norwegian. Does not belong here: which figure has how many
decimals (the catalogue in `rules`).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def half_up(value: Decimal | Fraction | int, decimals: int) -> Decimal:
    """Round half away from zero to `decimals` places, exactly."""
    if isinstance(value, Fraction):
        scaled = value * 10**decimals
        sign = -1 if scaled < 0 else 1
        units = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
        return Decimal(sign * units).scaleb(-decimals)
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def norwegian(value: Decimal | Fraction | int, decimals: int) -> str:
    """`Fraction(2900, 36)` with two decimals → `80,56`."""
    return f"{half_up(value, decimals):f}".replace(".", ",")
