"""What a municipality's code has become, read off the rows of the register's table `kommune`.

Belongs here: following `gyldig_fra`, `gyldig_til`, `gaatt_over_i` and `oppstaatt_av` from day to day. Does not belong
here: what moves with a code (`celler`).
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
    """One validity of a code: from `fra` up to, not including, `til`, and everything that it has gone over in and has
    come from."""

    kode: str
    fra: date
    til: date
    over_i: frozenset[str]
    av: frozenset[str]

    def holds(self, dato: date) -> bool:
        return self.fra <= dato < self.til


class Slektskap:
    """The municipalities over time. A code is keyed on (kommunenr, gyldig_fra): numbers are used again.

    `rows` have kommunenr, gyldig_fra, gyldig_til (None: still in force), gaatt_over_i and oppstaatt_av.

    The table does not say the day on which a code went over in another. It is the day on which a validity of the other
    begins that came from it; where there is none, the day on which its own validity ends, when one of the other that
    came from it goes on. A code that runs on and gave a part to one that was there already cannot be followed:
    `PermanentError`, once somebody asks for it.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows: dict[str, list[_Row]] = {}
        for row in rows:
            til = row["gyldig_til"] or date.max
            over_i, av = frozenset(row["gaatt_over_i"]), frozenset(row["oppstaatt_av"])
            one = _Row(row["kommunenr"], row["gyldig_fra"], til, over_i, av)
            self._rows.setdefault(one.kode, []).append(one)
        self._onward: dict[date, dict[str, set[str]]] = {}
        self._unknown: list[tuple[_Row, str]] = []
        for of_code in self._rows.values():
            of_code.sort(key=lambda one: one.fra)
            for one in of_code:
                self._place(one)
        self._days = sorted(self._onward)
        self._known: dict[tuple[str, date, date], frozenset[str]] = {}

    def _place(self, one: _Row) -> None:
        """Give each thing that the row has gone over in its day."""
        for other in one.over_i:
            came_from_it = [validity for validity in self._rows_of(other) if one.kode in validity.av]
            days = {validity.fra for validity in came_from_it if one.fra < validity.fra <= one.til}
            if not days and any(validity.holds(one.til) for validity in came_from_it):
                days = {one.til}
            if not days:
                self._unknown.append((one, other))
            for day in days:
                goes_on = {one.kode} if day < one.til else set()
                self._onward.setdefault(day, {}).setdefault(one.kode, goes_on).add(other)
        if one.til != date.max:
            self._onward.setdefault(one.til, {}).setdefault(one.kode, set())

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
        `per`, the answer is what became it, if each of them became it whole. Raises `PermanentError` when it did not,
        and for a code that the register does not know.
        """
        key = (kode, dato, per)
        if key not in self._known:
            start = self._day_in_force(kode, dato)
            self._known[key] = self._forward(kode, start, per) if start <= per else self._back(kode, start, per)
        return self._known[key]

    def stod_i(self, kode: str, dato: date, per: date) -> frozenset[str]:
        """The codes in force at `per` that whoever stands in the municipality with the code at `dato` may stand in.

        As `etterfolgere`, but who stands in a part of something stood in the whole of it: a division after `per` is no
        hindrance. Raises `PermanentError` for a code that the register does not know, and for a change that the table
        does not tell the day of.
        """
        start = self._day_in_force(kode, dato)
        return self.etterfolgere(kode, dato, per) if start <= per else frozenset(self._ancestors(kode, start, per))

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
        day_before = start
        for day in self._days:
            if start < day <= per:
                self._require_told(codes, day_before, day)
                codes = {til for fra in codes for til in self._onward[day].get(fra, {fra})}
                day_before = day
        self._require_told(codes, day_before, per)
        return frozenset(codes)

    def _back(self, kode: str, start: date, per: date) -> frozenset[str]:
        became = self._ancestors(kode, start, per)
        divided = sorted(code for code, codes in became.items() if codes != {kode})
        if divided:
            raise PermanentError(
                f"found municipality {kode} of {start}, which on {per} was a part of {', '.join(divided)}; "
                "expected one that can be followed back whole"
            )
        return frozenset(became)

    def _ancestors(self, kode: str, start: date, per: date) -> dict[str, frozenset[str]]:
        """What of `per` the code at `start` came from, each with everything that it became."""
        found = {code: self._forward(code, per, start) for code in self.gjeldende(per)}
        return {code: codes for code, codes in found.items() if kode in codes}

    def _require_told(self, codes: set[str], after: date, until: date) -> None:
        for one, other in self._unknown:
            if one.kode in codes and one.fra < until and after < one.til:
                raise PermanentError(
                    f"found that a part of municipality {one.kode} went over in {other}, which was there already, and "
                    "that both went on; expected a day of change that the table kommune can tell"
                )
