"""Chance that falls alike on every machine.

Belongs here: a seeded source of numbers. Does not belong here: what is drawn.

Only `random()` and `getrandbits()` of the Mersenne twister are used, and only + - * / on floats: functions such as
log and cos may differ in the last digit between C libraries, and one such digit could move a rounded figure.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

SEED = "oppfolging-eksempel-1"
_BITS = 256
_STANDARD_DEVIATIONS_PER_BIT = 8.0  # a count of 256 fair bits has the standard deviation 8


class Dice:
    """One stream of chance, by name: a change in one part of the example does not shift the others."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"{SEED}:{name}")  # noqa: S311 (reproducible on purpose; nothing is kept secret)

    def normal(self) -> float:
        """About a standard normal: fair bits counted, with the step between two counts filled evenly."""
        bits = self._random.getrandbits(_BITS).bit_count() - _BITS / 2
        return (bits + self._random.random() - 0.5) / _STANDARD_DEVIATIONS_PER_BIT

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number, both ends included."""
        return lowest + int(self._random.random() * (highest - lowest + 1))

    def between(self, lowest: float, highest: float) -> float:
        """An even draw."""
        return lowest + self._random.random() * (highest - lowest)

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self._random.random() < probability

    def order(self, items: Iterable[T]) -> list[T]:
        """The items in another order."""
        return [
            item for _, _, item in sorted((self._random.random(), number, item) for number, item in enumerate(items))
        ]

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.whole(0, len(items) - 1)]
