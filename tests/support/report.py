"""Answers of the report API made from rows, for a country of one county, one municipality and one school.

Belongs here: pages, filters and pivots in the interface's own shape. Does not belong here: assertions, or any real
figure. The shape is written out here a second time on purpose: nothing is taken from the readers that are tested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

ROOT = "https://udir.example/api/rapportering"
BASE = f"{ROOT}/rest/v1"
GEOGRAPHY = ("Nasjonalt", "Fylke", "Kommune", "Enhet")
TESTS = {"Engelsk": (3, "NPENG"), "Lesing": (2, "NPLES"), "Regning": (1, "NPREG")}
UNITS = (
    ("1", "I", "Hele landet"),
    ("1.49", "61", "Fylket "),
    ("1.49.1423", "6101", "Krattvik "),
    ("1.49.1423.28027", "100000001", "Skolen"),
)
ABROAD = (("2", "U", "Utlandet"), ("2.24", "25", "Utlandet"), ("2.24.449", "2599", "Utlandet, uspesifisert"))

Columns = Sequence[tuple[str, ...]]


def columns_of(
    trinn: Sequence[int], skoleaar: str = "2024-25", *, tests: Sequence[str] = tuple(TESTS), levels: int | None = None
) -> list[tuple[str, ...]]:
    """The columns of national tests: scale score, uncertainty, the levels of the grade, pupils. No Engelsk on 9."""
    return [
        (skoleaar, test, f"{grade}. årstrinn", "Alle eierformer", "Alle kjønn", measure)
        for test in tests
        for grade in trinn
        if (test, grade) != ("Engelsk", 9)
        for measure in (
            "Skalapoeng",
            "Usikkerhet",
            *(f"Andel på mestringsnivå {level + 1}" for level in range(levels or (3 if grade == 5 else 5))),
            "Antall elever deltatt",
        )
    ]


def cells_for(columns: Columns) -> list[str]:
    """A figure that each column can hold."""
    return ["1 289" if column[-1].startswith("Antall") else "49" for column in columns]


def header(columns: Columns) -> list[list[dict[str, Any]]]:
    """The columns as a header in levels; neighbours with the same names down to a level stand together on it."""
    return [
        [
            {"name": names[-1], "tekstId_kolonne": "1", "columnCount": len(list(group))}
            for names, group in groupby(columns, key=lambda column: column[: level + 1])
        ]
        for level in range(len(columns[0]) if columns else 0)
    ]


def pivot(columns: Columns, rows: Sequence[Mapping[str, Any]], hierarchy: Sequence[str] = GEOGRAPHY) -> bytes:
    """A pivot as its bytes."""
    document = {"metadata": {"rowHierarchy": list(hierarchy), "columns": header(columns)}, "rows": list(rows)}
    return json.dumps(document, ensure_ascii=False).encode()


def rows_of(units: Sequence[tuple[str, str, str]], *cells: str) -> list[dict[str, Any]]:
    """A row for each unit (path, code, name), all with the same cells."""
    return [{"navn": navn, "kode": kode, "id": sti, "data": list(cells)} for sti, kode, navn in units]


def country(columns: Columns, units: Sequence[tuple[str, str, str]] = (*UNITS, *ABROAD)) -> bytes:
    """A whole answer: the country and abroad, the same figures everywhere."""
    return pivot(columns, rows_of(units, *cells_for(columns)))


FILTERS = {
    "GSK_NP_Geo_Trinn5": ["EierformID", "EnhetID", "KjoennID", "ProevetypeID", "SkoleAarID"],
    "GSK_NP_Geografisk": ["EierformID", "EnhetID", "KjoennID", "ProevetypeID", "SkoleAarID", "TrinnID"],
    "GSK_GSPoeng": ["EierformID", "EnhetID", "KjoennID", "TidID"],
}
SWITCHES = {
    "GSK_NP_Geo_Trinn5": [
        "VisAntallRaderDeltatt",
        "VisDeltakelsestatusfordeling",
        "VisMaaltall",
        "VisMestringsnivaafordeling",
    ],
    "GSK_GSPoeng": ["VisAntallPersoner", "VisMaaltall"],
}
SWITCHES["GSK_NP_Geografisk"] = SWITCHES["GSK_NP_Geo_Trinn5"]
VERSIONS = {
    "GSK_NP_Geo_Trinn5": "GSK/NasjonaleProever/4/1",
    "GSK_NP_Geografisk": "GSK/NasjonaleProever/1/1",
    "GSK_GSPoeng": "GSK/ResultatG/1/1",
}


def page(kode: str, **changes: Any) -> dict[str, Any]:
    """A `Rapportside`; `changes` replace fields of `rappside`, or `dataEndepunkt` and `gyldigeFiltre` below it."""
    version = f"rest/v1/Statistikk/{VERSIONS[kode]}"
    element = {
        "dataEndepunkt": changes.pop("dataEndepunkt", f"{version}/data"),
        "gyldigeFiltre": changes.pop("gyldigeFiltre", [*FILTERS[kode], *SWITCHES[kode]]),
    }
    time = {"SkoleAarID": [20252026]} if "NP" in kode else {"TidID": [202506]}
    standard = (
        {name: [0] for name in SWITCHES[kode]} | time | {"EierformID": [-10], "EnhetID": [-12], "KjoennID": [-10]}
    )
    rappside = {
        "kode": kode,
        "filterVerdiEndepunkt": f"{version}/filterVerdier",
        "filterDefaultVerdier": standard,
        "rapportElementer": [element],
    }
    return {"rappside": {**rappside, **changes}, "tekster": {}}


def choices(*values: tuple[int, str, str]) -> list[dict[str, Any]]:
    """Choices of a filter (id, code, name) with `indeks` numbers that skip."""
    return [{"indeks": 3 * n, "id": i, "kode": k, "navn": f"{navn} "} for n, (i, k, navn) in enumerate(values)]


def filters(kode: str, **changes: Any) -> dict[str, Any]:
    """A page's `filterVerdier`; `changes` replace whole filters, None takes one out."""
    if "NP" in kode:
        years = [(int(f"{y}{y + 1}"), f"{y}{y + 1}", f"{y}-{(y + 1) % 100}") for y in (2025, 2024, 2023, 2022)]
        years[0] = (20252026, "20252026", "Foreløpige tall 2025-26")
        time = {"SkoleAarID": choices(*years)}
    else:
        time = {"TidID": choices(*((y * 100 + 6, f"{y}06", f"{y - 1}-{y % 100}") for y in (2025, 2024, 2023)))}
    gender = "Alle kjønn" if "NP" in kode else "Begge kjønn"
    values = {
        **time,
        "EnhetID": choices((-10, "Alle", "Hele landet"), (-12, "I", "Hele landet"), (28027, "100000001", "Skolen")),
        "EierformID": choices((-10, "-10", "Alle eierformer"), (8, "3", "Offentlig skole"), (2, "4", "Privat eiet")),
        "KjoennID": choices((-10, "A", gender), (2, "G", "Gutt"), (1, "J", "Jente")),
        "ProevetypeID": choices(*((i, kode, name) for name, (i, kode) in TESTS.items())),
        "TrinnID": choices((7, "8", "8. årstrinn"), (8, "9", "9. årstrinn")),
        **{name: choices((0, "Skjul", "Skjul"), (1, "Vis", "Vis")) for name in SWITCHES[kode]},
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def described(kode: str, page_answer: Any = None, filter_answer: Any = None) -> dict[str, bytes]:
    """The two answers that describe a page, by address."""
    return {
        f"{BASE}/Rapportside/{kode}": json.dumps(page_answer or page(kode)).encode(),
        f"{BASE}/Statistikk/{VERSIONS[kode]}/filterVerdier": json.dumps(filter_answer or filters(kode)).encode(),
    }
