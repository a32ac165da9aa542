"""The identification a second time, sharing no code with the package: moving figures, points, ranking, categories.

Belongs here: the rules, written anew from their wording. Does not belong here: reading files (`independent_read`).
Figures are whole thousandths and shares are fractions, so that no comparison meets a float.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

Asked = dict[tuple[str, int], dict[str, Any]]  # (indikator, trinn) → kilde, years, weight, lower, distance, decimals
CellKey = tuple[str, int, str]  # indikator, trinn, aar


@dataclass
class Unit:
    """A municipality or school: its cells (status, thousandths), and what follows from them."""

    kommune: str
    cells: dict[CellKey, tuple[str, int]] = field(default_factory=dict)
    points: int = 0
    possible: int = 0
    beyond: int = 0
    shown: int = 0
    exist: int = 0
    years: set[int] = field(default_factory=set)

    @property
    def judged(self) -> bool:
        return self.exist > 0 and 2 * self.shown >= self.exist and len(self.years) >= 2

    @property
    def share(self) -> Fraction:
        return Fraction(100 * self.points, self.possible)


@dataclass
class Result:
    """Units by code, the order of all judged municipalities, and the candidates of category 2 in order with spread²."""

    kommuner: dict[str, Unit]
    skoler: dict[str, Unit]
    order: list[str]
    candidates: list[tuple[str, Fraction]]
    upper: Fraction


def identify(
    figures: pd.DataFrame, everywhere: pd.DataFrame, asked: Asked, became: Mapping[str, list[str]], kommuner: set[str]
) -> Result:
    """`figures` hold the window, `everywhere` any year at hand; `became` says what each code of before has become."""
    national = {(row.indikator, row.trinn, row.aar): row.verdi for row in figures[figures.nivaa == "land"].itertuples()}
    units = _moved(figures, everywhere, asked, became, kommuner)
    for unit in (*units[0].values(), *units[1].values()):
        _give_points(unit, asked, national)
    return _chosen(*units)


def _moved(
    figures: pd.DataFrame, everywhere: pd.DataFrame, asked: Asked, became: Mapping[str, list[str]], kommuner: set[str]
) -> tuple[dict[str, Unit], dict[str, Unit]]:
    newest_aar = max(aar for item in asked.values() for aar in item["years"])
    stands = figures[figures.nivaa == "skole"].assign(spring=figures.kilde == "gsp")
    newest = stands.sort_values(["enhet", "aar", "spring", "kommune"]).drop_duplicates("enhet", keep="last")
    known = everywhere[everywhere.nivaa == "skole"].groupby(["enhet", "kommune"]).aar.max().reset_index()
    codes: dict[str, list[str]] = defaultdict(list)
    for row in known.sort_values(["aar", "kommune"], ascending=[False, True]).itertuples():
        codes[row.enhet].append(row.kommune)
    home = {}
    for row in newest.itertuples():
        targets = became.get(row.kommune, [row.kommune])
        found = targets if len(targets) == 1 else [code for code in codes[row.enhet] if code in targets]
        home[row.enhet] = found[0] if found else None

    wanted = pd.Series(list(zip(figures.indikator, figures.trinn, strict=True)), index=figures.index).isin(list(asked))
    cells = figures[wanted]
    cells = cells[
        [aar in asked[i, t]["years"] for i, t, aar in zip(cells.indikator, cells.trinn, cells.aar, strict=True)]
    ]
    schools = {
        row.enhet: Unit(home[row.enhet])
        for row in newest[newest.aar == newest_aar].itertuples()
        if home[row.enhet] in kommuner
    }
    grades: dict[str, set[int]] = defaultdict(set)
    found_cells: dict[str, dict[CellKey, tuple[str, int]]] = defaultdict(dict)
    parts: dict[str, dict[CellKey, list[Any]]] = defaultdict(lambda: defaultdict(list))
    comes_from = _origins(cells, became)
    for row in cells.itertuples():
        key = (row.indikator, row.trinn, row.aar)
        if row.nivaa == "skole":
            grades[row.enhet].add(row.trinn)
            found_cells[row.enhet][key] = (row.status, row.verdi)
        if row.nivaa == "land" or row.nivaa == "fylke" or row.kommune[:2] in ("21", "25") or row.kommune == "9999":
            continue
        for target in became.get(row.kommune, [row.kommune]):
            origins = comes_from[row.kilde, row.aar, target]
            divided = any(len(became.get(code, [code])) > 1 for code in origins)
            if row.nivaa == "kommune":
                grades[target].add(row.trinn)
                if not divided and len(origins) == 1:
                    found_cells[target][key] = (row.status, row.verdi)
                elif not divided:
                    parts[target][key].append(row)
            elif divided and home[row.enhet] == target:
                parts[target][key].append(row)
    for target, of_target in parts.items():
        for key, rows in of_target.items():
            found_cells[target][key] = _mean(rows, asked[key[:2]]["decimals"])
    for code, key in _not_accounted_for(cells, became, home):
        for target in became.get(code, [code]):
            origins = comes_from[asked[key[:2]]["kilde"], key[2], target]
            if any(len(became.get(origin, [origin])) > 1 for origin in origins):
                found_cells[target][key] = ("kan_ikke_bygges", 0)
    units = {code: Unit(code) for code in sorted(kommuner)}
    for code, unit in (*units.items(), *schools.items()):
        for (indikator, trinn), item in asked.items():
            missing = ("mangler" if trinn in grades[code] else "ikke_aktuelt", 0)
            for aar in item["years"]:
                unit.cells[indikator, trinn, aar] = found_cells[code].get((indikator, trinn, aar), missing)
    return units, schools


def _origins(cells: pd.DataFrame, became: Mapping[str, list[str]]) -> dict[tuple[str, str, str], set[str]]:
    origins: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in cells[cells.nivaa.isin(["kommune", "skole"])].drop_duplicates(["kilde", "aar", "kommune"]).itertuples():
        for target in became.get(row.kommune, [row.kommune]):
            origins[row.kilde, row.aar, target].add(row.kommune)
    return origins


def _not_accounted_for(
    cells: pd.DataFrame, became: Mapping[str, list[str]], home: Mapping[str, str | None]
) -> set[tuple[str, CellKey]]:
    """The cells of municipalities of which a school with pupils stands in none of what they became, or whose schools
    have not their number of pupils, where all of the numbers are shown."""
    schools: dict[tuple[str, CellKey], list[Any]] = defaultdict(list)
    found = set()
    of_interest = cells[cells.nivaa.isin(["kommune", "skole"])]
    for row in of_interest[of_interest.nivaa == "skole"].itertuples():
        if _has_pupils(row):
            at = row.kommune, (row.indikator, row.trinn, row.aar)
            schools[at].append(row)
            if home[row.enhet] not in became.get(row.kommune, [row.kommune]):
                found.add(at)
    for whole in of_interest[of_interest.nivaa == "kommune"].itertuples():
        at = whole.kommune, (whole.indikator, whole.trinn, whole.aar)
        known = all(row.antall > 0 for row in (whole, *schools[at]))
        if (_has_pupils(whole) and not schools[at]) or (
            known and sum(row.antall for row in schools[at]) != whole.antall
        ):
            found.add(at)
    return found


def _has_pupils(row: Any) -> bool:
    return row.status != "mangler" or row.antall > 0 or row.antall_skjult


def _mean(rows: list[Any], decimals: int) -> tuple[str, int]:
    present = [row for row in rows if _has_pupils(row)]
    if not present:
        return "mangler", 0
    if not all(row.status == "vist" and row.antall > 0 for row in present):
        return "kan_ikke_bygges", 0
    mean = Fraction(sum(row.verdi * row.antall for row in present), sum(row.antall for row in present))
    unit = 1000 // 10**decimals
    return "vist", int((mean / unit + Fraction(1, 2)).__floor__()) * unit


def _give_points(unit: Unit, asked: Asked, national: Mapping[CellKey, int]) -> None:
    for (indikator, trinn, aar), (status, verdi) in unit.cells.items():
        item = asked[indikator, trinn]
        if status in ("vist", "skjermet", "kan_ikke_bygges"):
            unit.exist += item["weight"]
        if status != "vist":
            continue
        worse_by = national[indikator, trinn, aar] - verdi
        if item["lower"]:
            worse_by = -worse_by
        unit.shown += item["weight"]
        unit.possible += 3 * item["weight"]
        unit.points += (3 if worse_by > item["distance"] else 1 if worse_by > 0 else 0) * item["weight"]
        unit.beyond += worse_by > item["distance"]
        unit.years.add(item["years"].index(aar))


def _chosen(kommuner: dict[str, Unit], schools: dict[str, Unit]) -> Result:
    order = sorted(
        (code for code, unit in kommuner.items() if unit.judged),
        key=lambda code: (-kommuner[code].share, -kommuner[code].beyond, -kommuner[code].possible, code),
    )
    shares = sorted((unit.share for unit in schools.values() if unit.judged), reverse=True)
    upper = shares[-(-len(shares) // 4) - 1]
    of_kommune = defaultdict(list)
    for unit in schools.values():
        if unit.judged:
            of_kommune[unit.kommune].append(unit.share)
    candidates = []
    for code, own in of_kommune.items():
        mean = sum(own) / len(own)
        variance = sum((share - mean) ** 2 for share in own) / len(own)
        if code not in order[:30] and len(own) >= 2 and variance >= 20**2 and max(own) >= upper:
            unit = kommuner[code]
            candidates.append((-variance, not unit.judged, -unit.share if unit.judged else 0, code))
    return Result(kommuner, schools, order, [(code, -variance) for variance, _, _, code in sorted(candidates)], upper)
