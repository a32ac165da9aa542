"""What a municipality's code has become, read off the rows of the register's table `kommune`.

Belongs here: following `gyldig_fra`, `gyldig_til` and `gaatt_over_i` from day to day. Does not belong here: what moves
with a code (`celler`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from oppfolging_pipeline.core.errors import PermanentError

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Row:
    """One validity of a code: from `fra` up to, not including, `til`, and everything that it then went over in."""

    kode: str
    fra: date
    til: date
    over_i: frozenset[str]

    def holds(self, dato: date) -> bool:
        return self.fra <= dato < self.til


class Slektskap:
    """The municipalities over time. A code is keyed on (kommunenr, gyldig_fra): numbers are used again.

    `rows` have kommunenr, gyldig_fra, gyldig_til (None: still in force), gaatt_over_i.

    The day on which a code goes over in others is the one on which its validity ends: it begins another then where the
    number is kept, and what it goes over in begins one. Raises `PermanentError` for rows that tell another story.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows: dict[str, list[_Row]] = {}
        for row in rows:
            til = row["gyldig_til"] or date.max
            one = _Row(row["kommunenr"], row["gyldig_fra"], til, frozenset(row["gaatt_over_i"]))
            self._rows.setdefault(one.kode, []).append(one)
        self._onward: dict[date, dict[str, frozenset[str]]] = {}
        for of_code in self._rows.values():
            of_code.sort(key=lambda one: one.fra)
            for one in of_code:
                begins = [other for other in one.over_i if any(each.fra == one.til for each in self._rows_of(other))]
                if len(begins) < len(one.over_i):
                    found = f"{one.kode} of {one.fra} went over in {', '.join(sorted(one.over_i))}"
                    expected = "a validity of each that begins on the day on which its own ends"
                    raise PermanentError(f"found that {found}; expected {expected}")
                if one.til != date.max:
                    self._onward.setdefault(one.til, {})[one.kode] = one.over_i
        self._days = sorted(self._onward)
        self._known: dict[tuple[str, date, date], frozenset[str]] = {}

    def _rows_of(self, kode: str) -> list[_Row]:
        return self._rows.get(kode, [])

    def gjeldende(self, dato: date) -> list[str]:
        """The codes in force on the day, sorted."""
        return sorted(kode for kode in self._rows if self.gjelder(kode, dato))

    def gjelder(self, kode: str, dato: date) -> bool:
        """Whether the code is a municipality in force on the day."""
        return any(one.holds(dato) for one in self._rows_of(kode))

    def etterfolgere(self, kode: str, dato: date, per: date) -> frozenset[str]:
        """The codes in force at `per` that the municipality with the code at `dato` has become.

        A code that was not in force then is taken at its first validity after it, else at its last. When that is after
        `per`, the answer is what became it, whole or in part: who stands in a part of something stood in the whole of
        it. Raises `PermanentError` for a code that the register does not know.
        """
        key = (kode, dato, per)
        if key not in self._known:
            start = self._day_in_force(kode, dato)
            self._known[key] = (
                self._forward(kode, start, per) if start <= per else frozenset(self._ancestors(kode, start, per))
            )
        return self._known[key]

    def er_del(self, kode: str, dato: date, per: date) -> bool:
        """Whether the municipality with the code at `dato` is of after `per`, and a part of something of that day."""
        start = self._day_in_force(kode, dato)
        return start > per and any(codes != {kode} for codes in self._ancestors(kode, start, per).values())

    def delt_dag(self, kode: str, dato: date, per: date) -> date:
        """The first day up to `per` on which the municipality with the code at `dato` had become several.

        `date.min` when it had not: everything that it became is one municipality, or it is of after `per`.
        """
        start = self._day_in_force(kode, dato)
        days = (day for day in self._days if start < day <= per)
        return next((day for day in days if len(self._forward(kode, start, day)) > 1), date.min)

    def _day_in_force(self, kode: str, dato: date) -> date:
        rows = self._rows_of(kode)
        if not rows:
            raise PermanentError(f"found the code {kode}; expected a municipality of the register")
        if self.gjelder(kode, dato):
            return dato
        return min((one.fra for one in rows if one.fra > dato), default=rows[-1].til - _DAY)

    def _forward(self, kode: str, start: date, per: date) -> frozenset[str]:
        codes = {kode}
        for day in self._days:
            if start < day <= per:
                codes = {til for fra in codes for til in self._onward[day].get(fra, {fra})}
        return frozenset(codes)

    def _ancestors(self, kode: str, start: date, per: date) -> dict[str, frozenset[str]]:
        """What of `per` the code at `start` came from, each with everything that it became."""
        found = {code: self._forward(code, per, start) for code in self.gjeldende(per)}
        return {code: codes for code, codes in found.items() if kode in codes}
