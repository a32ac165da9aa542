"""A download cut off between two rows looks whole: what must stand beside what, in a country where all of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog
from oppfolging_pipeline.staging.completeness import incomplete
from oppfolging_pipeline.tables.model import table
from tests.unit.staging.build import Row, observed
from tests.unit.staging.country import AFTER, changing_country

KOMMUNER = ("6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202")
KEY = f"nasjonale_prover {AFTER} lesing skalapoeng trinn 5"
ALL_SHOWN = "equal sums where all is shown, with at most {} exceptions"


def whole_country(**fields: Any) -> list[Row]:
    """Each municipality has one school and its 20 pupils; 160 pupils in county 61 and 20 in 62."""
    rows = [observed("I", 50, 180, **fields), observed("61", 50, 160, **fields), observed("62", 50, 20, **fields)]
    rows += [observed(code, **fields) for code in KOMMUNER]
    return rows + [observed(f"10000{code}", kommunenr=code, **fields) for code in KOMMUNER]


def without(*units: str) -> list[Row]:
    """The country without those units; a municipality's school goes with it."""
    return [row for row in whole_country() if row["enhet"] not in units and row["kommunenr"] not in units]


def changed(*rows: Row) -> list[Row]:
    """The country with those rows in place of what it has of the same units."""
    units = {row["enhet"] for row in rows}
    return [*(row for row in whole_country() if row["enhet"] not in units), *rows]


def allowing(uten_rad: int = 0, skolegap: int = 0) -> Catalog:
    catalog = default_catalog()
    update = {"kommuner_uten_rad": uten_rad, "kommuner_med_skolegap": skolegap}
    kilder = {key: kilde.model_copy(update=update) for key, kilde in catalog.kilder.items()}
    return catalog.model_copy(update={"kilder": kilder})


def findings_of(
    engine: Engine, rows: Sequence[Row], catalog: Catalog | None = None, recounted: Sequence[str] = ()
) -> list[Finding]:
    """What is told of the rows, which all come from the file a.csv unless they have a digest of their own."""
    seen = engine.rows(table("observasjon"), rows)
    engine.run("SELECT 1", observasjon=seen)
    digests = sorted({row["sha256"] for row in rows})
    names = engine.frame(
        {"sha256": "VARCHAR", "fil": "VARCHAR"}, [(each, f"{chr(97 + n)}.csv") for n, each in enumerate(digests)]
    )
    engine.run("SELECT 1", filer=names)
    return [told for _, told in incomplete(changing_country(), catalog or allowing(), engine.connection, recounted)]


COMPLETE = {
    "everything": whole_country(),
    "two cells": [*whole_country(), *whole_country(indikator="regning")],
    "a nation without a number": changed(observed("I", 50, None)),
    "a county without a number": changed(observed("62", None, None)),
    "a school more": [*whole_country(), observed("100000001", 50, 0, kommunenr="6101")],
    "more pupils in the schools than in the municipality": changed(observed("100006101", 50, 25, kommunenr="6101")),
    "a shielded school with its pupils": changed(observed("100006101", "*", "*", kommunenr="6101")),
    "a shielded school beside one that has too few": [
        *changed(observed("100006101", 50, 12, kommunenr="6101")), observed("100000001", "*", "*", kommunenr="6101"),
    ],
    "a shielded municipality and its school": changed(observed("6101", "*", "*")),
    "a municipality with no pupils and no school": [*without("6101"), observed("6101", None, 0)],
    "a municipality that states nothing and has no school": [*without("6101"), observed("6101", None, None)],
    "Svalbard with pupils and no school": [*whole_country(), observed("2111")],
    "Svalbard with a school that has fewer": [
        *whole_country(), observed("2111"), observed("100000001", 50, 2, kommunenr="2111"),
    ],
    "the old number of 6202": [
        *without("6202"), observed("6102"), observed("100006102", kommunenr="6102"),
    ],
    "one of two that merged into 6106": [
        *without("6106"), observed("6104"), observed("100006104", kommunenr="6104"),
    ],
    "what was divided into 6108 and 6109": [
        *without("6108", "6109"), observed("6107"), observed("100006107", kommunenr="6107"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", COMPLETE.values(), ids=COMPLETE)
def test_what_is_all_there_is_not_refused(engine: Engine, rows: list[Row]) -> None:
    assert findings_of(engine, rows) == []


CUT = {
    "a county's own row": (without("62"), "no row of county 62", "a row of every county"),
    "both counties": (without("61", "62"), "no row of county 61, 62", "a row of every county"),
    "a county with other pupils": (
        changed(observed("62", 50, 19)), "179 pupils in the counties", "180, as in the national row",
    ),
    "a nation with other pupils": (
        changed(observed("I", 50, 0)), "180 pupils in the counties", "0, as in the national row",
    ),
    "a municipality": (without("6103"), "no row of 6103 Nynavn", "at most 0 municipalities without a row"),
    "the successor, when only another's old number stands": (
        [*without("6106", "6202"), observed("6102"), observed("100006102", kommunenr="6102")],
        "no row of 6106 Sted 6106", "at most 0 municipalities without a row",
    ),
    "a municipality, when only Svalbard stands in its place": (
        [*without("6101"), observed("2111")],
        "no row of 6101 Sted 6101", "at most 0 municipalities without a row",
    ),
    "the schools of a municipality with pupils": (
        without("100006101"), "no school in 6101 Enhet 6101", "the schools of every municipality with pupils",
    ),
    "the schools of a municipality that is shielded": (
        [*without("6101"), observed("6101", "*", "*")],
        "no school in 6101 Enhet 6101", "the schools of every municipality with pupils",
    ),
    "the schools of a municipality with a figure and no number": (
        [*without("6101"), observed("6101", 50, None)],
        "no school in 6101 Enhet 6101", "the schools of every municipality with pupils",
    ),
    "some of the schools": (
        changed(observed("6101", 50, 21)),
        "fewer pupils in the schools than in the municipality in 6101 Enhet 6101", ALL_SHOWN.format(0),
    ),
    "all schools but one that states nothing": (
        changed(observed("100006101", None, None, kommunenr="6101")),
        "fewer pupils in the schools than in the municipality in 6101 Enhet 6101", ALL_SHOWN.format(0),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "found", "expected"), CUT.values(), ids=CUT)
def test_what_is_cut_off_is_told_with_file_and_cell(engine: Engine, rows: list[Row], found: str, expected: str) -> None:
    (finding,) = findings_of(engine, rows)
    assert (finding.file, finding.key, finding.found, finding.expected) == ("a.csv", KEY, found, expected)
    assert "Download the report again" in (finding.action or "")


def test_a_county_whose_number_is_shielded_has_a_row(engine: Engine) -> None:
    assert findings_of(engine, changed(observed("62", "*", "*"))) == []


@pytest.mark.parametrize(
    ("missing", "allowed", "told"),
    [
        (("6103",), 1, None),
        (("6103", "6120"), 1, "6103 Nynavn, 6120 Sted 6120"),
        (("6103", "6120"), 2, None),
        (KOMMUNER, 8, ", ".join(f"{c} {'Nynavn' if c == '6103' else f'Sted {c}'}" for c in KOMMUNER[:8])),
    ],
)
def test_the_catalogue_says_how_many_municipalities_may_lack_a_row(
    engine: Engine, missing: tuple[str, ...], allowed: int, told: str | None
) -> None:
    found = findings_of(engine, without(*missing), allowing(uten_rad=allowed))
    more = " and 1 more" if len(missing) > 8 else ""
    expected = f"at most {allowed} municipalities without a row"
    assert [(f.found, f.expected) for f in found] == ([(f"no row of {told}{more}", expected)] if told else [])


@pytest.mark.parametrize(
    ("short", "allowed", "refused"),
    [(("6101",), 1, False), (("6101", "6103"), 1, True), (("6101", "6103"), 2, False)],
)
def test_the_catalogue_says_in_how_many_municipalities_the_schools_may_have_fewer_pupils(
    engine: Engine, short: tuple[str, ...], allowed: int, refused: bool
) -> None:
    rows = changed(*(observed(f"10000{code}", 50, 19, kommunenr=code) for code in short))
    named = ", ".join(f"{code} Enhet {code}" for code in short)
    told = f"fewer pupils in the schools than in the municipality in {named}"
    found = findings_of(engine, rows, allowing(skolegap=allowed))
    assert [(f.found, f.expected) for f in found] == ([(told, ALL_SHOWN.format(allowed))] if refused else [])


def test_no_exception_is_allowed_for_a_municipality_with_pupils_and_no_school(engine: Engine) -> None:
    (finding,) = findings_of(engine, without("100006101"), allowing(skolegap=5))
    assert finding.found == "no school in 6101 Enhet 6101"


def test_each_cell_is_judged_by_itself_so_that_another_does_not_fill_its_gap(engine: Engine) -> None:
    regning = [row for row in whole_country(indikator="regning") if row["enhet"] != "62"]
    other = "f" * 64
    rows = [*whole_country(), *({**row, "sha256": other} for row in regning)]
    (finding,) = findings_of(engine, rows)
    assert (finding.file, finding.key) == ("b.csv", KEY.replace("lesing", "regning"))


def test_all_that_a_cell_lacks_is_told_at_once(engine: Engine) -> None:
    found = findings_of(engine, without("62", "6103", "100006101"))
    assert [finding.found.split(" in ")[0] for finding in found] == [
        "no row of county 62",
        "no row of 6103 Nynavn",
        "no school",
    ]


RECOUNTED = {
    "a municipality": observed("6101", 50, 25) | {"rettelse": "talt-om"},
    "a school": observed("100006101", 50, 15, kommunenr="6101") | {"rettelse": "talt-om"},
    "a county": observed("62", 50, 21) | {"rettelse": "talt-om"},
    "the nation": observed("I", 50, 181) | {"rettelse": "talt-om"},
}


@pytest.mark.parametrize("row", RECOUNTED.values(), ids=RECOUNTED)
def test_a_number_of_pupils_that_was_corrected_is_not_taken_for_a_download_that_is_cut_off(engine: Engine, row: Row):
    assert len(findings_of(engine, changed(row))) == 1, "another correction, such as a flag, excuses nothing"
    assert findings_of(engine, changed(row), recounted=["talt-om"]) == []
