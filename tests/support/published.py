"""What a release says of the units of one identification year and set, put together from its published cells.

Belongs here: sums, shares, spreads and places worked out from `mart` and `intern` and the set's published parameters,
without the code that made them. Does not belong here: sentences (`sentences`), or expectations.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.support.golden import Query

Row = dict[str, Any]
EXISTS = ("vist", "skjermet", "kan_ikke_bygges")


@dataclass
class Sums:
    """What the cells of a unit come to."""

    points: int = 0
    possible: int = 0
    beyond: int = 0
    shown: int = 0
    exist: int = 0
    weight_shown: int = 0
    weight_exists: int = 0
    weight_open: int = 0
    open: int = 0
    years: set[int] = field(default_factory=set)
    years_if_built: set[int] = field(default_factory=set)

    @property
    def share(self) -> Fraction:
        return Fraction(100 * self.points, self.possible)


@dataclass(frozen=True)
class Published:
    """One identification year and set of a release."""

    ranking: Mapping[str, Row]
    candidates: Mapping[str, Row]
    schools: Mapping[str, Row]
    kommuner: Mapping[str, Sums]
    skoler: Mapping[str, Sums]
    of_set: Mapping[str, Any]

    def judged(self, sums: Sums) -> bool:
        return (
            sums.weight_exists > 0
            and sums.weight_shown >= Fraction(self.of_set["min_dekning"]) * sums.weight_exists
            and len(sums.years) >= self.of_set["min_aar"]
        )

    @property
    def in_order(self) -> list[str]:
        return sorted((nr for nr, sums in self.kommuner.items() if self.judged(sums)), key=self.place_key)

    def place_key(self, kommunenr: str, sums: Sums | None = None) -> tuple[Any, ...]:
        sums = sums or self.kommuner[kommunenr]
        of_rule = {
            "flest_celler_forbi_absolutt": -sums.beyond, "flest_mulige_poeng": -sums.possible,
            "lavest_kommunenr": kommunenr,
        }  # fmt: skip
        return (-sums.share, *(of_rule[rule] for rule in self.of_set["kategori1.ved_likhet"]))

    def spread_squared(self, kommunenr: str) -> Fraction:
        shares = [self.skoler[orgnr].share for orgnr in self.judged_schools(kommunenr)]
        if self.of_set["kategori2.spredning.maal"] == "maks_min":
            return (max(shares) - min(shares)) ** 2
        mean = sum(shares, Fraction(0)) / len(shares)
        return sum(((share - mean) ** 2 for share in shares), Fraction(0)) / len(shares)

    def judged_schools(self, kommunenr: str) -> list[str]:
        return [
            orgnr for orgnr, row in self.schools.items()
            if row["kommunenr"] == kommunenr and self.judged(self.skoler[orgnr])
        ]  # fmt: skip


def read(query: Query, uttrekksaar: int, indikatorsett: str) -> Published:
    """The tables of one identification year and set."""
    (row,) = query("SELECT parametre FROM dim.indikatorsett WHERE indikatorsett = ?", indikatorsett)
    of_set = {one["navn"]: one["verdi"] for one in json.loads(row["parametre"])}

    def rows(table: str) -> list[Row]:
        return query(f"SELECT * FROM {table} WHERE uttrekksaar = ? AND indikatorsett = ?", uttrekksaar, indikatorsett)

    return Published(
        ranking={one["kommunenr"]: one for one in rows("mart.rangering_kommune")},
        candidates={one["kommunenr"]: one for one in rows("mart.kandidat_kategori2")},
        schools={one["orgnr"]: one for one in rows("intern.rangering_skole")},
        kommuner=_sums(rows("mart.vurdering_kommune"), "kommunenr", of_set),
        skoler=_sums(rows("intern.vurdering_skole"), "orgnr", of_set),
        of_set=of_set,
    )


def _sums(cells: list[Row], key: str, of_set: Mapping[str, Any]) -> dict[str, Sums]:
    """The cells put together. The years of a window are counted by their number, for a source may lag."""
    windows: dict[tuple[str, int], list[str]] = defaultdict(list)
    for cell in cells:
        window = windows[cell["indikator"], cell["trinn"]]
        if cell["skoleaar"] not in window:
            window.append(cell["skoleaar"])
    units: dict[str, Sums] = defaultdict(Sums)
    for cell in cells:
        unit = units[cell[key]]
        weight = of_set[f"indikatorer.{cell['indikator']}.{cell['trinn']}.vekt"]
        year = sorted(windows[cell["indikator"], cell["trinn"]]).index(cell["skoleaar"])
        unit.exist += cell["verdistatus"] in EXISTS
        unit.weight_exists += weight * (cell["verdistatus"] in EXISTS)
        if cell["verdistatus"] == "kan_ikke_bygges":
            unit.open += 1
            unit.weight_open += weight
            unit.years_if_built.add(year)
        if cell["verdistatus"] != "vist":
            continue
        lower_is_better = cell["absolutt_grense"] > cell["nasjonal_grense"]
        worse = cell["verdi"] > cell["absolutt_grense"] if lower_is_better else cell["verdi"] < cell["absolutt_grense"]
        unit.points += cell["risikopoeng"]
        unit.possible += weight * of_set["poeng.absolutt"]
        unit.beyond += worse
        unit.shown += 1
        unit.weight_shown += weight
        unit.years.add(year)
        unit.years_if_built.add(year)
    return units
