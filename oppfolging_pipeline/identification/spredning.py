"""The spread between a municipality's schools, exactly.

Belongs here: its two measures, comparing and rounding of roots without a binary number in between. Does not belong
here: who is a candidate by it (`kategori2`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt

SPREAD_DECIMALS = 1
"""The decimals that a spread, and a difference of two, is published with."""
_UNITS = int(Decimal(1).scaleb(SPREAD_DECIMALS))


@dataclass(frozen=True)
class Spread:
    """Spread in percentage points between the shares of a municipality's schools.

    `squared` is exact (the standard deviation is a root): comparisons are made on it. What is published is rounded to
    one decimal: from an exact spread of two schools their shares could be worked out, and those are internal.
    """

    squared: Fraction

    @property
    def points(self) -> float:
        """The spread as it is published, a half rounded up."""
        return _nearest(self.squared) / _UNITS


def spread_of(shares: Sequence[Fraction], measure: str) -> Spread:
    """`standardavvik` (of the population: these are all the schools) or `maks_min`. Needs at least one share."""
    if measure == "maks_min":
        return Spread((max(shares) - min(shares)) ** 2)
    mean = sum(shares, Fraction(0)) / len(shares)
    return Spread(sum(((share - mean) ** 2 for share in shares), Fraction(0)) / len(shares))


def difference(one: Spread, other: Spread) -> float:
    """By how much the exact spreads differ, with the decimals that a spread has, a half rounded away from zero.

    Not the difference of the published ones: each of those may be half a decimal off.
    """
    if one.squared < other.squared:
        return -difference(other, one) or 0.0
    # The largest whole number of decimals that is no more than half a decimal above the difference.
    low, high = 0, _nearest(one.squared) + 1
    while low < high:
        middle = (low + high + 1) // 2
        if _apart_by(one.squared, other.squared, Fraction(2 * middle - 1, 2 * _UNITS)):
            low = middle
        else:
            high = middle - 1
    return low / _UNITS


def _apart_by(higher: Fraction, lower: Fraction, distance: Fraction) -> bool:
    """Whether the root of `higher` is at least `distance` (not negative) above that of `lower`: √a ≥ √b + t exactly
    when a − b − t² ≥ 2t√b, and both sides are squared."""
    rest = higher - lower - distance**2
    return rest >= 0 and rest**2 >= (2 * distance) ** 2 * lower


def _nearest(squared: Fraction) -> int:
    """The root as a number of its last published decimal, a half upwards."""
    doubled = (2 * _UNITS) ** 2 * squared
    return (isqrt(doubled.numerator // doubled.denominator) + 1) // 2
