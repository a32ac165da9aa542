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


def norwegian_below(value: Fraction, bound: Fraction, decimals: int) -> str:
    """A number less than `bound`, half up, with the decimals more that it takes to read as less: 49.96 below 50 with
    one decimal → `49,96`. Raises `ValueError` for one that is not less: no decimals would make it read so."""
    if value >= bound:
        raise ValueError(f"{value} is not less than {bound}")
    while half_up(value, decimals) >= bound:
        decimals += 1
    return norwegian(value, decimals)


def norwegian_exact(value: Decimal) -> str:
    """All the decimals that the number has and no more: 62.50 → `62,5`, 50.0 → `50`."""
    return f"{value.normalize():f}".replace(".", ",")
