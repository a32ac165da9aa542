"""What a code has become, and what it came from, step by step through the days of change.

Belongs here: the arithmetic of lineage on codes in force. Does not belong here: whether the register is sound
(`validation`), or what a caller wants to know (`model`).

On any one day a code means one municipality, so a set of codes is carried from one day of change to the next. That
keeps apart numbers that are used again, without any key but the code itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from oppfolging_pipeline.register.facts import Endring, Kommune

Transition = Mapping[str, frozenset[str]]
DAY = timedelta(days=1)


def in_force(rows: Iterable[Kommune], dato: date) -> Kommune | None:
    """The validity that holds the date, or None. The rows are those of one code."""
    return next((row for row in rows if row.gjelder(dato)), None)


def by_code(kommuner: Iterable[Kommune]) -> dict[str, tuple[Kommune, ...]]:
    """The validities of each code, in order of code and time."""
    rows: dict[str, tuple[Kommune, ...]] = {}
    for kommune in sorted(kommuner, key=lambda k: (k.kommunenr, k.gyldig_fra)):
        rows[kommune.kommunenr] = (*rows.get(kommune.kommunenr, ()), kommune)
    return rows


class Lineage:
    """The transitions of every day of change after the register's first day.

    A code that starts a new validity on the day its old one ends, with no change from it, is the same municipality.
    """

    def __init__(self, rows: Mapping[str, Sequence[Kommune]], endringer: Iterable[Endring], foerste_dag: date) -> None:
        changes: dict[date, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for endring in endringer:
            changes[endring.dato][endring.fra].add(endring.til)
        kommuner = [row for validities in rows.values() for row in validities]
        edges = {row.gyldig_fra for row in kommuner} | {row.gyldig_til for row in kommuner if row.gyldig_til}
        self.days = tuple(sorted(day for day in edges | set(changes) if day > foerste_dag))
        self._onward: dict[date, Transition] = {}
        self._backward: dict[date, Transition] = {}
        for day in self.days:
            pairs = _pairs(rows, changes.get(day, {}), day)
            self._onward[day] = _grouped(pairs)
            self._backward[day] = _grouped((til, fra) for fra, til in pairs)

    def successors(self, kode: str, day: date) -> frozenset[str]:
        """What a code that was in force the day before is from that day of change on; empty when it only ended."""
        return self._onward[day].get(kode, frozenset())

    def predecessors(self, kode: str, day: date) -> frozenset[str]:
        """What a code that is in force from that day of change on was the day before."""
        return self._backward[day].get(kode, frozenset())

    def forward(self, kode: str, start: date, per: date) -> frozenset[str]:
        """The codes in force at `per` that the code in force at `start` has become. `start` ≤ `per`."""
        codes = frozenset({kode})
        for day in self.days:
            if start < day <= per:
                codes = frozenset().union(*(self.successors(code, day) for code in codes))
        return codes

    def back(self, kode: str, start: date, per: date) -> frozenset[str]:
        """The codes in force at `per` that have become the code in force at `start`. `per` ≤ `start`."""
        codes = frozenset({kode})
        for day in reversed(self.days):
            if per < day <= start:
                codes = frozenset().union(*(self.predecessors(code, day) for code in codes))
        return codes


def _pairs(rows: Mapping[str, Sequence[Kommune]], changes: Mapping[str, set[str]], day: date) -> list[tuple[str, str]]:
    pairs = [(fra, til) for fra, successors in changes.items() for til in successors]
    for code, validities in rows.items():
        before, after = in_force(validities, day - DAY), in_force(validities, day)
        if before is not None and after is not None and (before is after or code not in changes):
            pairs.append((code, code))
    return pairs


def _grouped(pairs: Iterable[tuple[str, str]]) -> Transition:
    groups: dict[str, set[str]] = defaultdict(set)
    for left, right in pairs:
        groups[left].add(right)
    return {left: frozenset(group) for left, group in groups.items()}
