"""The figures of the report API.

Belongs here: from a filter and a `radSti` to a pivot. Does not belong here: what a page says of itself
(`report_pages`).

Recorded: national tests and grunnskolepoeng have geography in rows; Elevundersøkelsen has it in columns, one unit a
call, and answers an unknown grade with its default. A combination that does not exist gives no column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.udir_stub import filters
from tests.udir_stub.country import Row, Year
from tests.udir_stub.errors import Refused
from tests.udir_stub.filters import Filter
from tests.udir_stub.geography import ALL
from tests.udir_stub.pivot import Labels, pivot
from tests.udir_stub.report_pages import BULLYING, Page, name_of, path_of

GEOGRAPHY = ("Nasjonalt", "Fylke", "Kommune", "Enhet")
_TEST, _GRADE, _MEASURE = 1, 2, -1
# Columns that the example has no figures for, with a text that every row gets.
_STATUS = (("Andel deltatt", "95,0"), ("Andel fritatt", "3,0"), ("Andel ikke deltatt", "2,0"))
_SPREAD = (("Spredning", "9,6"),)


def report_data(page: Page, text: str | None, rad_sti: str, with_codes: bool) -> dict[str, Any]:
    """The pivot. Raises `Refused` for a filter or a `radSti` that is none."""
    known = {*page.gyldige, "TrinnID", "GruppeID", "SpoersmaalID"}
    asked = filters.read_filter(text, known)
    chosen = {**page.filter_defaults, **asked}
    years = [year for year in sorted(page.years) if ALL in chosen[page.time] or page.time_id(year) in chosen[page.time]]
    only_all = ALL in chosen["EierformID"] and ALL in chosen["KjoennID"]  # the example has no figures of fewer pupils
    if page.folder == "GSK/EUG":
        return _survey(page, chosen, years if only_all else [])
    if "EnhetID" not in asked:  # then `radSti` alone decides, and it may lead abroad
        chosen["EnhetID"] = (ALL,)
    return _geography_in_rows(page, chosen, years if only_all else [], rad_sti, with_codes)


def _geography_in_rows(page: Page, chosen: Filter, years: list[str], rad_sti: str, with_codes: bool) -> dict[str, Any]:
    shows = _columns(page, chosen)
    at, within = page.geography.at(rad_sti), page.geography.within(chosen["EnhetID"])
    leaves: list[Labels] = []
    cells: dict[tuple[str, ...], list[str]] = {}
    names: dict[tuple[str, ...], str] = {}
    for year in years:
        table = page.years[year]
        assert isinstance(table, Year)
        positions = [number for number, key in enumerate(table.keys) if shows(key)]
        added = _added(page, chosen, [table.keys[number] for number in positions])
        before = len(leaves)
        leaves += [table.keys[number] for number in positions] + [labels for labels, _ in added]
        for line in table.lines:
            found = [line.cells[number] for number in positions]
            if at(line.path) and within(line.path):
                row = cells.setdefault(line.path, [""] * before)
                row += found + [text for _, text in added]
                names.setdefault(line.path, line.name)
        for row in cells.values():
            row += [""] * (len(leaves) - len(row))
    order = sorted(range(len(leaves)), key=lambda number: leaves[number][:-1]) if page.trinn else range(len(leaves))
    rows = []
    for path, row in cells.items():
        unit = {"navn": names[path], "kode": path[-1], "id": page.geography.row_id(path)}
        if not with_codes:
            del unit["kode"]
        rows.append({**unit, "data": [row[number] for number in order]})
    return pivot(GEOGRAPHY, [leaves[number] for number in order], rows)


def _columns(page: Page, chosen: Filter) -> Callable[[Labels], bool]:
    tests = {navn for identity, _, navn in filters.TESTS if identity in chosen.get("ProevetypeID", (identity,))}
    grades = chosen.get("TrinnID", (ALL,))
    trinn = {f"{grade}. årstrinn" for grade in page.trinn if ALL in grades or grade - 1 in grades}
    hidden: list[Callable[[str], bool]] = []
    for name, is_of in _SWITCHED.items():
        if name in page.gyldige and chosen[name] != (1,):
            hidden.append(is_of)

    def shows(key: Labels) -> bool:
        asked = not page.trinn or (key[_TEST] in tests and key[_GRADE] in trinn)
        return asked and not any(is_of(key[_MEASURE]) for is_of in hidden)

    return shows


def _added(page: Page, chosen: Filter, keys: list[Labels]) -> list[tuple[Labels, str]]:
    """Columns of switches that the example's files know nothing of, for each group of the others."""
    more = (_STATUS if chosen.get("VisDeltakelsestatusfordeling") == (1,) else ()) + (
        _SPREAD if chosen.get("VisMaaltall") == (1,) else ()
    )
    return [((*group, name), text) for group in dict.fromkeys(key[:-1] for key in keys) for name, text in more]


_SWITCHED: Mapping[str, Callable[[str], bool]] = {
    "VisAntallRaderDeltatt": lambda measure: measure == "Antall elever deltatt",
    "VisMestringsnivaafordeling": lambda measure: "mestringsnivå" in measure,
    "VisAntallPersoner": lambda measure: measure == "Antall elever",
}


def _survey(page: Page, chosen: Filter, years: list[str]) -> dict[str, Any]:
    units = [node for node in page.geography.nodes.values() if node.id in chosen["EnhetID"]]
    if len(units) != 1:
        raise Refused(400, "Feil i forespørselen", "Én enhet må oppgis!")
    grades = [grade for grade in page.trinn if grade - 1 in chosen["TrinnID"]]
    if not grades:  # silently, -10 included
        grades = [identity + 1 for identity in page.defaults["TrinnID"]]
    measures = [("AndelMobbet", "Andel mobbet")]
    if chosen["VisAntallBesvart"] == (1,):
        measures.append(("AntallBesvart", "Antall mobbet"))
    leaves: list[Labels] = []
    rows: dict[str, dict[str, Any]] = {
        kode: {"navn": navn, "kode": kode, "id": number, "data": []} for _, kode, navn, number in BULLYING
    }
    for year in years:
        for grade in grades:
            found = _cells(page.years[year], units[0].path, grade)
            if found:
                unit = next(iter(found.values()))
                leaves += [(*_labels(unit, grade), navn) for _, navn in measures]
                for kode, row in rows.items():
                    row["data"] += [str(found.get(kode, {}).get(field) or "") for field, _ in measures]
    shown = [row for row in rows.values() if any(row["data"])]
    return pivot(("Indikator", "Spørsmål"), leaves, shown)


def _cells(table: Year | list[Row], path: tuple[str, ...], grade: int) -> dict[str, Row]:
    assert isinstance(table, list)
    return {
        str(row["Spoersmaalkode"]): row
        for row in table
        if row["TrinnKode"] == str(grade)
        and (row["EierformNavn"], row["KjoennKode"]) == ("Alle eierformer", "A")
        and path_of(row) == path
    }


def _labels(row: Row, grade: int) -> Labels:
    level = int(str(row["EnhetNivaa"]))
    nation = "Utlandet" if row["Nasjonaltkode"] == "U" else "Hele landet"
    return (
        str(row["Skoleaarnavn"]),
        nation,
        str(row["Fylke"]) if level > 1 else "Alle fylker",
        str(row["Kommune"]) if level > 2 else "Alle kommuner",
        name_of(row) if level > 3 else "Alle skoler",
        f"{grade}. årstrinn",
        "Alle eierformer",
        "Alle kjønn",
    )
